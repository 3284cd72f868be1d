"""Head rotation and gaze between mien's axes and OpenFace's.

OpenFace's camera frame: x to the image's right, y down, z away from the camera, in millimetres.
Its angles make up R = Rx Ry Rz with the usual matrices of that right-handed frame, and R = 1 is a
face straight to the camera, whose nose points along -z. From this follows:

=============  =====================================================================
``pose_Rx``    positive: nose down, as mien's pitch
``pose_Ry``    positive: nose to the subject's right, against mien's yaw
``pose_Rz``    positive: head towards the subject's left shoulder, as mien's roll
=============  =====================================================================

for one rotation alone. mien turns the head by roll first, then pitch, then yaw; OpenFace by roll,
then yaw, then pitch, so combined turns go through the matrix. Gaze vectors of OpenFace contain the
head's rotation; eye 0 is the leftmost in the image, the subject's right.

Source: wiki of OpenFace 2.2, *Output Format*; the axes of the rotation are our reading of it.
"""

import numpy as np
from jaxtyping import Float

_FLIP = np.diag([1.0, -1.0, -1.0])
"""Head axes (x to the subject's left, y up, z out of the face) to OpenFace's and back."""


def head_matrices(
    head_rotation_rad: Float[np.ndarray, "frame 3"],
) -> Float[np.ndarray, "frame 3 3"]:
    """Rotation matrices, in head axes, of (pitch, yaw, roll) in radians; NaN stays NaN.

    >>> turned = head_matrices(np.array([[0.0, 0.1, 0.0]]))[0] @ np.array([0.0, 0.0, 1.0])
    >>> turned.round(3).tolist()  # yaw 0.1 turns the nose to the subject's left
    [0.1, 0.0, 0.995]
    """
    pitch, yaw, roll = (head_rotation_rad[:, axis].astype(np.float64) for axis in range(3))
    # Roll is positive about -z, the axis into the face.
    return np.asarray(_about(1, yaw) @ _about(0, pitch) @ _about(2, -roll))


def head_angles(rotations: Float[np.ndarray, "frame 3 3"]) -> Float[np.ndarray, "frame 3"]:
    """(pitch, yaw, roll) in radians of matrices in head axes; opposite of :func:`head_matrices`."""
    pitch = np.arcsin(np.clip(-rotations[:, 1, 2], -1, 1))
    yaw = np.arctan2(rotations[:, 0, 2], rotations[:, 2, 2])
    roll = -np.arctan2(rotations[:, 1, 0], rotations[:, 1, 1])
    return np.stack([pitch, yaw, roll], axis=1)


def openface_rotation(
    head_rotation_rad: Float[np.ndarray, "frame 3"],
) -> Float[np.ndarray, "frame 3"]:
    """Turn (pitch, yaw, roll) into ``pose_Rx, pose_Ry, pose_Rz`` in radians; NaN stays NaN."""
    return openface_angles(_FLIP @ head_matrices(head_rotation_rad) @ _FLIP)


def openface_angles(matrices: Float[np.ndarray, "frame 3 3"]) -> Float[np.ndarray, "frame 3"]:
    """Rotations about x, y and z in radians of matrices in OpenFace's camera frame."""
    x = np.arctan2(-matrices[:, 1, 2], matrices[:, 2, 2])
    y = np.arcsin(np.clip(matrices[:, 0, 2], -1, 1))
    z = np.arctan2(-matrices[:, 0, 1], matrices[:, 0, 0])
    return np.stack([x, y, z], axis=1)


def openface_matrices(pose_rad: Float[np.ndarray, "frame 3"]) -> Float[np.ndarray, "frame 3 3"]:
    """Rotation matrices R = Rx Ry Rz of OpenFace's angles; opposite of :func:`openface_angles`."""
    x, y, z = (pose_rad[:, axis].astype(np.float64) for axis in range(3))
    return np.asarray(_about(0, x) @ _about(1, y) @ _about(2, z))


def turned_head(
    head_rotation_rad: Float[np.ndarray, "frame 3"], turn_deg: int
) -> Float[np.ndarray, "frame 3"]:
    """(pitch, yaw, roll) after the whole picture was turned counter-clockwise.

    >>> turned_head(np.zeros((1, 3)), 90)[0, 2].round(3)  # towards the right shoulder
    np.float64(-1.571)
    """
    turn = _about(2, np.full(len(head_rotation_rad), np.radians(turn_deg)))
    return head_angles(turn @ head_matrices(head_rotation_rad))


def rotation_from_openface(
    pose_rad: Float[np.ndarray, "frame 3"],
) -> Float[np.ndarray, "frame 3"]:
    """Turn ``pose_Rx, pose_Ry, pose_Rz`` into (pitch, yaw, roll) in radians; NaN stays NaN."""
    return head_angles(_FLIP @ openface_matrices(pose_rad) @ _FLIP)


def openface_gaze(
    gaze_rad: Float[np.ndarray, "frame 2 2"], head_rotation_rad: Float[np.ndarray, "frame 3"]
) -> Float[np.ndarray, "frame 2 3"]:
    """Unit gaze vectors in OpenFace's camera frame, (eye 0, eye 1) = (right, left) of the subject.

    Args:
        gaze_rad: (left, right) x (pitch, yaw) relative to the head.
        head_rotation_rad: pitch, yaw, roll.
    """
    pitch, yaw = gaze_rad[:, ::-1, 0], gaze_rad[:, ::-1, 1]
    in_head = np.stack(
        [np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=-1
    ).astype(np.float64)
    to_camera = _FLIP @ head_matrices(head_rotation_rad)
    return np.asarray(np.einsum("tij,tej->tei", to_camera, in_head))


def gaze_from_openface(
    vectors: Float[np.ndarray, "frame 2 3"], head_rotation_rad: Float[np.ndarray, "frame 3"]
) -> Float[np.ndarray, "frame 2 2"]:
    """Gaze (left, right) x (pitch, yaw) relative to the head; opposite of :func:`openface_gaze`.

    A vector without length gives NaN.
    """
    to_head = np.swapaxes(head_matrices(head_rotation_rad), 1, 2) @ _FLIP
    in_head = np.einsum("tij,tej->tei", to_head, vectors.astype(np.float64))[:, ::-1]
    length = np.linalg.norm(in_head, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        pitch = np.arcsin(np.clip(-in_head[..., 1] / length, -1, 1))
    yaw = np.where(length > 0, np.arctan2(in_head[..., 0], in_head[..., 2]), np.nan)
    return np.stack([pitch, yaw], axis=-1)


def gaze_angles(vectors: Float[np.ndarray, "frame 2 3"]) -> Float[np.ndarray, "frame 2"]:
    """``gaze_angle_x`` (positive to the subject's left) and ``gaze_angle_y`` (positive down), rad.

    The angles of the mean of both eyes' vectors.
    """
    mean = vectors.mean(axis=1)
    return np.stack(
        [np.arctan2(mean[:, 0], -mean[:, 2]), np.arctan2(mean[:, 1], -mean[:, 2])], axis=1
    )


def _about(axis: int, angle_rad: Float[np.ndarray, " frame"]) -> Float[np.ndarray, "frame 3 3"]:
    """Right-handed rotation matrices about one axis."""
    following, last = (axis + 1) % 3, (axis + 2) % 3
    matrices = np.zeros((len(angle_rad), 3, 3))
    matrices[:, axis, axis] = 1.0
    matrices[:, following, following] = matrices[:, last, last] = np.cos(angle_rad)
    matrices[:, last, following] = np.sin(angle_rad)
    matrices[:, following, last] = -np.sin(angle_rad)
    return matrices
