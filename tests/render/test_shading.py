"""Shading on surfaces whose light is known."""

from collections.abc import Callable

import numpy as np
import pytest

from mien.render.lamps import lit_share, softbox
from mien.render.light import Light
from mien.render.shade_fast import ATTRIBUTES, light_vertices
from mien.render.shade_portrait import shade_portrait_rows
from mien.render.shade_skin import ATTRIBUTES as PORTRAIT_ATTRIBUTES
from mien.render.shadow import shadow_map

_DARK = np.zeros((2, 3))


def _lamp(direction: tuple[float, float, float]) -> np.ndarray:
    """One white key light; the other two are off."""
    lights = np.zeros((6, 3))
    lights[:3] = direction
    lights[3] = 1.0
    return lights


def _lit(direction: tuple[float, float, float], wrap: float = 0.0) -> np.ndarray:
    attributes = np.zeros((1, ATTRIBUTES))
    light_vertices.py_func(
        np.array([0]),
        (np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]])),
        np.array([0.0, 0.0, 1.0]),
        (_lamp(direction), _DARK),
        (np.ones((1, 3)), np.array([[wrap, 0.0, 10.0]])),
        np.ones(1),
        attributes,
    )
    result: np.ndarray = attributes[0]
    return result


def test_a_matt_surface_follows_the_cosine() -> None:
    for angle in (0.0, 0.5, 1.0):
        got = _lit((np.sin(angle), 0.0, np.cos(angle)))[1]
        assert got == pytest.approx(np.cos(angle))
    assert _lit((0.0, 0.0, -1.0))[1] == 0.0


def test_wrapped_light_reaches_behind_the_edge_and_red_first() -> None:
    behind = _lit((np.sin(1.7), 0.0, np.cos(1.7)), wrap=0.4)
    assert behind[0] > behind[1] > 0.0


def test_room_light_is_that_of_the_side_it_comes_from() -> None:
    room = Light().room()
    for up, expected in ((1.0, room[0]), (-1.0, room[1])):
        attributes = np.zeros((1, ATTRIBUTES))
        light_vertices(
            np.array([0]),
            (np.zeros((1, 3)), np.array([[0.0, up, 0.0]])),
            np.array([0.0, 0.0, 1.0]),
            (np.zeros((6, 3)), room),
            (np.ones((1, 3)), np.array([[0.0, 0.0, 10.0]])),
            np.ones(1),
            attributes,
        )
        np.testing.assert_allclose(attributes[0, :3], expected)


def _square() -> tuple[np.ndarray, np.ndarray]:
    screen = np.array([[-9.0, -9.0, 1.0], [9.0, -9.0, 1.0], [9.0, 9.0, 1.0], [-9.0, 9.0, 1.0]])
    return screen, np.array([[0, 2, 1], [0, 3, 2]], np.int32)


def _eyes(normal: tuple[float, float, float]) -> tuple[object, ...]:
    """Two wide open eyes; the point at the origin is on the white, turned to ``normal``."""
    radius = 0.012
    ahead = np.array(normal) / np.linalg.norm(normal)
    frame = np.zeros((4, 3))
    frame[0] = -radius * ahead
    # The optical axis points aside, so that the point is not on the iris.
    frame[3] = np.cross(ahead, (0.0, 1.0, 0.0))
    frame[2] = (0.0, 1.0, 0.0)
    frame[1] = np.cross(frame[2], frame[3])
    return (
        np.stack((frame, frame)),
        radius,
        np.zeros((2, 2)),
        np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        np.tile(np.array([0.01, -0.01])[None, :, None], (2, 1, 9)),
        np.tile(np.array([-0.02, 0.02]), (2, 1)),
        0.0003,
    )


def _portrait_pixel(kind: int, normal: tuple[float, float, float]) -> np.ndarray:
    screen, triangles = _square()
    attributes = np.zeros((4, PORTRAIT_ATTRIBUTES))
    attributes[:, :3] = normal
    attributes[:, 6:8] = 2.0
    attributes[:, 8:11] = 1.0
    attributes[:, 11:13] = 1.0
    texture = np.zeros((5, 5, 9), np.float32)
    texture[..., :3] = texture[..., 5:8] = 0.5
    linear, depth, cover = np.zeros((1, 1, 3)), np.zeros((1, 1)), np.zeros((1, 1))
    empty = shadow_map(np.zeros((3, 3)), np.array([[0, 1, 2]]), np.array([0, 0, 1.0]), np.zeros(3))
    shade_portrait_rows.py_func(
        (screen, triangles, np.full(2, kind, np.uint8), attributes),
        (texture, 1000.0, np.array([1.0, 1.0, 0.0])),
        1,
        np.array([0, 1]),
        (np.zeros((1, 1), np.int32), np.ones((1, 1))),
        (
            np.array([0.0, 0.0, 1.0]),
            np.array([0.0, 1.0, 0.0]),
            _lamp((0.0, 0.0, 1.0)),
            _DARK,
            empty.nearness,
            empty.frame,
        ),
        _eyes(normal),
        (np.zeros((1, 1, 3)), linear, depth, cover),
    )
    result: np.ndarray = linear[0, 0]
    return result


@pytest.mark.parametrize("kind", range(5))
def test_every_material_is_brighter_towards_the_lamp(kind: int) -> None:
    towards = _portrait_pixel(kind, (0.0, 0.0, 1.0))
    aside = _portrait_pixel(kind, (0.95, 0.0, 0.3))
    assert np.isfinite(towards).all()
    assert towards[1] > aside[1] > 0.0


def test_skin_shades_off_into_red() -> None:
    aside = _portrait_pixel(0, (1.0, 0.0, -0.1))
    assert aside[0] > 1.3 * aside[1]


def test_a_point_behind_a_plate_lies_in_shadow_and_one_beside_it_does_not() -> None:
    plate = np.array([[-0.03, -0.03, 0.05], [0.03, -0.03, 0.05], [0.0, 0.05, 0.05]])
    seen = shadow_map(plate, np.array([[0, 1, 2]], np.int32), np.array([0, 0, 1.0]), np.zeros(3))
    for look in (lit_share, lit_share.py_func):
        assert look(seen.nearness, seen.frame, 0.0, 0.0, 0.0) == 0.0
        assert look(seen.nearness, seen.frame, 0.1, 0.0, 0.0) == 1.0
        assert look(seen.nearness, seen.frame, 0.0, 0.0, 0.06) == 1.0
        assert 0.05 < look(seen.nearness, seen.frame, 0.0, -0.03, 0.0) < 0.95


@pytest.mark.parametrize("look", [softbox, softbox.py_func], ids=["compiled", "plain"])
def test_a_softbox_is_seen_in_its_own_direction_only(look: Callable[..., float]) -> None:
    assert look(0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.1, 0.02) == 1.0
    assert look(0.0, 0.0, 1.0, 0.3, 0.0, 0.95, 0.1, 0.02) == 0.0
    assert look(0.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.1, 0.02) == 0.0
    assert look(0.0, 0.0, 1.0, 0.1, 0.0, 0.99, 0.1, 0.02) == pytest.approx(0.5)
