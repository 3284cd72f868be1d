"""A prepared corpus and a labelling scheme -> the labelled clips that systems learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mien.core.errors import UsageError
from mien.datasets.clips import LabelledClips, Labels
from mien.datasets.labelling import Labelling, label_clips, labelling_scheme
from mien.datasets.prepared import PreparedClip, PreparedCorpus


@dataclass(frozen=True)
class LabelledCorpus:
    """The clips of a corpus that a scheme keeps."""

    labelled: LabelledClips
    labelling: Labelling


def label_corpus(
    corpus: PreparedCorpus, scheme: str, unit_numbers: Sequence[int]
) -> LabelledCorpus:
    """Give the clips that have a class of a scheme, with their units and times.

    Args:
        corpus: a prepared corpus.
        scheme: name of a labelling scheme.
        unit_numbers: FACS numbers of the columns of the units.

    Raises:
        UsageError: no clip has a class.
    """
    labelling = label_clips(labelling_scheme(scheme), corpus.rows)
    kept = [int(i) for i in labelling.kept]
    if not kept:
        reasons = sorted(set(labelling.dropped.values()))[:3]
        msg = (
            f"Expected clips with a class of {scheme} in {corpus.folder}, but there are none: "
            f"{'; '.join(reasons) or 'it has no clips'}. Choose another --labels."
        )
        raise UsageError(msg)
    rows = [corpus.rows[i] for i in kept]
    peaks = [row.intensities for row in rows]
    coded = any(one is not None for one in peaks)
    labels = Labels(
        classes=labelling.classes,
        emotion=np.asarray(labelling.emotion)[kept],
        unit_numbers=tuple(unit_numbers),
        units=np.array([_units(row, unit_numbers) for row in rows]),
        times=np.array([_times(row) for row in rows]),
        window_s=np.array([row.window_s for row in rows]),
        intensity=np.array([_peaks(one, unit_numbers) for one in peaks]) if coded else None,
    )
    return LabelledCorpus(LabelledClips(corpus.clips.take(kept), labels), labelling)


def _units(row: PreparedClip, numbers: Sequence[int]) -> list[float]:
    if row.units is None:
        return [float("nan")] * len(numbers)
    return [float(number in row.units) for number in numbers]


def _times(row: PreparedClip) -> list[float]:
    return [float("nan") if one is None else one for one in (row.onset, row.apex, row.offset)]


def _peaks(peaks: Mapping[int, float] | None, numbers: Sequence[int]) -> list[float]:
    if peaks is None:
        return [float("nan")] * len(numbers)
    return [peaks.get(number, 0.0) for number in numbers]
