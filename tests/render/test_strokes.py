"""Strokes: a thin line neither breaks nor shimmers."""

import numpy as np
import pytest
from jaxtyping import Float32

from mien.render.strokes import draw_strokes


def _ink(
    *,
    shift: tuple[float, float] = (0.0, 0.0),
    half_width: float = 0.1,
    segments: int = 1,
    depth: float = 1.0,
    cover: float = 1.0,
    plain: bool = False,
) -> Float32[np.ndarray, "row column"]:
    """Draw one white line of length 10 into a black picture; give what it left."""
    along = np.linspace(0, 1, segments + 1)
    points = np.zeros((1, segments + 1, 3))
    points[0, :, 0] = 6.0 + shift[0] + 8.0 * along
    points[0, :, 1] = 8.0 + shift[1] + 6.0 * along
    points[0, :, 2] = 1.0
    picture = np.zeros((22, 22, 3), np.float32)
    draw = draw_strokes.py_func if plain else draw_strokes
    draw(
        (
            points,
            np.full((1, segments + 1), half_width),
            np.ones((1, segments + 1, 3)),
            np.ones(1),
        ),
        np.array([0, 22]),
        (np.full((22, 22), depth, np.float32), np.full((22, 22), cover, np.float32)),
        0.01,
        picture,
    )
    return picture[..., 0]


@pytest.mark.parametrize("half_width", [0.05, 0.2, 0.4])
def test_a_line_leaves_as_much_ink_as_it_has_area(half_width: float) -> None:
    assert _ink(half_width=half_width).sum() == pytest.approx(2 * half_width * 10, rel=0.03)


def test_ink_stays_the_same_wherever_the_line_lies_between_pixels() -> None:
    amounts = [_ink(shift=(x, y)).sum() for x in np.linspace(0, 1, 6) for y in np.linspace(0, 1, 6)]
    assert np.ptp(amounts) < 0.02 * np.mean(amounts)


def test_the_middle_of_the_ink_moves_as_the_line_does() -> None:
    y, x = np.mgrid[:22, :22]
    still, moved = _ink(), _ink(shift=(0.1, 0.05))
    for axis, expected in ((x, 0.1), (y, 0.05)):
        change = (axis * moved).sum() / moved.sum() - (axis * still).sum() / still.sum()
        assert change == pytest.approx(expected, abs=0.01)


def test_segments_share_the_pixels_where_they_meet() -> None:
    assert _ink(segments=7).sum() == pytest.approx(_ink(segments=1).sum(), rel=0.02)


def test_a_line_behind_a_surface_is_hidden_and_fades_in_between() -> None:
    assert _ink(depth=0.98).sum() == 0
    assert _ink(depth=0.98, cover=0.25).sum() == pytest.approx(0.75 * _ink().sum(), rel=1e-5)
    half = _ink(depth=0.995).sum() / _ink().sum()
    assert half == pytest.approx(0.5, abs=0.01)


def test_the_plain_function_agrees_with_the_compiled_one() -> None:
    np.testing.assert_allclose(_ink(plain=True), _ink(), atol=1e-6)
