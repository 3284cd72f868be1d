"""The page: what it says, that it loads nothing, and that nothing breaks out of it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import OutputError, UsageError
from mien.core.provenance import Provenance
from mien.core.track import ActionUnitTrack, Event, Opinion
from mien.report import (
    EventDetail,
    ExportRoute,
    LoopRow,
    ReportContent,
    SourceFacts,
    StageTiming,
    TruthRow,
    report_html,
    write_report,
)

SOURCE = SourceFacts("clip.mp4", 640, 360, Fraction(30000, 1001), 60, 2.0, 90, "official")


class Page(HTMLParser):
    """Collects text and checks that every tag is closed."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            pytest.fail(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(v) for k, v in attrs if k in {"src", "href", "srcset", "xlink:href"}]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - its interface
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1:] != [tag]:
            pytest.fail(f"{tag} closes {self._open[-1:]}")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def full(track: ActionUnitTrack, micro: Event) -> ReportContent:
    picture = np.full((64, 64, 3), 120, np.uint8)
    flow = np.zeros((32, 32, 2))
    flow[20:24, 20:24] = [0.3, -0.8]
    detail = EventDetail(
        micro, 0, picture, picture, picture, flow, 0.03, {"AU12 left": 0.81, "AU10 left": -0.2}
    )
    return ReportContent(
        title="What mien read",
        source=SOURCE,
        tracks={0: track},
        details=(detail,),
        warnings=("The light flickers.",),
        routes=(ExportRoute("glTF", "face.glb", 1.2e-7, 3e-8, "binary"),),
        loop=(LoopRow(track.channels[2], 0.973, -0.02), LoopRow(track.channels[3], np.nan, 0.0)),
        truth=(TruthRow(micro, replace(micro, onset_s=0.48)), TruthRow(micro, None)),
        timings=(StageTiming("motion", 5.3), StageTiming("reading", 0.7)),
        provenance=Provenance(
            "clip.mp4", "ab" * 32, {"numpy": "2.4"}, {"net.tflite": "cd" * 32}, {"rate": "30"}, 7
        ),
    )


def test_the_page_shows_every_part(track: ActionUnitTrack, micro: Event) -> None:
    page = Page(report_html(full(track, micro)))
    for words in (
        "1 micro-expression, 1 longer movement and 1 blink on 1 face in 2.00 s.",
        "640 × 360 px",  # noqa: RUF001 - a times sign
        "29.97 frames/s (30000/1001)",
        "The light flickers.",
        "Micro-expression at 0.630 s: AU12L",
        "Onset 0.500 s, apex 0.630 s, offset 0.790 s ; lasts 290 ms.",
        "Measured against: the face at rest.",
        "one of: mouth corner",
        "explained part of the motion 0 to 1, by action units 0.610",
        "odd number 48213",
        "noise of one cell px 0.0300",
        "Label statistics: emfacs+dfme.",
        "naive Bayes, by hand",
        "All other labels together: 0.01.",
        "not what the person feels",
        "Measured in 95.0 % of the samples",
        "a hand <before> the face (10 samples)",
        "AU12 lip corner puller, left 0.973 -20",
        "AU12 lip corner puller, right – 0",  # noqa: RUF001 - the dash for no number
        "glTF face.glb 1.20e-07 3.00e-08 binary",
        "found 0.630 0.630 -20 +0 +0 AU12L AU12L",
        "missed 0.630 –",  # noqa: RUF001 - the dash for no number
        "motion 5.30 reading 0.700 all 6.00",
        "sha256 " + "ab" * 32,
        "sha256 " + "cd" * 32,
        "rate = 30",
        "numpy 2.4",
        "Seed 7",
    ):
        assert words.replace(" ;", ";") in page.text.replace(" ;", ";"), words


def test_nothing_is_loaded_from_elsewhere(track: ActionUnitTrack, micro: Event) -> None:
    html = report_html(full(track, micro))
    page = Page(html)
    assert len(page.addresses) == 4  # onset, apex, motion, offset
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert not re.search(r"https?://|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]*", "", html))
    assert not {"script", "link", "iframe", "object", "embed", "form"} & set(page.tags)
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>.mp4",
        '"><img src=x onerror=alert(1)>.mp4',
        "a</style></title>'&.mp4",
    ],
)
def test_hostile_names_stay_text(track: ActionUnitTrack, micro: Event, hostile: str) -> None:
    content = full(track, micro)
    evil = replace(
        content,
        title=hostile,
        source=replace(SOURCE, name=hostile, face_model=hostile),
        warnings=(hostile,),
        tracks={0: replace(track, unseen={150: hostile})},
        details=(replace(content.details[0], cosines={hostile: 0.5}),),
        routes=(ExportRoute(hostile, hostile, note=hostile),),
        timings=(StageTiming(hostile, 1.0),),
        provenance=Provenance(hostile, hostile, {hostile: hostile}, {hostile: hostile}),
    )
    html = report_html(evil)
    page = Page(html)
    assert hostile not in html
    assert hostile in unescape(page.text)
    assert "script" not in page.tags
    assert page.tags.count("img") == 4


