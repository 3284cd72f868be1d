"""A manifest of flow pictures -> flow on the canonical face, and apart from it what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from mien.core.errors import FormatError, InputError, UsageError
from mien.core.facs_code import unit_numbers
from mien.datasets.coded_clip import CodedClip, FlowPicture
from mien.datasets.finding import Level
from mien.datasets.labelling import labelling_scheme
from mien.datasets.manifest import read_manifest
from mien.evaluation.zero_shot import known_corpus
from mien.motion import optical_strain
from mien.pipeline.flow_picture_reading import FlowValues, read_flow_values
from mien.recognition.atoms import READ_UNITS
from mien.recognition.canonical import Placement
from mien.recognition.flow_emotion import FLOW_CLASSES
from mien.recognition.flow_registration import (
    FEWEST_PICTURES,
    FittedPlacement,
    OrderFit,
    find_order,
    fit_flow_placement,
)
from mien.recognition.flow_scale import free_stretched
from mien.recognition.flow_scores import flow_atoms
from mien.recognition.flow_sources import USUAL_PX, RegisteredFlow

SURE_FACE = 3.0
"""Standard errors by which units must explain more than backward units, for a fit to be used."""

_SCHEME = "megc3"
_TOLD = 3  # names in a sentence


@dataclass(frozen=True)
class CorpusFlow:
    """How the pictures of one corpus were read."""

    name: str
    pictures: int
    registered: bool
    """Whether the table says that they lie on the canonical face."""

    fitted: FittedPlacement | None
    """None where nothing was fitted."""

    placement: Placement
    strain_likeness: float
    """Median correlation of given with predicted strain of stretched pictures; NaN without."""


@dataclass(frozen=True)
class FlowCorpus:
    """Flow images without labels: what is read, and where it came from."""

    names: tuple[str, ...]
    """Corpus, subject and clip."""

    subjects: tuple[str, ...]
    """Corpus and subject."""

    faces: RegisteredFlow
    corpora: tuple[CorpusFlow, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class FlowLabels:
    """What the table says of the same pictures."""

    units: Float[np.ndarray, "picture unit"]
    """1 where coded, 0 where not, NaN where nobody knows; columns as ``READ_UNITS``."""

    classes: Int[np.ndarray, " picture"]
    """Position among ``FLOW_CLASSES``; -1 for none."""

    words: Mapping[str, str]
    """Why labels that occur are of none of the classes, by label."""


def read_flow_corpus(manifest: Path, *, registered: bool = False) -> tuple[FlowCorpus, FlowLabels]:
    """Read, order, unstretch and register the flow pictures of a table, corpus by corpus.

    Args:
        manifest: the table.
        registered: whether all of them lie on the canonical face already.

    Raises:
        MissingError: no such table.
        FormatError: a table without flow pictures, or none of them can be read.
        UsageError: channels in another order than is told, or too few pictures for the fit.
    """
    table = read_manifest(manifest)
    warnings = [
        f"{one.source}, row {one.row}: {one.found} {one.meaning} {one.remedy}".strip()
        for one in table.findings
        if one.level is not Level.NOTE
    ]
    clips = [one for one in table.clips if one.flow is not None]
    others = len(table.clips) - len(clips)
    if not clips:
        said = f"{others} clips of another kind or without their file" if others else "no clip"
        msg = (
            f"Expected flow pictures in {manifest.name}, but it has {said}. "
            + (f"{warnings[0]} " if warnings else "")
            + "Name a picture or an array (.npy) of flow in the column path of every row."
        )
        raise FormatError(msg)
    if others:
        warnings.append(f"{others} rows of {manifest.name} name no flow picture that is there.")
    read, failed = _read_all(clips)
    if not read:
        msg = f"Expected flow pictures that can be read, but none can. {failed[0]}"
        raise FormatError(msg)
    if failed:
        more = f" (and {len(failed) - _TOLD} more)" if len(failed) > _TOLD else ""
        warnings.append(f"{len(failed)} pictures left out: {' '.join(failed[:_TOLD])}{more}")
    kept = [_renamed(clip) for clip, _ in read]
    corpora: list[CorpusFlow] = []
    flow = np.zeros((len(kept), 28, 28, 2))
    sized = np.zeros(len(kept), np.bool_)
    names = list(dict.fromkeys(clip.corpus for clip in kept))
    for name in names:
        mine = [i for i, clip in enumerate(kept) if clip.corpus == name]
        of_corpus, odd = _of_corpus(name, [read[i] for i in mine], registered=registered)
        corpora.append(of_corpus.told)
        warnings += odd
        flow[mine], sized[mine] = of_corpus.flow, of_corpus.sized
    still = int((np.abs(flow).max(axis=(1, 2, 3)) == 0).sum())
    if still:
        warnings.append(f"{still} pictures show no motion at all.")
    flow = _usually_sized(flow, sized)
    corpus = FlowCorpus(
        names=tuple(clip.key for clip in kept),
        subjects=tuple(clip.subject_key for clip in kept),
        faces=RegisteredFlow(flow, optical_strain(flow), sized),
        corpora=tuple(corpora),
        warnings=tuple(warnings),
    )
    return corpus, _labels(kept)


def _read_all(
    clips: Sequence[CodedClip],
) -> tuple[list[tuple[CodedClip, FlowValues]], list[str]]:
    read, failed = [], []
    for clip in clips:
        picture = clip.flow
        if picture is None:
            continue
        try:
            read.append((clip, read_flow_values(picture)))
        except InputError as error:
            failed.append(str(error))
        except OSError as error:
            failed.append(f"{picture.path.name} cannot be read ({error.strerror or error}).")
    return read, failed


def _renamed(clip: CodedClip) -> CodedClip:
    """Give a corpus mien's own name, so that it is known in all its spellings."""
    corpus = known_corpus(clip.corpus)
    _, _, rest = clip.key.partition(f"{clip.corpus}/")
    return replace(
        clip, corpus=corpus, subject_key=f"{corpus}/{clip.subject}", key=f"{corpus}/{rest}"
    )


