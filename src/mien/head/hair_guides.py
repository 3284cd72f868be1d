"""Guide hairs: they leave the scalp in the style's direction, fall, and never enter the head."""

# ruff: noqa: PLR2004 - places and lengths on the average head

import numpy as np
from jaxtyping import Bool, Float64

from mien.head.hair_styles import HairStyle
from mien.head.hair_surface import HairSurface
from mien.head.noise import smoothstep

_CROWN_M = (0.0, 0.105, -0.125)
_CLEAR_M = 0.0012
"""Least distance of a hair from the skin."""

_STRAY, _CHIN_M = 0.85, -0.105
_TIED_M = 0.010
_BEFORE_EARS_M = -0.075
HEAVY = 0.3
"""Weight above which hair hangs."""

_DOWN = np.array((0.0, -1.0, 0.0))


def guide_hairs(
    surface: HairSurface,
    style: HairStyle,
    roots_m: Float64[np.ndarray, "guide 3"],
    normals: Float64[np.ndarray, "guide 3"],
    *,
    steps: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "guide point 3"]:
    """Grow the outermost hairs of a style, step by step.

    Args:
        surface: What the hairs lie on.
        style: Lengths, directions, weight.
        roots_m: Where the hairs leave the skin.
        normals: Of the skin there.
        steps: Steps to the tip.
        rng: Spreads lengths and directions.

    Returns:
        ``steps + 1`` points of every hair at even distances.
    """
    place = surface.size.average(roots_m)
    length = hair_lengths(style, place) * rng.uniform(0.92, 1.06, len(roots_m))
    fringe = _in_fringe(style, place)
    turn = 0.18 * rng.standard_normal(roots_m.shape)
    points = np.empty((len(roots_m), steps + 1, 3))
    points[:, 0] = here = roots_m + _CLEAR_M * normals
    heading = _flow(style, surface, here, normals, place) + turn * min(style.fly * 4, 1.0)
    lift = _lift(style, place)[:, None]
    heading = _unit((1 - lift) * _unit(heading) + lift * normals)
    walked = np.zeros(len(roots_m))
    side = np.where(place[:, 0] - style.part_x_m * (place[:, 1] > 0.03) < 0, -1.0, 1.0)
    done = np.zeros(len(roots_m), np.bool_)
    tie = _tie(style, surface)
    for step in range(1, steps + 1):
        stride = length / steps
        keep = style.stiffness ** (stride / 0.010)
        walked += stride
        root_flow = np.exp(-walked / 0.055)[:, None] if style.weight > HEAVY else 1.0
        flow = _flow(style, surface, here, normals, place)
        pull = _unit(flow * root_flow * (1 - style.weight) + 1.2 * style.weight * _DOWN)
        heading = _unit(keep[:, None] * heading + (1 - keep)[:, None] * pull)
        to = here + heading * stride[:, None]
        ramp = np.minimum(walked / (1.5 * style.volume_m + 1e-9), 1.0)
        away, out = surface.distance(to)
        wanted = _CLEAR_M + style.volume_m * _fullness(style, place, to) * ramp
        if style.weight > HEAVY:
            out = _off_shoulders(out, to, place)
        to += (
            out * (np.maximum(wanted - away, 0) - style.hug * np.maximum(away - wanted, 0))[:, None]
        )
        if style.weight > 0.1 and style.tie_m is None:
            to = _clear_of_face(surface, to, side, fringe)
        if tie is not None:
            done |= np.linalg.norm(here - tie, axis=1) < np.maximum(stride, _TIED_M)
            to = np.where(done[:, None], here, to)
        heading = _unit(0.5 * heading + 0.5 * _unit(to - here))
        points[:, step] = here = to
    points = _cut(points, surface, style, fringe, rng)
    return resampled(points, steps + 1)


def hair_lengths(
    style: HairStyle, place_m: Float64[np.ndarray, "root 3"]
) -> Float64[np.ndarray, " root"]:
    """Blend the style's lengths over the head; places are those of the average head."""
    y, z = place_m[:, 1], place_m[:, 2]
    top = smoothstep(0.045, 0.085, y)
    front = smoothstep(-0.055, -0.005, z) * smoothstep(0.035, 0.06, y)
    back = smoothstep(-0.09, -0.15, z)
    low = style.side_m + (style.back_m - style.side_m) * back
    length = low + (style.top_m - low) * top
    blended: Float64[np.ndarray, " root"] = length + (style.front_m - length) * front
    return blended


