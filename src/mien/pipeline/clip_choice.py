"""Which clips of a corpus are prepared, with which inputs, and why others are not."""

from collections.abc import Mapping

from mien.core.errors import UsageError
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.reading import MANIFEST
from mien.datasets.synth_corpus import SYNTH


def inputs_of(corpus: Corpus, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Give the inputs that the clips can have: pictures of flow are one of them already.

    Raises:
        UsageError: some clips are pictures of flow, others of faces, or that input is not wanted.
    """
    flow = sum(clip.flow is not None for clip in corpus.clips)
    if not flow:
        return wanted
    faces = sum(clip.frames is not None or clip.uncut is not None for clip in corpus.clips)
    if faces:
        msg = (
            f"Expected clips of one kind, but {flow} of {corpus.name} are pictures of flow and "
            f"{faces} are pictures of faces, which have other inputs. Give each kind a table of "
            "its own."
        )
        raise UsageError(msg)
    if "flow_image" not in wanted:
        msg = (
            f"Expected the input flow_image, since the clips of {corpus.name} are pictures of "
            f"flow, but got {', '.join(wanted)}. Leave --inputs out."
        )
        raise UsageError(msg)
    return ("flow_image",)


def clips_to_cut(corpus: Corpus, *, uncut_too: bool) -> tuple[list[CodedClip], dict[str, str]]:
    """Give the clips that are prepared as such, and why others are left out.

    Movements in a video file of a whole recording are neither: they are coded in that video.
    """
    cut, left_out = [], {}
    for clip in corpus.clips:
        if clip.frames is None and clip.flow is None:
            left_out[clip.key] = (
                "Its pictures are not on disk, or are not those that were coded. "
                f"See which: {_check_command(corpus)}"
            )
        elif clip.frames is None or clip.frames.is_dir() or clip.uncut is None:
            cut.append(clip)
        elif not uncut_too:
            left_out[clip.key] = (
                f"It lies in the uncut video {clip.frames.name}, and those are not prepared. "
                "Leave --no-videos out."
            )
    return cut, left_out


def _check_command(corpus: Corpus) -> str:
    if corpus.definition is not None or corpus.name == SYNTH:
        return f"mien dataset check {corpus.name} {corpus.root}"
    sources = [clip.source for clip in corpus.clips] + [one.source for one in corpus.findings]
    table = next((source for source in sources if source), f"{corpus.name}.csv")
    return f"mien dataset check {MANIFEST} {corpus.root / table}"


def nothing_prepared(corpus: Corpus, left_out: Mapping[str, str]) -> str:
    """Say that nothing of a corpus could be prepared, with the first reason and what to do."""
    first = next((f"{key}: {reason}" for key, reason in left_out.items()), "it has no clips.")
    command = _check_command(corpus)
    look = "" if command in first else f" See what is there: {command}"
    return f"Nothing of {corpus.name} in {corpus.root} could be prepared: {first}{look}"