@dataclass(frozen=True)
class _Part:
    told: CorpusFlow
    flow: Float[np.ndarray, "picture 28 28 2"]
    sized: Bool[np.ndarray, " picture"]


def _of_corpus(
    name: str, read: Sequence[tuple[CodedClip, FlowValues]], *, registered: bool
) -> tuple[_Part, list[str]]:
    warnings: list[str] = []
    flow = np.zeros((len(read), 28, 28, 2))
    sized = np.array([not values.stretched for _, values in read])
    likeness = [float("nan")]
    for kind in sorted({(values.stretched, values.values.shape[2]) for _, values in read}):
        mine = [
            i for i, (_, one) in enumerate(read) if (one.stretched, one.values.shape[2]) == kind
        ]
        stack = np.stack([read[i][1].values for i in mine]).astype(np.float64)
        if len(mine) >= FEWEST_PICTURES:
            pictures = [read[i][0].flow for i in mine]
            _refuse_order(name, find_order(stack, stretched=kind[0]), pictures)
        if kind[0]:
            freed = free_stretched(stack)
            flow[mine] = freed.flow
            likeness += freed.likeness.tolist()
        else:
            flow[mine] = stack[..., :2]
    as_told = registered or all(clip.flow is not None and clip.flow.registered for clip, _ in read)
    fitted: FittedPlacement | None = None
    placement = Placement()
    if not as_told:
        moving = int((np.ptp(flow, axis=(1, 2)).max(axis=1) > 0).sum())
        if moving < FEWEST_PICTURES:
            msg = (
                f"Expected at least {FEWEST_PICTURES} flow pictures with motion of {name} to find "
                f"the face in them, but got {moving}. Take more of that corpus, leave it out, or "
                "say with --registered (or yes in the column registered) that the faces lie as "
                "mien's canonical one does."
            )
            raise UsageError(msg)
        fitted = fit_flow_placement(flow)
        if fitted.distance >= SURE_FACE:
            placement = fitted.placement
        else:
            warnings.append(
                f"The motion in the pictures of {name} does not look like that of a face "
                f"({fitted.distance:.1f} standard errors above chance, expected {SURE_FACE:g}): "
                "they are taken as they lie. Look at the column channels and at the pictures."
            )
    told = CorpusFlow(
        name=name,
        pictures=len(read),
        registered=as_told,
        fitted=fitted,
        placement=placement,
        strain_likeness=float(np.nanmedian(likeness)) if np.isfinite(likeness).any() else np.nan,
    )
    return _Part(told, placement.canonical(flow), sized), warnings


