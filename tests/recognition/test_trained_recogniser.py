"""The networks that come with mien: loading, reading, and refusing what is not theirs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from mien.core.errors import FormatError, MissingError
from mien.recognition.atoms import READ_UNITS
from mien.recognition.canonical import canonical_basis
from mien.recognition.flow_network import FlowNetwork
from mien.recognition.fusion import IMAGE, SYNTHESIS, VOLUME, TrainedRecogniser
from mien.recognition.model_card import CARD, packaged_folder, read_card
from mien.store.digest import sha256_of_path

BASIS = canonical_basis()
RECOGNISER = TrainedRecogniser()
COURSE = np.sin(np.linspace(0, np.pi, RECOGNISER.steps))[None, :, None, None, None]


def field_of(*units: int) -> np.ndarray:
    """Motion of both sides of some units at .4."""
    mine = [i for i, channel in enumerate(BASIS.channels) if channel.au in units]
    field: np.ndarray = 0.4 * BASIS.fields_px[mine].sum(axis=0)[None]
    return field


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "networks"
    shutil.copytree(packaged_folder(), folder)
    return folder


def changed_card(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    change(card)
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")


def test_all_networks_together_are_small() -> None:
    card = read_card(packaged_folder()).card
    assert sum(one.bytes for one in card.networks) <= 16_000_000
    for one in card.networks:
        path = packaged_folder() / one.file
        assert path.stat().st_size == one.bytes
        assert sha256_of_path(path) == one.sha256


def test_no_licensed_corpus_stands_behind_them_and_the_priors_are_named() -> None:
    assert RECOGNISER.card.corpora == ()
    assert RECOGNISER.card.priors == ("emfacs", "dfme")


@pytest.mark.parametrize("units", [(4,), (1, 2), (12,), (9,), (15,), (6, 12)])
def test_units_of_the_head_itself_are_seen(units: tuple[int, ...]) -> None:
    image = field_of(*units)
    verdict = RECOGNISER.read(image, COURSE * image[:, None])
    found = dict(zip(READ_UNITS, verdict.units[0], strict=True))
    assert all(found[unit] >= RECOGNISER.card.threshold for unit in units)


def test_the_verdict_is_the_mean_of_three_calibrated_opinions() -> None:
    image = field_of(1, 2)
    verdict = RECOGNISER.read(image, COURSE * image[:, None])
    assert set(verdict.opinions) == {SYNTHESIS, IMAGE, VOLUME}
    mean = np.mean([one.units for one in verdict.opinions.values()], axis=0)
    card = RECOGNISER.card
    assert np.allclose(verdict.units, expit(card.fused_slope * mean + card.fused_offsets))
    assert verdict.emotion.sum(axis=1) == pytest.approx(1)


def test_without_a_course_two_opinions_count_and_no_times_are_told() -> None:
    verdict = RECOGNISER.read(field_of(4))
    assert set(verdict.opinions) == {SYNTHESIS, IMAGE}
    assert verdict.times is None


def test_what_is_said_of_a_clip_does_not_depend_on_the_others() -> None:
    images = np.concatenate([field_of(4), field_of(12), field_of(1, 2)])
    together = RECOGNISER.read(images, COURSE * images[:, None])
    alone = RECOGNISER.read(images[1:2], COURSE * images[1:2, None])
    assert np.allclose(together.units[1], alone.units[0], atol=1e-5)


def test_no_clips_give_no_rows() -> None:
    verdict = RECOGNISER.read(np.zeros((0, 28, 28, 2)))
    assert verdict.units.shape == (0, len(READ_UNITS))


def test_onset_apex_and_offset_come_in_order_and_near_where_they_are() -> None:
    times = RECOGNISER.read(field_of(4), COURSE * field_of(4)[:, None]).times
    assert times is not None
    assert (np.diff(times[0]) >= 0).all()
    assert times[0, 1] == pytest.approx(0.5, abs=0.15)


def test_a_missing_folder_or_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"default\.json"):
        TrainedRecogniser(tmp_path)
    folder = copied(tmp_path)
    (folder / "flow_volume.onnx").unlink()
    with pytest.raises(MissingError, match=r"flow_volume\.onnx.*Install mien anew"):
        TrainedRecogniser(folder)


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "flow_image.onnx"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(FormatError, match="it has 1000: it is cut short"):
        TrainedRecogniser(folder)


def test_a_file_with_other_content_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "flow_image.onnx"
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(FormatError, match="content differs"):
        TrainedRecogniser(folder)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("version", 2, "Expected version 1"),
        ("schema_name", "mien/track", "it is something else"),
        ("units", [1, 2, 4], "have the units"),
        ("classes", ["joy"], "have the emotions joy"),
        ("threshold", "high", "threshold"),
    ],
)
def test_a_card_of_another_kind_version_or_list_is_refused(
    tmp_path: Path, key: str, value: object, says: str
) -> None:
    folder = copied(tmp_path)
    changed_card(folder, lambda card: card.update({key: value}))
    with pytest.raises(FormatError, match=says):
        read_card(folder)


def test_a_card_that_is_no_json_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / CARD).write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match="cannot be read"):
        read_card(folder)


def test_volumes_of_another_length_and_the_wrong_network_are_refused() -> None:
    cards = read_card(packaged_folder())
    with pytest.raises(FormatError, match="16 steps"):
        FlowNetwork(cards, "volume").volumes(np.zeros((1, 9, 28, 28, 2)))
    with pytest.raises(FormatError, match="reads images"):
        FlowNetwork(cards, "image").volumes(np.zeros((1, 16, 28, 28, 2)))
