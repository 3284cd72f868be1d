"""What is broken in a corpus is left out with its reason, and nothing old passes for new."""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.prepared import MANIFEST, open_prepared
from mien.datasets.reading import read_corpus
from mien.pipeline.clip_window import open_window
from mien.pipeline.corpus_preparation import Preparation, PreparationSettings, prepare_corpus
from mien.pipeline.video_preparation import VideoTask, uncut_videos
from mien.synth.corpus import write_corpus
from mien.synth.options import SynthOptions
from mien.video import write_video
from mien.work.progress import Silent

pytestmark = pytest.mark.slow

HEADER = ("path", "subject", "label", "onset", "apex", "offset", "rate", "channels", "scaling")
Prepare = Callable[..., Preparation]
FRAMES = 30


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    options = SynthOptions(
        clips=1,
        long_videos=0,
        people=("Nina",),
        units=(4,),
        intensity=(0.5, 0.6),
        rate=Fraction(60),
        size_px=224,
        without=("speech", "macro", "blinks", "saccades", "light"),
        seed=5,
    )
    write_corpus(root, options, Silent())
    return root


@pytest.fixture(scope="module")
def pictures(drawn: Path) -> list[np.ndarray]:
    """Thirty pictures of one movement; the last stands still where the clip is shorter."""
    files = sorted(
        drawn.glob("CASME2_RAW_selected/*/*/*.jpg"), key=lambda one: (len(one.name), one)
    )
    read = [cv2.imread(str(file)) for file in files]
    found = [one for one in read if one is not None]
    return [*found, *found[-1:] * FRAMES][:FRAMES]


def clip_folder(folder: Path, pictures: list[np.ndarray]) -> Path:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures, start=1):
        cv2.imwrite(str(folder / f"img{number}.jpg"), picture)
    return folder


def clip_video(path: Path, pictures: list[np.ndarray]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, (one[..., ::-1].copy() for one in pictures), rate=Fraction(60))
    return path


def table(root: Path, *rows: tuple[object, ...]) -> Path:
    file = root / "mine.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    return file


def coded(path: str, subject: str = "anna", rate: object = 60) -> tuple[object, ...]:
    return (path, subject, "disgust", 5, 15, 25, rate)


@pytest.fixture
def prepare(models_at: Path, tmp_path: Path) -> Prepare:
    """Prepare a table of one's own, or a corpus, with few inputs."""

    def run(
        source: Path | Corpus, *, out: Path = tmp_path / "out", videos: bool = False
    ) -> Preparation:
        corpus = read_corpus("manifest", source) if isinstance(source, Path) else source
        settings = PreparationSettings(
            inputs=("flow_image", "landmarks", "apex"), videos=videos, face_model=models_at
        )
        return prepare_corpus(corpus, out, settings, Silent())

    return run


@pytest.mark.parametrize("bytes_", [b"", b"\xff\xd8\xff broken"], ids=["empty", "corrupt"])
@pytest.mark.parametrize("name", ["img1.jpg", "img12.jpg"])
def test_a_clip_with_an_unreadable_picture_is_left_out(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare, bytes_: bytes, name: str
) -> None:
    clip_folder(tmp_path / "whole", pictures)
    (clip_folder(tmp_path / "broken", pictures) / name).write_bytes(bytes_)
    made = prepare(table(tmp_path, coded("whole"), coded("broken")))
    assert made.clips == 1
    (reason,) = made.left_out.values()
    assert name in reason
    assert "again" in reason


def test_a_missing_picture_is_a_gap_in_time(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "whole", pictures)
    gaps = clip_folder(tmp_path / "gaps", pictures)
    for number in (8, 9, 10, 12):
        (gaps / f"img{number}.jpg").unlink()
    made = prepare(table(tmp_path, coded("whole"), coded("gaps")))
    corpus = open_prepared(made.folder)
    whole, gap = corpus.rows
    assert (whole.frames, gap.frames) == (30, 30)
    assert (gap.onset, gap.apex, gap.offset) == (whole.onset, whole.apex, whole.offset)
    assert gap.apex == pytest.approx(14 / 29, abs=1e-6)
    assert gap.window_s == whole.window_s == pytest.approx(29 / 60, abs=1e-6)
    one, other = corpus.clips.read("landmarks")
    assert np.abs(one - other).max() < 1.0
    flows = corpus.clips.read("flow_image")
    assert np.corrcoef(flows[0].ravel(), flows[1].ravel())[0, 1] > 0.9


