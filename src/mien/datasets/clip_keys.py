"""Keys that every clip has for itself, and rows that are there twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mien.datasets.coded_clip import CodedClip
from mien.datasets.finding import Finding, Level


def unique_clips(
    clips: Sequence[CodedClip],
) -> tuple[tuple[CodedClip, ...], tuple[Finding, ...]]:
    """Tell clips of one name apart by their onset, and keep the first of rows that are alike.

    Returns:
        the clips, keys each once, and what was found.
    """
    findings: list[Finding] = []
    count = Counter(clip.key for clip in clips)
    named = []
    for clip in clips:
        if count[clip.key] > 1 and "@" not in clip.key and clip.onset is not None:
            key = f"{clip.key}@{clip.onset}"
            named.append(replace(clip, key=key))
        else:
            named.append(clip)
    kept: dict[str, CodedClip] = {}
    for clip in named:
        first = kept.setdefault(clip.key, clip)
        if first is not clip:
            findings.append(_twice(first, clip))
    ambiguous = {key for key, number in count.items() if number > 1 and "@" not in key}
    for key in sorted(ambiguous):
        rows = [clip for clip in kept.values() if clip.key.partition("@")[0] == key]
        if len(rows) > 1:
            findings.append(
                Finding(
                    Level.NOTE,
                    f"{len(rows)} movements share the name {rows[0].name}.",
                    "Their keys carry the onset.",
                    "",
                    rows[1].source,
                    rows[1].row,
                    rows[1].key,
                )
            )
    return tuple(kept.values()), tuple(findings)


def _twice(first: CodedClip, clip: CodedClip) -> Finding:
    coded = ("onset", "apex", "offset", "code", "emotion", "kind")
    other = [name for name in coded if getattr(first, name) != getattr(clip, name)]
    differs = f"with another {', '.join(other)}" if other else "alike"
    return Finding(
        Level.ERROR if other else Level.WARNING,
        f"The clip is in row {first.row} already, {differs}.",
        "The row is left out.",
        "Delete one of the two rows.",
        clip.source,
        clip.row,
        clip.key,
    )