def _lift(style: HairStyle, place: Float64[np.ndarray, "guide 3"]) -> Float64[np.ndarray, " guide"]:
    """How steeply hair leaves the skin: less at the sides and beside a parting."""
    lift = np.full(len(place), style.lift)
    if style.flow == "out":
        return lift
    if style.flow == "part":
        lift *= 0.3 + 0.7 * smoothstep(0.0, 0.06, np.abs(place[:, 0] - style.part_x_m))
    raised: Float64[np.ndarray, " guide"] = lift * (
        0.4 + 0.6 * smoothstep(0.04, 0.075, place[:, 1])
    )
    return raised


def _fullness(
    style: HairStyle,
    place: Float64[np.ndarray, "guide 3"],
    at: Float64[np.ndarray, "guide 3"],
) -> Float64[np.ndarray, " guide"]:
    """Share of the volume by the root's height: hair from above lies over hair from below."""
    above = 0.45 + 0.55 * smoothstep(-0.04, 0.08, place[:, 1])
    if style.flow == "part":  # flat where the hair is parted
        beside = smoothstep(0.0, 0.065, np.abs(at[:, 0] - style.part_x_m))
        above *= 1 - 0.8 * (1 - beside) * smoothstep(0.03, 0.075, at[:, 1])
    if style.weight < 0.5:
        return above
    # On shoulders hair lies flat.
    return above * (0.45 + 0.55 * smoothstep(-0.16, -0.11, at[:, 1]))


def _off_shoulders(
    out: Float64[np.ndarray, "guide 3"],
    at: Float64[np.ndarray, "guide 3"],
    place: Float64[np.ndarray, "guide 3"],
) -> Float64[np.ndarray, "guide 3"]:
    """Let hair that reaches the shoulders slide before or behind them, not outward."""
    low = smoothstep(-0.09, -0.13, at[:, 1])[:, None]
    ahead = np.where(place[:, 2] > _BEFORE_EARS_M, 1.0, -1.0)
    along = out * (0.15, 0.6, 1.0)
    along[:, 2] = np.where(ahead * along[:, 2] < 0.5, 0.9 * ahead, along[:, 2])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    return _unit((1 - low) * out + low * along)


def _flow(
    style: HairStyle,
    surface: HairSurface,
    here: Float64[np.ndarray, "guide 3"],
    normals: Float64[np.ndarray, "guide 3"],
    place: Float64[np.ndarray, "guide 3"],
) -> Float64[np.ndarray, "guide 3"]:
    """Direction in which the style wants a hair to go."""
    low = smoothstep(0.075, 0.03, place[:, 1])[:, None]
    if style.flow == "out":
        return normals
    if style.flow == "tie":
        tie = _tie(style, surface)
        return _unit((np.zeros(3) if tie is None else tie) - here)
    if style.flow == "crown":
        away = _unit(here - surface.size.own(np.array([_CROWN_M]))[0])
        return _unit(away + 0.5 * low * _DOWN)
    if style.flow == "forward":
        return _unit(np.array((0.15, 0.0, 1.0)) + 1.5 * low * _DOWN)
    if style.flow == "back":
        sideways = 0.25 * np.tanh(place[:, 0] / 0.04)
        return _unit(np.column_stack((sideways, -0.1 - 0.6 * low[:, 0], -np.ones(len(place)))))
    backward = -0.45 if style.weight < HEAVY else -0.12
    across = np.tanh((place[:, 0] - style.part_x_m) / 0.004)
    front = smoothstep(-0.06, 0.0, place[:, 2])
    swept = 0.75 if style.weight < HEAVY else 0.32
    sides = np.column_stack((across, -0.25 + 0 * across, 0.15 - swept * front))
    return _unit((1 - low) * _unit(sides) + low * (0.9 * _DOWN + np.array((0.0, 0.0, backward))))


def _tie(style: HairStyle, surface: HairSurface) -> Float64[np.ndarray, "3"] | None:
    """Place of the tie, on the skin."""
    if style.tie_m is None:
        return None
    at = surface.size.own(np.array([(0.0, *style.tie_m)]))
    away, out = surface.distance(at)
    found: Float64[np.ndarray, 3] = (at - out * (away - 0.006)[:, None])[0]
    return found


def _in_fringe(
    style: HairStyle, place: Float64[np.ndarray, "guide 3"]
) -> Bool[np.ndarray, " guide"]:
    """Which roots belong to the fringe."""
    if style.fringe_y_m is None:
        return np.zeros(len(place), np.bool_)
    ahead: Bool[np.ndarray, " guide"] = (
        (place[:, 2] > -0.035) & (np.abs(place[:, 0]) < 0.05) & (place[:, 1] > 0.05)
    )
    return ahead