def _refuse_order(name: str, fit: OrderFit, pictures: Sequence[FlowPicture | None]) -> None:
    """Refuse channels that hold something else than is told.

    Raises:
        UsageError: another order fits surely better.
    """
    if not fit.wrong:
        return
    held = dict(zip(fit.told, fit.best, strict=True))
    orders = {(one.channels, one.path.suffix.lower() == ".npy") for one in pictures if one}
    seen = "; ".join(
        f"what is told as {word} moves like {held[word]}" for word in fit.told if held[word] != word
    )
    written = ""
    if len(orders) == 1:
        ((channels, array),) = orders
        right = [_turned(word, held) for word in channels]
        where = ("first", "second", "third") if array else ("red", "green", "blue")
        pairs = ", ".join(f"{one} {word}" for one, word in zip(where, right, strict=False))
        written = f" Write {' '.join(right)} into the column channels ({pairs})."
        if not array and len(right) == len(where):
            written += (
                f" OpenCV lists the colours the other way round: BGR: {' '.join(right[::-1])}."
            )
    msg = (
        f"Expected the channels of {name} as the manifest tells them, but the motion fits another "
        f"order: {seen} (likeness to the motion of a face {fit.best_gain:.3f} that way and "
        f"{fit.told_gain:.3f} as told, {fit.distance:.0f} standard errors apart)."
        f"{written}"
    )
    raise UsageError(msg)


def _turned(word: str, held: Mapping[str, str]) -> str:
    """Say what a channel holds, when what it is told to hold is something else."""
    bare, turned = word.removeprefix("-"), word.startswith("-")
    found = held[bare]
    if turned and not found.endswith("strain"):
        found = found.removeprefix("-") if found.startswith("-") else f"-{found}"
    return found


def _usually_sized(
    flow: Float[np.ndarray, "picture 28 28 2"], sized: Bool[np.ndarray, " picture"]
) -> Float[np.ndarray, "picture 28 28 2"]:
    """Give flow whose size is lost a usual one, in the mean of the face without rigid motion."""
    atoms = flow_atoms()
    weighted = flow[:, atoms.seen] * atoms.weight[atoms.seen][:, None]
    flat = weighted.reshape(len(flow), -1)
    flat = flat - (flat @ atoms.rigid) @ atoms.rigid.T
    length = np.linalg.norm(flat.reshape(len(flow), -1, 2), axis=2).mean(axis=1)
    factor = np.where(sized | (length == 0), 1.0, USUAL_PX / np.where(length > 0, length, 1.0))
    usual: Float[np.ndarray, "picture 28 28 2"] = flow * factor[:, None, None, None]
    return usual


def _labels(clips: Sequence[CodedClip]) -> FlowLabels:
    units = np.full((len(clips), len(READ_UNITS)), np.nan)
    classes = np.full(len(clips), -1)
    words: dict[str, str] = {}
    scheme = labelling_scheme(_SCHEME)
    for row, clip in enumerate(clips):
        coded = unit_numbers(clip.code)
        if coded is not None:
            units[row] = np.isin(READ_UNITS, sorted(coded))
        if clip.emotion is None:
            if clip.emotion_as_written:
                words[clip.emotion_as_written] = "the word is none of mien"
            continue
        try:
            assigned = scheme.assign(clip.key, clip.emotion)
        except UsageError:
            # A valence of a corpus whose own table is finer: the challenge's class all the same.
            assigned = scheme.assign(f"*/{clip.key}", clip.emotion)
        if assigned.label:
            classes[row] = FLOW_CLASSES.index(assigned.label)
        else:
            words[clip.emotion] = assigned.reason
    return FlowLabels(units, classes, words)
