"""Action units as shapes of the built-in head."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS, Channel, channels_of
from mien.head import (
    action_channels,
    action_deltas,
    action_names,
    action_weights,
    au_delta,
    au_weights,
    gaze_rad,
    load_head,
    pose_actions,
)

HEAD = load_head()
MARKS = HEAD.landmarks


def moved(name: str) -> np.ndarray:
    """Shift of the landmarks at activation 1, in millimetres."""
    shift: np.ndarray = 1e3 * MARKS.points(au_delta(HEAD, Channel.parse(name)).astype(np.float64))
    return shift


def test_every_channel_of_facs_moves_the_face() -> None:
    assert set(action_channels()) == {c for u in ACTION_UNITS for c in channels_of(u.number)}
    for channel in action_channels():
        largest = np.linalg.norm(au_delta(HEAD, channel), axis=1).max()
        assert 0.0015 < largest < 0.04, str(channel)


def test_a_side_is_a_side_of_the_subject_and_the_other_its_mirror_image() -> None:
    for channel in action_channels():
        size = np.linalg.norm(au_delta(HEAD, channel), axis=1)
        left, right = size[HEAD.mean_m[:, 0] > 0].sum(), size[HEAD.mean_m[:, 0] < 0].sum()
        if channel.side == "left":
            assert left > 2 * right, str(channel)
            other = np.linalg.norm(au_delta(HEAD, channels_of(channel.au)[1]), axis=1)
            assert other.sum() == pytest.approx(size.sum(), rel=1e-3), str(channel)
        elif channel.side == "right":
            assert right > 2 * left, str(channel)
        else:
            assert left == pytest.approx(right, rel=0.02), str(channel)


def test_seams_of_the_texture_do_not_open() -> None:
    for name, delta in zip(action_names(), action_deltas(HEAD), strict=True):
        torn = np.abs(delta - delta[HEAD.weld]).max()
        assert torn < 2e-5, name


@pytest.mark.parametrize("number", [1, 17, 18])
def test_the_halves_of_a_midline_unit_are_smooth_at_the_midline(number: int) -> None:
    left, right = (au_delta(HEAD, channel) for channel in channels_of(number))
    middle = np.abs(HEAD.mean_m[:, 0]) < 0.0005
    np.testing.assert_allclose(left[middle, 1], right[middle, 1], atol=2e-5)
    whole = np.linalg.norm((left + right)[middle], axis=1)
    half = np.linalg.norm(left[middle], axis=1)
    strong = whole > 0.001
    assert strong.any()
    np.testing.assert_allclose(half[strong] / whole[strong], 0.5, atol=0.05)


CORNER, OTHER_CORNER, CHEEK = 291, 61, 280
BOSS, LOWER_LIP, UPPER_LIP, WING = 199, 17, 0, 358
INNER_BROW, OUTER_BROW, UPPER_LID, LOWER_LID = 336, 293, 386, 374


@pytest.mark.parametrize(
    ("unit", "mark", "way", "least_mm"),
    [
        ("AU01L", INNER_BROW, (0, 1, 0), 5),
        ("AU02L", OUTER_BROW, (0, 1, 0), 4),
        ("AU04L", INNER_BROW, (0, -1, 0), 2.5),
        ("AU04L", INNER_BROW, (-1, 0, 0), 4),
        ("AU05L", UPPER_LID, (0, 1, 0), 3),
        ("AU05L", OUTER_BROW, (0, 1, 0), 0.3),
        ("AU06L", CHEEK, (0, 1, 0), 4),
        ("AU06L", LOWER_LID, (0, 1, 0), 1),
        ("AU07L", LOWER_LID, (0, 1, 0), 2),
        ("AU09L", WING, (0, 1, 0), 3),
        ("AU09L", INNER_BROW, (0, -1, 0), 2),
        ("AU10L", 270, (0, 1, 0), 3),
        ("AU12L", CORNER, (0, 1, 0), 7),
        ("AU12L", CORNER, (1, 0, 0), 6),
        ("AU13L", CORNER, (0, 1, 0), 6),
        ("AU15L", CORNER, (0, -1, 0), 5),
        ("AU15L", BOSS, (0, -1, 0), 0.1),
        ("AU16L", 321, (0.7, -0.7, 0), 2),
        ("AU17L", BOSS, (0, 1, 0), 3),
        ("AU17L", LOWER_LIP, (0, 1, 0), 2),
        ("AU18L", CORNER, (-1, 0, 0), 3),
        ("AU20L", CORNER, (1, 0, 0), 5),
        ("AU23", CORNER, (-1, 0, 0), 3),
        ("AU24", LOWER_LIP, (0, 1, 0), 1.5),
        ("AU24", UPPER_LIP, (0, -1, 0), 1),
        ("AU25", LOWER_LIP, (0, -1, 0), 0.5),
        ("AU26", LOWER_LIP, (0, -1, 0), 15),
        ("AU38L", WING, (1, 0, 0), 1.5),
        ("AU39L", WING, (-1, 0, 0), 1.5),
        ("AU45L", UPPER_LID, (0, -1, 0), 6),
    ],
)
def test_a_unit_moves_what_facs_says_it_moves(
    unit: str, mark: int, way: tuple[float, float, float], least_mm: float
) -> None:
    assert moved(unit)[mark] @ np.array(way) > least_mm


@pytest.mark.parametrize(
    ("unit", "mark", "most_mm"),
    [
        ("AU07L", CHEEK, 0.6),
        ("AU11L", CORNER, 1.0),
        ("AU24", CORNER, 1.0),
        ("AU13L", OTHER_CORNER, 0.5),
        ("AU10L", CORNER, 2.5),
        ("AU02L", INNER_BROW, 2.0),
        ("AU38L", UPPER_LIP, 0.3),
    ],
)
def test_a_unit_leaves_alone_what_facs_says_rests(unit: str, mark: int, most_mm: float) -> None:
    assert np.linalg.norm(moved(unit)[mark]) < most_mm


def test_the_dimpler_draws_the_corner_inward_and_the_skin_around_to_it() -> None:
    shift = moved("AU14L")
    beside, below = MARKS.points(HEAD.mean_m.astype(np.float64))[[432, 273]]
    corner = MARKS.points(HEAD.mean_m.astype(np.float64))[CORNER]
    assert shift[CORNER, 2] < -1, "to the teeth"
    assert abs(shift[CORNER, 1]) < 1, "neither up nor down"
    assert shift[432] @ (corner - beside) > 0, "the cheek comes to the corner"
    assert shift[273] @ (corner - below) > 0, "the skin below comes to the corner"


UNPARTED = ("AU13L", "AU14L", "AU15L", "AU17L", "AU20L", "AU23", "AU24", "AU28")


@pytest.mark.parametrize("unit", UNPARTED)
def test_lips_stay_shut_under_units_that_do_not_part_them(unit: str) -> None:
    shift = moved(unit)
    opened = shift[[312, 13, 82], 1] - shift[[317, 14, 87], 1]
    assert opened.max() < 0.1


def test_lids_that_are_shut_stay_shut_whatever_else_acts() -> None:
    person = HEAD.people["Ada"]
    rest = 1e3 * MARKS.points(person.vertices_m.astype(np.float64))
    shut = 1e3 * MARKS.points(pose_actions(HEAD, person, {"AU45L": 1.0}).astype(np.float64))
    gap = rest[UPPER_LID, 1] - rest[LOWER_LID, 1]
    for other in ("AU05L", "AU06L", "AU07L", "AU43L", "AU46L", "AU63L", "AU64L"):
        both = pose_actions(HEAD, person, {"AU45L": 1.0, other: 1.0}).astype(np.float64)
        marks = 1e3 * MARKS.points(both)
        change = (marks[UPPER_LID, 1] - marks[LOWER_LID, 1]) - (
            shut[UPPER_LID, 1] - shut[LOWER_LID, 1]
        )
        assert abs(change) < 0.12 * gap, other


def test_lips_that_are_pressed_stay_shut_under_an_open_jaw() -> None:
    person = HEAD.people["Ada"]

    def gap_mm(weights: dict[Channel | str, float]) -> float:
        marks = MARKS.points(pose_actions(HEAD, person, weights).astype(np.float64))
        return float(1e3 * (marks[13, 1] - marks[14, 1]))

    assert gap_mm({"AU26": 1.0}) > 15
    for presser in ("AU24", "AU28"):
        assert gap_mm({"AU26": 1.0, presser: 1.0}) < 4, presser
    assert gap_mm({"AU26": 1.0, "AU24": 1.0, "AU17L": 1.0, "AU17R": 1.0, "AU23": 1.0}) > -6
    assert gap_mm({"AU26": 0.4, "AU24": 1.0}) < 4


@pytest.mark.parametrize(
    ("one", "other", "mark"),
    [("AU06", "AU12", CHEEK), ("AU09", "AU10", WING), ("AU12", "AU20", CORNER)],
)
def test_units_that_share_skin_do_not_move_it_twice(one: str, other: str, mark: int) -> None:
    person = HEAD.people["Kenji"]
    rest = MARKS.points(person.vertices_m.astype(np.float64))[mark]

    def shift(*names: str) -> np.ndarray:
        posed = pose_actions(HEAD, person, {f"{name}L": 1.0 for name in names})
        found: np.ndarray = MARKS.points(posed.astype(np.float64))[mark] - rest
        return found

    together = np.linalg.norm(shift(one, other))
    alone = max(np.linalg.norm(shift(one)), np.linalg.norm(shift(other)))
    assert alone < together * 1.05
    assert together < 0.97 * np.linalg.norm(shift(one) + shift(other))


def test_gaze_units_turn_both_eyes_to_the_subjects_own_side() -> None:
    np.testing.assert_allclose(gaze_rad({61: 1.0}), [[0, 0.7], [0, 0.7]])
    np.testing.assert_allclose(gaze_rad({62: 0.5, 64: 1.0}), [[0.6, -0.35], [0.6, -0.35]])
    with pytest.raises(UsageError, match=r"gaze units among \(61, 62, 63, 64\), but got 65"):
        gaze_rad({65: 1.0})


def test_arkit_weights_name_shapes_of_the_head_and_lie_between_zero_and_one() -> None:
    for channel in action_channels():
        weights = au_weights(channel)
        assert set(weights) <= set(HEAD.unit_names), str(channel)
        assert all(0 < weight <= 1 for weight in weights.values())
    assert not au_weights(Channel.parse("AU38L"))


def test_a_channel_that_nobody_knows_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'AU12'.*AU12L"):
        action_weights({"AU12": 1.0})
    with pytest.raises(UsageError, match="finite weight for AU12L, but got nan"):
        action_weights({"AU12L": np.nan})


def test_the_file_of_shapes_is_the_one_that_was_baked() -> None:
    folder = files("mien.head").joinpath("data")
    noted = folder.joinpath("actions.sha256").read_text("utf-8").split()[0]
    assert hashlib.sha256(folder.joinpath("actions.npz").read_bytes()).hexdigest() == noted
