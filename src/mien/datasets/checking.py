"""A corpus that was read -> a report: findings row by row, counts beside the published ones."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mien.core.track import EventKind
from mien.datasets.clip_keys import media_of
from mien.datasets.coded_clip import CLIP_LABELS, CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.definition import Counts
from mien.datasets.finding import Finding, Level
from mien.datasets.readable_media import unreadable_media
from mien.datasets.shared_media import shared_media

_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


@dataclass(frozen=True)
class CountRow:
    """One line of the table of counts."""

    what: str
    found: int
    published: int | None = None
    """None where no number is known."""

    @property
    def agrees(self) -> bool:
        """Whether the number is the published one, or none is known."""
        return self.published is None or self.found == self.published


@dataclass(frozen=True)
class CheckReport:
    """What is wrong with a corpus on disk, and how it compares with the published one."""

    corpus: str
    title: str
    findings: tuple[Finding, ...]
    """In the order of rows, what concerns the whole first."""

    counts: tuple[CountRow, ...]
    published_by: str = ""
    """Source of the published numbers."""

    notes: tuple[str, ...] = ()
    """What is known of the corpus."""

    def of_level(self, level: Level) -> tuple[Finding, ...]:
        """Give the findings of one level."""
        return tuple(one for one in self.findings if one.level is level)

    @property
    def worst(self) -> Level | None:
        """The gravest level found; None where nothing is."""
        return min((one.level for one in self.findings), key=_ORDER.__getitem__, default=None)

    def count_table(self) -> str:
        """Give the counts as a table in plain text."""
        head = ("", "found", "published")
        rows = [
            (row.what, str(row.found), "" if row.published is None else str(row.published))
            for row in self.counts
        ]
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
        lines = [
            f"{what:<{widths[0]}}  {found:>{widths[1]}}  {published:>{widths[2]}}"
            for what, found, published in (head, *rows)
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"


def check_corpus(corpus: Corpus) -> CheckReport:
    """Check what only all rows together show, and gather what reading found.

    Args:
        corpus: as read; of the files only sizes are looked at, and pictures of flow.
    """
    published = corpus.definition.counts if corpus.definition else None
    counts = _counts(corpus.clips, published)
    findings = [
        *corpus.findings,
        *_nothing(corpus.clips),
        *shared_media(corpus.clips),
        *unreadable_media(corpus.clips),
        *_overlapping(corpus.clips),
        *_subjects(corpus.clips),
        *_differences(counts, published),
    ]
    findings.sort(
        key=lambda one: (one.row is not None, one.source, one.row or 0, _ORDER[one.level])
    )
    return CheckReport(
        corpus=corpus.name,
        title=corpus.definition.title if corpus.definition else corpus.name,
        findings=tuple(findings),
        counts=counts,
        published_by=published.source if published else "",
        notes=corpus.definition.notes if corpus.definition else (),
    )


def _counts(clips: Sequence[CodedClip], published: Counts | None) -> tuple[CountRow, ...]:
    part = published.part if published else ""
    counted = [clip for clip in clips if not part or clip.part == part]
    emotions = Counter(clip.emotion for clip in counted if clip.kind is EventKind.MICRO)
    kinds = Counter(clip.kind.value for clip in counted)
    rows = [
        CountRow("clips", len(counted), published.clips if published else None),
        CountRow(
            "subjects",
            len({clip.subject_key for clip in counted}),
            published.subjects if published else None,
        ),
    ]
    known_kinds: dict[str, int] = dict(published.kinds) if published else {}  # type: ignore[arg-type]
    if known_kinds or len(kinds) > 1:
        rows += [CountRow(kind, kinds[kind], known_kinds.get(kind)) for kind in ("micro", "macro")]
    known = published.emotions if published else {}
    for label in CLIP_LABELS:
        if emotions[label] or label in known:
            rows.append(CountRow(label, emotions[label], known.get(label)))
    if emotions[None] and (len(emotions) > 1 or known):
        rows.append(CountRow("no label", emotions[None]))
    with_pictures = sum(clip.frames is not None or clip.flow is not None for clip in counted)
    return (
        *rows,
        CountRow("with pictures", with_pictures),
        CountRow("with apex", sum(clip.apex is not None for clip in counted)),
        CountRow("with known units", sum(not clip.code.unknown for clip in counted)),
    )


def _differences(counts: Sequence[CountRow], published: Counts | None) -> list[Finding]:
    if published is None:
        return []
    other = [f"{row.what} {row.found} ({row.published})" for row in counts if not row.agrees]
    if not other:
        return []
    part = f" of part {published.part}" if published.part else ""
    found = f"Counts{part} are not the published ones, in brackets: {', '.join(other)}."
    meaning = "Figures on other clips cannot be compared with published ones."
    return [Finding(Level.NOTE, found, meaning, f"Published are those of: {published.source}.")]


def _nothing(clips: Sequence[CodedClip]) -> list[Finding]:
    if clips:
        return []
    found, meaning = "The corpus holds no clip.", "There is nothing to prepare or to learn from."
    return [Finding(Level.ERROR, found, meaning, "Fill the table in, or give another one.")]


def _overlapping(clips: Sequence[CodedClip]) -> list[Finding]:
    """Find movements of one recording that overlap in time, but are not the same."""
    recordings: dict[object, list[CodedClip]] = defaultdict(list)
    for clip in clips:
        recording = clip.uncut or media_of(clip)
        if recording is not None and clip.onset is not None and clip.offset is not None:
            recordings[recording].append(clip)
    findings = []
    for moves in recordings.values():
        moves.sort(key=lambda clip: (clip.onset or 0, clip.offset or 0))
        for one, other in pairwise(moves):
            if (one.onset, one.offset) == (other.onset, other.offset):
                continue
            if other.onset is not None and one.offset is not None and other.onset <= one.offset:
                found = f"It overlaps {one.key} ({one.onset} to {one.offset}) in time."
                meaning = "A spotter can match one interval with one of them only."
                findings.append(
                    Finding(Level.NOTE, found, meaning, "", other.source, other.row, other.key)
                )
    return findings


def _subjects(clips: Sequence[CodedClip]) -> list[Finding]:
    """Find people who are written in several ways."""
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    for clip in clips:
        written[clip.part, clip.subject_key].add(clip.subject)
    return [
        Finding(
            Level.NOTE,
            f"The subject {key} is written {' and '.join(sorted(ways))}.",
            "They are taken for one person.",
            "If they are two, give them two names.",
        )
        for (_, key), ways in sorted(written.items())
        if len(ways) > 1
    ]