def test_a_video_without_a_face_gives_a_page_that_says_so() -> None:
    page = Page(report_html(ReportContent("What mien read", SOURCE)))
    assert "No face was found in this video." in page.text
    assert "All events" not in page.text
    assert "svg" not in page.tags


def test_why_there_is_no_face_can_be_said() -> None:
    content = ReportContent("What mien read", SOURCE, why_empty="The face is 20 px wide.")
    assert "The face is 20 px wide." in Page(report_html(content)).text


def test_a_still_face_gives_a_page_that_says_so(track: ActionUnitTrack) -> None:
    still = replace(track, activation=np.zeros((200, 5)), events=(), unseen={})
    page = Page(report_html(ReportContent("What mien read", SOURCE, {0: still})))
    assert "No event on 1 face in 2.00 s." in page.text
    assert "No event was found." in page.text
    assert "no action unit moved" in page.text


def test_a_face_that_could_not_be_measured_is_not_called_still(track: ActionUnitTrack) -> None:
    unseen = replace(track, activation=np.full((200, 5), np.nan), events=())
    page = Page(report_html(ReportContent("What mien read", SOURCE, {0: unseen})))
    assert "could not be measured in any sample" in page.text
    assert "was read, but" not in page.text


def test_several_faces_have_a_drawing_each(track: ActionUnitTrack, micro: Event) -> None:
    content = replace(full(track, micro), tracks={0: track, 3: track})
    page = Page(report_html(content))
    assert "face 3" in page.text
    assert "2 micro-expressions, 2 longer movements and 2 blinks on 2 faces" in page.text


def test_many_events_start_folded(track: ActionUnitTrack, micro: Event) -> None:
    few = report_html(replace(full(track, micro), details=(EventDetail(micro),) * 12))
    many = report_html(replace(full(track, micro), details=(EventDetail(micro),) * 13))
    assert few.count('<details class="event micro" open>') == 12
    assert many.count('<details class="event micro">') == 13


def test_an_unknown_rate_and_length_are_dashes() -> None:
    page = Page(report_html(ReportContent("t", SourceFacts("camera 0", 640, 480))))
    assert "Frame rate varies" in page.text
    assert "Duration –" in page.text  # noqa: RUF001 - the dash for no number


def test_the_file_is_written_as_utf8(track: ActionUnitTrack, micro: Event, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    content = replace(full(track, micro), title="Länge & Größe")
    write_report(path, content)
    assert path.read_text(encoding="utf-8") == report_html(content)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"Cannot write report\.html"):
        write_report(tmp_path / "out" / "report.html", ReportContent("t", SOURCE))


def test_an_event_of_a_face_without_a_track_is_refused(
    track: ActionUnitTrack, micro: Event
) -> None:
    content = ReportContent("t", SOURCE, {0: track}, (EventDetail(micro, face_id=2),))
    with pytest.raises(UsageError, match=r"of the faces \[0\], but got one of face 2"):
        report_html(content)


def test_a_row_about_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="a planned event, a found one or both"):
        TruthRow(None, None)


def test_bars_stay_inside_their_track(track: ActionUnitTrack, micro: Event) -> None:
    cosines: Mapping[str, float] = {"AU12 left": 1.2, "AU10 left": -0.4, "AU15 left": 0.25}
    html = report_html(
        ReportContent("t", SOURCE, {0: track}, (EventDetail(micro, cosines=cosines),))
    )
    widths = [float(width) for width in re.findall(r"width:([\d.e+-]+)%", html)]
    assert widths[:3] == [100, 0, 25]


def test_who_said_what_and_that_no_emotion_can_be_told_stand_in_the_report(
    track: ActionUnitTrack, micro: Event
) -> None:
    assert micro.emotion is not None
    by_image = Opinion("flow image", {12: 0.91, 6: 0.4, 4: 0.01})
    said = (by_image, Opinion("by hand", {}, {"fear": 1.0}))
    undecided = replace(micro.emotion, undecided="fear and anger are about as likely")
    event = replace(micro, opinions=said, emotion=undecided)
    seen = replace(track, events=(event,))
    page = report_html(
        ReportContent("A clip", SOURCE, tracks={0: seen}, details=(EventDetail(event),))
    )
    Page(page)
    assert "Who said what" in page
    assert '<b>AU12</b></td><td class="n">0.91' in page
    assert "AU06</td>" in page
    assert "<td>AU04" not in page
    assert "Cannot tell:</b> fear and anger are about as likely." in page