def _window(y_m: Float64[np.ndarray, "*at"]) -> Float64[np.ndarray, "*at"]:
    """Half the width of the face that hair leaves free, by height."""
    window: Float64[np.ndarray, "*at"] = np.interp(
        y_m,
        (-0.3, -0.16, -0.11, -0.07, -0.02, 0.02, 0.045, 0.062),
        (0.055, 0.058, 0.060, 0.066, 0.071, 0.068, 0.050, 0.0),
    )
    return window


def _clear_of_face(
    surface: HairSurface,
    points: Float64[np.ndarray, "guide 3"],
    side: Float64[np.ndarray, " guide"],
    fringe: Bool[np.ndarray, " guide"],
) -> Float64[np.ndarray, "guide 3"]:
    """Keep hair beside the face, as hands would; a fringe stays in front of the forehead."""
    at = surface.size.average(points)
    ahead = smoothstep(-0.06, -0.02, at[:, 2]) * ~fringe
    short = np.maximum(_window(at[:, 1]) - side * at[:, 0], 0) * ahead
    moved = points.copy()
    moved[:, 0] += side * short * surface.size.side * 0.7
    moved[:, 2] -= 0.5 * short
    return moved


def free_of_face(
    surface: HairSurface, style: HairStyle, strands: Float64[np.ndarray, "strand point 3"]
) -> Bool[np.ndarray, " strand"]:
    """Tell which strands leave the face free; a fringe may hang as low as it is cut."""
    at = surface.size.average(strands.reshape(-1, 3))
    inside = (np.abs(at[:, 0]) < _STRAY * _window(at[:, 1]) - 0.006) & (at[:, 2] > -0.03)
    lowest = 0.045 if style.fringe_y_m is None else style.fringe_y_m - 0.012
    inside &= (at[:, 1] < lowest) & (at[:, 1] > _CHIN_M)
    free: Bool[np.ndarray, " strand"] = ~inside.reshape(strands.shape[:2]).any(axis=1)
    return free


def _cut(
    points: Float64[np.ndarray, "guide point 3"],
    surface: HairSurface,
    style: HairStyle,
    fringe: Bool[np.ndarray, " guide"],
    rng: np.random.Generator,
) -> Float64[np.ndarray, "guide point 3"]:
    """Shorten hairs that pass the height at which the style is cut."""
    if style.cut_y_m is None and style.fringe_y_m is None:
        return points
    height = np.full(len(points), -1.0 if style.cut_y_m is None else style.cut_y_m)
    if style.fringe_y_m is not None:
        height = np.where(fringe, style.fringe_y_m, height)
    height = np.where(height > 0, height * surface.size.above, height * surface.size.below)
    height = height + rng.normal(0, 0.0035, len(points))
    below = points[:, :, 1] < height[:, None]
    first = np.where(below.any(axis=1), below.argmax(axis=1), points.shape[1])
    cut = points.copy()
    for guide in np.flatnonzero(first < points.shape[1]):
        end = max(int(first[guide]), 1)
        a, b = points[guide, end - 1], points[guide, end]
        share = np.clip((a[1] - height[guide]) / max(a[1] - b[1], 1e-9), 0, 1)
        cut[guide, end:] = a + share * (b - a)
    return cut


def resampled(
    curves: Float64[np.ndarray, "curve point 3"], count: int
) -> Float64[np.ndarray, "curve sample 3"]:
    """Set points at even distances along curves; repeated points are passed over."""
    pieces = np.linalg.norm(np.diff(curves, axis=1), axis=2)
    walked = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(pieces, axis=1)], axis=1)
    wanted = walked[:, -1:] * np.linspace(0, 1, count)
    after = np.clip((walked[:, None, :] < wanted[..., None]).sum(axis=2), 1, curves.shape[1] - 1)
    row = np.arange(len(curves))[:, None]
    start, end = walked[row, after - 1], walked[row, after]
    share = np.clip((wanted - start) / np.maximum(end - start, 1e-12), 0, 1)[..., None]
    result: Float64[np.ndarray, "curve sample 3"] = (
        curves[row, after - 1] * (1 - share) + curves[row, after] * share
    )
    return result


def _unit(vectors: Float64[np.ndarray, "guide 3"]) -> Float64[np.ndarray, "guide 3"]:
    result: Float64[np.ndarray, "guide 3"] = vectors / (
        np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
    )
    return result
