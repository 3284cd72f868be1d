"""Mesh points -> how far each eye is open, and where it looks."""

import numpy as np
from jaxtyping import Float, Float32

from mien.faces.pose import rotation_of, upright_points

_CORNERS = ((362, 263), (33, 133))
"""Inner and outer corner, or outer and inner: left eye, right eye."""

_LIDS = (((386, 374), (385, 380), (387, 373)), ((159, 145), (158, 153), (160, 144)))
"""Upper and lower lid at three places: left eye, right eye."""

_IRISES = (473, 468)
_POINTS_WITH_IRIS = 478

_RADIUS = 0.50
"""Distance of the iris from the centre of the eyeball in distances between the eye corners, such
that 10 degrees to the side on rendered heads are read as 10."""

_IRIS_HEIGHT = 0.03
"""How far the iris of an eye that looks straight ahead lies above the line of the corners, in the
same distances."""

_IRIS_OUTWARD = 0.035
"""How far it lies to the outer side of their middle: the inner corner reaches beyond the lids."""

_CLOSED = 0.10
"""Openness below which the iris is hidden and its points are guesses."""


def eye_openness(
    landmarks_px: Float32[np.ndarray, "frame point 3"],
) -> Float[np.ndarray, "frame 2"]:
    """Give the eye aspect ratio (left, right): lid distance by corner distance, about 0..0.5.

    Raw, frame by frame; NaN where the points are NaN. An open eye gives .25 to .4, a closed one
    less than .12, differing between people.

    Source: Soukupova & Cech, *Real-time eye blink detection using facial landmarks*, 2016.
    """
    points = landmarks_px[..., :2].astype(np.float64)
    sides = []
    for (inner, outer), lids in zip(_CORNERS, _LIDS, strict=True):
        width = np.linalg.norm(points[:, inner] - points[:, outer], axis=-1)
        gaps = [np.linalg.norm(points[:, a] - points[:, b], axis=-1) for a, b in lids]
        sides.append(np.mean(gaps, axis=0) / width)
    return np.stack(sides, axis=-1)


def gaze_of(
    landmarks_px: Float32[np.ndarray, "frame point 3"],
    head_rotation_rad: Float[np.ndarray, "frame 3"],
    *,
    turn_deg: int = 0,
) -> Float[np.ndarray, "frame 2 2"]:
    """Estimate gaze relative to the head: (left, right eye) x (pitch down, yaw to the left), rad.

    The head rotation is taken out of the points; then the iris centre, seen from the middle
    between the eye corners, lies on an eyeball of known size. On rendered heads the yaw is good to
    about 3 degrees after its offset for the person; looking up and down is read at half its size,
    because the lids hide the iris. NaN for closed eyes, and everywhere with the 468-point models,
    which have no iris.
    """
    gaze = np.full((len(landmarks_px), 2, 2), np.nan)
    if landmarks_px.shape[1] < _POINTS_WITH_IRIS:
        return gaze
    points = upright_points(landmarks_px, turn_deg)
    openness = eye_openness(landmarks_px)
    for frame in np.flatnonzero(np.isfinite(head_rotation_rad).all(axis=1)):
        at_rest = points[frame] @ rotation_of(head_rotation_rad[frame])
        for eye, (corners, iris) in enumerate(zip(_CORNERS, _IRISES, strict=True)):
            if openness[frame, eye] < _CLOSED:
                continue
            one, other = at_rest[list(corners)]
            width = float(np.linalg.norm(one[:2] - other[:2]))
            offset = (at_rest[iris] - (one + other) / 2) / (width * _RADIUS)
            outward = _IRIS_OUTWARD * (1 if eye == 0 else -1)
            ahead = np.array([outward, _IRIS_HEIGHT]) / _RADIUS
            aside, up = offset[:2] - ahead
            gaze[frame, eye] = np.arcsin(np.clip([-up, aside], -1, 1))
    return gaze