def test_a_wide_gap_is_told_with_its_numbers(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    gaps = clip_folder(tmp_path / "gaps", pictures)
    for number in (3, *range(8, 16)):
        (gaps / f"img{number}.jpg").unlink()
    with pytest.raises(UsageError, match="the numbers 3, 8-15 are missing"):
        prepare(table(tmp_path, coded("gaps")))


def test_free_places_lie_between_their_neighbours() -> None:
    from mien.pipeline.clip_preparation import _filled

    values = np.array([[0], [30], [60]], np.uint8)
    assert _filled(values, (0, 3, 4))[:, 0].tolist() == [0, 10, 20, 30, 60]
    assert _filled(values, (0, 1, 2)) is not values
    np.testing.assert_array_equal(_filled(values, (0, 1, 2)), values)


def test_a_corpus_that_was_mended_is_prepared_anew(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "a", pictures)
    file = table(tmp_path, coded("a"), coded("b"))
    assert prepare(file).clips == 1
    assert prepare(file).clips == 1
    clip_folder(tmp_path / "b", pictures)
    with pytest.raises(UsageError, match=r"which pictures of the clips are on disk.*--out"):
        prepare(file)
    (tmp_path / "b" / "img9.jpg").write_bytes(b"")
    other = tmp_path / "other"
    assert prepare(file, out=other).clips == 1
    cv2.imwrite(str(tmp_path / "b" / "img9.jpg"), pictures[8])
    with pytest.raises(UsageError, match="before the corpus changed"):
        prepare(file, out=other)
    shutil.rmtree(tmp_path / "b")
    table(tmp_path, coded("a", rate=50), coded("b"))
    with pytest.raises(UsageError, match="what is coded of the clips"):
        prepare(file)


@pytest.mark.parametrize(
    "change",
    [
        {"rate": Fraction(50)},
        {"subject_key": "mine/other"},
        {"objective_class": 3},
        {"peaks": {4: 0.5}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_all_that_is_coded_belongs_to_a_preparation(
    tmp_path: Path, prepare: Prepare, change: dict[str, object]
) -> None:
    flow_png(tmp_path / "f.png", np.zeros((28, 28, 3), np.uint8))
    corpus = read_corpus("manifest", table(tmp_path, flow_row("f.png")))
    prepare(corpus)
    clips = tuple(replace(clip, **change) for clip in corpus.clips)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="what is coded of the clips"):
        prepare(replace(corpus, clips=clips))


def flow_png(path: Path, rgb: np.ndarray) -> None:
    cv2.imwrite(str(path), np.ascontiguousarray(rgb[..., ::-1]))


def flow_row(path: str, channels: str = "", scaling: str = "-8:8") -> tuple[object, ...]:
    return (path, "cleo", "disgust", "", "", "", "", channels, scaling)


@pytest.mark.parametrize("size_px", [28, 56])
def test_pictures_of_flow_are_turned_back_into_flow(
    tmp_path: Path, prepare: Prepare, monkeypatch: pytest.MonkeyPatch, size_px: int
) -> None:
    monkeypatch.setattr("mien.pipeline.corpus_preparation.resolve_models", None)
    steps = np.linspace(-2, 2, size_px)
    u, v = np.meshgrid(steps, 0.5 * steps)
    across = 4 / (size_px - 1)
    strain = np.full_like(u, np.hypot(across, across / 2))
    grey = np.rint((np.stack([v, strain, u], axis=-1) + 8) / 16 * 65535).astype(np.uint16)
    flow_png(tmp_path / "f.png", grey)
    made = prepare(table(tmp_path, flow_row("f.png", "v strain u")))
    corpus = open_prepared(made.folder)
    assert list(corpus.arrays) == ["flow_image"]
    (image,) = corpus.clips.read("flow_image")
    pooled = np.stack([u, v], axis=-1).reshape(28, size_px // 28, 28, size_px // 28, 2)
    np.testing.assert_allclose(image[..., :2], pooled.mean(axis=(1, 3)), atol=3e-4)
    cell = across * size_px / 28
    np.testing.assert_allclose(image[..., 2], np.hypot(cell, cell / 2), atol=1e-3)
    (row,) = corpus.rows
    assert (row.frames, row.apex) == (0, None)
    assert np.isnan(row.window_s)


def test_flow_of_unknown_scale_or_other_kind_is_left_out_with_the_true_reason(
    tmp_path: Path, prepare: Prepare
) -> None:
    flow_png(tmp_path / "f.png", np.zeros((28, 28, 3), np.uint8))
    flow_png(tmp_path / "g.png", np.zeros((28, 28, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "grey.png"), np.zeros((28, 28), np.uint8))
    (tmp_path / "empty.png").touch()
    rows = [flow_row("f.png"), flow_row("g.png", scaling=""), flow_row("grey.png")]
    made = prepare(table(tmp_path, *rows, flow_row("empty.png")))
    assert made.clips == 1
    stretched, grey, empty = made.left_out.values()
    assert "its values in px are lost" in stretched
    assert "Expected the 3 channels u, v, strain in grey.png, but it has 1." in grey
    assert "Cannot read the flow picture empty.png" in empty


def test_flow_and_faces_in_one_table_are_refused(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "a", pictures)
    flow_png(tmp_path / "f.png", np.zeros((28, 28, 3), np.uint8))
    with pytest.raises(UsageError, match="clips of one kind"):
        prepare(table(tmp_path, coded("a"), flow_row("f.png")))
    only = read_corpus("manifest", table(tmp_path, flow_row("f.png")))
    with pytest.raises(UsageError, match="Expected the input flow_image"):
        prepare_corpus(only, tmp_path / "out", PreparationSettings(inputs=("rgb",)), Silent())


def test_a_clip_is_cut_from_a_video_file(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "a", pictures)
    still = [pictures[0]] * 90
    clip_video(tmp_path / "b.mp4", [*still, *pictures, *[pictures[-1]] * 30])
    late = ("b.mp4", "ben", "disgust", 95, 105, 115, "")
    made = prepare(table(tmp_path, coded("a"), late))
    folder, video = open_prepared(made.folder).rows
    assert (video.frames, video.rate) == (51, 60)
    assert video.onset == pytest.approx(15 / 50, abs=1e-6)
    flows = open_prepared(made.folder).clips.read("flow_image")
    assert np.corrcoef(flows[0].ravel(), flows[1].ravel())[0, 1] > 0.7
    assert folder.frames == 30


def test_a_video_file_that_is_no_clip_is_left_out(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "a", pictures)
    clip_video(tmp_path / "long.mp4", [pictures[0]] * 610)
    clip_video(tmp_path / "fast.mp4", pictures)
    rows = [coded("a"), ("long.mp4", "ben", "disgust", "", "", "", ""), coded("fast.mp4", rate=200)]
    made = prepare(table(tmp_path, *rows))
    uncoded, fast = made.left_out.values()
    assert "Fill both in" in uncoded
    assert "says that it has 60" in fast
    told = (made.folder / "left_out.csv").read_text(encoding="utf-8")
    assert "mine/ben/long" in told


def test_uncut_videos_of_two_people_or_of_one_name_are_refused(
    tmp_path: Path, pictures: list[np.ndarray]
) -> None:
    for name in ("one/x.mp4", "two/x.mp4", "both.mp4"):
        clip_video(tmp_path / name, pictures[:2])

    def clip(number: int, path: str, subject: str) -> CodedClip:
        where = tmp_path / path
        key = f"mine/{subject}"
        return CodedClip("mine", subject, key, "x", f"{key}/{number}", where, onset=1, offset=2)

    clips = (
        clip(1, "one/x.mp4", "anna"),
        clip(2, "two/x.mp4", "anna"),
        clip(3, "both.mp4", "anna"),
        clip(4, "both.mp4", "ben"),
    )
    one, two, both = uncut_videos(Corpus("mine", tmp_path, clips))
    assert "one/x.mp4 and two/x.mp4 would have the same" in one.refused == two.refused
    assert "mine/anna and mine/ben" in both.refused
    assert VideoTask(None, tmp_path)(both) == both.refused


@pytest.mark.parametrize("times", [(10, 9000), (-3, 20)])
def test_movements_outside_an_uncut_video_are_refused(
    tmp_path: Path,
    pictures: list[np.ndarray],
    prepare: Prepare,
    models_at: Path,
    times: tuple[int, int],
) -> None:
    path = clip_video(tmp_path / "v.mp4", [*pictures, *pictures[::-1]])
    clip = CodedClip(
        "mine", "ben", "mine/ben", "v", "mine/ben/v@1", path, onset=times[0], offset=times[1]
    )
    corpus = Corpus("mine", tmp_path, (clip,))
    told = VideoTask(models_at, tmp_path / "videos")(uncut_videos(corpus)[0])
    assert "within the frames 1 to 60 of v.mp4" in told
    with pytest.raises(UsageError, match=f"coded frames {times[0]} to {times[1]} in v.mp4"):
        prepare(corpus)


def test_a_folder_without_the_coded_pictures_is_left_out(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    clip_folder(tmp_path / "a", pictures)
    (tmp_path / "empty").mkdir()
    corpus = read_corpus("manifest", table(tmp_path, coded("a")))
    (clip,) = corpus.clips
    empty = replace(clip, key="mine/anna/empty", frames=tmp_path / "empty")
    beyond = replace(clip, key="mine/anna/beyond", onset=10**5, apex=None, offset=10**5 + 20)
    made = prepare(replace(corpus, clips=(clip, empty, beyond)))
    assert made.clips == 1
    assert "numbered pictures in empty, but it holds none" in made.left_out["mine/anna/empty"]
    assert "but its pictures are 1 to 30" in made.left_out["mine/anna/beyond"]


def test_a_failed_preparation_leaves_its_folder_free(
    tmp_path: Path, pictures: list[np.ndarray], prepare: Prepare
) -> None:
    file = table(tmp_path)
    with pytest.raises(UsageError, match=rf"mien dataset check manifest {file}$"):
        prepare(file)
    assert not (tmp_path / "out").exists()
    (clip_folder(tmp_path / "a", pictures) / "img9.jpg").write_bytes(b"")
    table(tmp_path, coded("a"))
    with pytest.raises(UsageError, match=r"img9\.jpg"):
        prepare(file)
    cv2.imwrite(str(tmp_path / "a" / "img9.jpg"), pictures[8])
    made = prepare(file)
    assert made.clips == 1
    (made.folder / MANIFEST).unlink()
    assert prepare(file).clips == 1
    assert open_prepared(made.folder).rows[0].frames == FRAMES


def test_videos_of_another_preparation_do_not_pass_for_its_own(
    tmp_path: Path, prepare: Prepare
) -> None:
    flow_png(tmp_path / "f.png", np.zeros((28, 28, 3), np.uint8))
    note = tmp_path / "out" / "videos" / "mine__ben__v" / "video.json"
    note.parent.mkdir(parents=True)
    note.write_text("{}", encoding="utf-8")
    (tmp_path / "out" / "preparing.json").write_text(json.dumps({"corpus": "x"}), encoding="utf-8")
    prepare(table(tmp_path, flow_row("f.png")))
    assert not note.exists()


def test_a_window_tells_where_pictures_are_missing(
    tmp_path: Path, pictures: list[np.ndarray]
) -> None:
    folder = clip_folder(tmp_path / "a", pictures)
    (folder / "img10.jpg").unlink()
    (clip,) = read_corpus("manifest", table(tmp_path, coded("a"))).clips
    window = open_window(clip, 0.05)
    assert (window.onset, window.apex, window.offset) == (3, 13, 23)
    assert (window.length, window.missing) == (27, (8,))
    assert len(window.pictures()) == 26
