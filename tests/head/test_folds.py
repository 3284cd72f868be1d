"""Folds of the skin: deeper with the unit and with age, irregular, exportable."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.head import au_delta, load_head
from mien.head.fold_maps import fold_maps, fold_weights
from mien.head.fold_relief import draw_folds
from mien.head.folds import FOLDS, fold_amounts, folds_of, settled_folds

_HEAD = load_head()
_YOUNG, _OLD = _HEAD.people["Jonas"], _HEAD.people["Clara"]


def _weights(**named: float) -> np.ndarray:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


_CASES = {
    "forehead_inner_left": {"browInnerUp": 1.0, "browOuterUpLeft": 1.0},
    "forehead_outer_left": {"browInnerUp": 1.0, "browOuterUpLeft": 1.0},
    "glabella": {"browDownLeft": 1.0, "browDownRight": 1.0},
    "crows_feet_left": {"cheekSquintLeft": 1.0},
    "nose_left": {"noseSneerLeft": 1.0},
    "nasolabial_left": {"mouthSmileLeft": 1.0},
    "chin": {"mouthShrugLower": 1.0},
    "under_eye_left": {"eyeSquintLeft": 1.0, "cheekSquintLeft": 0.5},
}


@pytest.mark.parametrize("fold", sorted(_CASES))
def test_a_fold_deepens_with_its_units_and_with_age(fold: str) -> None:
    at = FOLDS.index(fold)
    shares = [
        fold_weights(_HEAD, _YOUNG, _weights(**{k: s * v for k, v in _CASES[fold].items()}))[at]
        for s in (0.0, 0.25, 0.5, 1.0)
    ]
    assert shares[0] == 0.0
    assert (np.diff(shares) >= 0).all()
    assert shares[3] > shares[2] > 0
    assert shares[3] > 0.18
    assert shares[1] < 0.35 * shares[3]  # skin takes up its slack first
    half = _weights(**{k: 0.5 * v for k, v in _CASES[fold].items()})
    assert fold_weights(_HEAD, _OLD, half)[at] > 1.25 * shares[2]


@pytest.mark.parametrize(
    ("unit", "fold"),
    [
        ("AU01L", "forehead_inner_left"),
        ("AU02L", "forehead_outer_left"),
        ("AU06L", "crows_feet_left"),
        ("AU07L", "under_eye_left"),
        ("AU09L", "nose_left"),
        ("AU10L", "nasolabial_left"),
        ("AU11L", "nasolabial_left"),
        ("AU12L", "nasolabial_left"),
        ("AU14L", "dimple_left"),
    ],
)
def test_an_action_unit_makes_the_fold_that_facs_describes(unit: str, fold: str) -> None:
    rest = _YOUNG.vertices_m.astype(np.float64)
    posed = rest + au_delta(_HEAD, Channel.parse(unit))
    marks = [_HEAD.landmarks.points(points) for points in (rest, posed)]
    amounts = fold_amounts(marks[0], marks[1], 31.0)
    assert amounts[FOLDS.index(fold)] > 0.3
    other = amounts[[k for k, name in enumerate(FOLDS) if name.endswith("right")]]
    assert other.max() < 0.1


def test_the_deepener_of_the_nasolabial_fold_deepens_it_as_much_as_a_smile_does() -> None:
    rest = _HEAD.landmarks.points(_YOUNG.vertices_m.astype(np.float64))
    fold = FOLDS.index("nasolabial_left")
    deep, smile, slight = (
        fold_amounts(rest, rest + strength * _marks_moved(unit), 31.0)[fold]
        for unit, strength in (("AU11L", 1.0), ("AU12L", 1.0), ("AU12L", 0.3))
    )
    assert deep > 0.9 * smile > slight > 0.1


def _marks_moved(unit: str) -> np.ndarray:
    return _HEAD.landmarks.points(au_delta(_HEAD, Channel.parse(unit)).astype(np.float64))


@pytest.mark.parametrize("fold", [f for f in _CASES if f.endswith("left")])
def test_a_fold_of_one_side_leaves_the_other_alone(fold: str) -> None:
    named = {k: v for k, v in _CASES[fold].items() if k != "browInnerUp"}
    amounts = fold_weights(_HEAD, _YOUNG, _weights(**named))
    other = FOLDS.index(fold.replace("left", "right"))
    assert amounts[other] < 0.1 * max(amounts[FOLDS.index(fold)], 0.05) + 0.01


def test_a_young_face_at_rest_has_no_folds_and_an_old_one_has() -> None:
    assert fold_weights(_HEAD, _YOUNG, _weights()).max() == 0.0
    assert fold_weights(_HEAD, _OLD, _weights()).max() > 0.15
    assert (settled_folds(80.0) >= settled_folds(50.0)).all()


def test_depth_on_the_mesh_lies_where_the_fold_is() -> None:
    rest = _YOUNG.vertices_m.astype(np.float64)
    folds = folds_of(_HEAD, rest, _YOUNG.eye_centre_m.mean(axis=0), 31.0)
    smile = rest + _HEAD.unit_deltas_m[_HEAD.unit_index("mouthSmileLeft")]
    depth = folds.depth(smile)
    at = int(np.argmax(folds.share[FOLDS.index("nasolabial_left")]))
    assert depth[at, 0] > 0.25
    assert rest[at, 0] > 0
    forehead = _HEAD.landmarks.corners[10, 0]
    assert depth[forehead].max() < 0.02
    assert folds.depth(rest).max() == 0.0


def test_lines_are_not_ruled() -> None:
    """Rows across the forehead differ from each other, and no crease runs from end to end."""
    rest = _YOUNG.vertices_m.astype(np.float64)
    middle = _YOUNG.eye_centre_m.mean(axis=0)
    marks = _HEAD.landmarks.points(rest) - middle
    x, y = np.meshgrid(np.linspace(-0.03, 0.03, 121), np.linspace(0.03, 0.06, 121))
    points = np.column_stack((x.ravel(), y.ravel(), np.full(x.size, 0.02)))
    field = np.zeros(x.size)
    for fold, own, relief in draw_folds(points, marks, np.random.default_rng(0)):
        if FOLDS[fold].startswith("forehead"):
            field[own] += relief
    grid = field.reshape(x.shape)
    profiles = grid[:, 20:100:20]
    similar = [
        float(np.corrcoef(profiles[:, a], profiles[:, b])[0, 1]) for a in range(4) for b in range(a)
    ]
    assert max(similar) < 0.97
    assert -0.0006 < grid.min() < -0.0001


def test_normal_maps_show_each_fold_where_it_lies_and_nothing_elsewhere() -> None:
    maps = fold_maps(_HEAD, _YOUNG, size_px=512)
    assert maps.names == FOLDS
    for name, normals in zip(maps.names, maps.normals, strict=True):
        assert normals.shape == (512, 512, 3)
        bent = (np.abs(normals[..., :2].astype(int) - 128) > 2).any(axis=2)
        assert 5 < bent.sum() < 0.03 * bent.size, name
        length = np.linalg.norm(normals[bent].astype(float) / 127.5 - 1, axis=1)
        np.testing.assert_allclose(length, 1.0, atol=0.012)
        flat = (normals == (128, 128, 255)).all(axis=2)
        assert flat.mean() > 0.95


def test_the_same_seed_gives_the_same_maps() -> None:
    first, again = (fold_maps(_HEAD, _OLD, size_px=128, seed=4) for _ in range(2))
    for one, other in zip(first.normals, again.normals, strict=True):
        np.testing.assert_array_equal(one, other)


def test_maps_without_pixels_are_refused() -> None:
    with pytest.raises(UsageError, match=r"64\.\.8192 pixels, but got 0"):
        fold_maps(_HEAD, _YOUNG, size_px=0)
