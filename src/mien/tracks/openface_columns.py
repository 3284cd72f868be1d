"""The 714 columns of OpenFace 2.2, in its order."""

OPENFACE_INTENSITY_AUS: tuple[int, ...] = (
    *(1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45),
)
"""Units with an intensity column ``AU.._r``."""

OPENFACE_PRESENCE_AUS: tuple[int, ...] = (
    *(1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45),
)
"""Units with a presence column ``AU.._c``."""

FRAME_COLUMNS = ("frame", "face_id", "timestamp", "confidence", "success")
GAZE_COLUMNS = tuple(f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz")
GAZE_ANGLE_COLUMNS = ("gaze_angle_x", "gaze_angle_y")
EYE_PX_COLUMNS = tuple(f"eye_lmk_{axis}_{point}" for axis in "xy" for point in range(56))
EYE_MM_COLUMNS = tuple(f"eye_lmk_{axis}_{point}" for axis in "XYZ" for point in range(56))
POSITION_COLUMNS = ("pose_Tx", "pose_Ty", "pose_Tz")
ROTATION_COLUMNS = ("pose_Rx", "pose_Ry", "pose_Rz")
LANDMARK_PX_COLUMNS = tuple(f"{axis}_{point}" for axis in "xy" for point in range(68))
LANDMARK_MM_COLUMNS = tuple(f"{axis}_{point}" for axis in "XYZ" for point in range(68))
RIGID_COLUMNS = ("p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty")
NONRIGID_COLUMNS = tuple(f"p_{mode}" for mode in range(34))
INTENSITY_COLUMNS = tuple(f"AU{au:02d}_r" for au in OPENFACE_INTENSITY_AUS)
PRESENCE_COLUMNS = tuple(f"AU{au:02d}_c" for au in OPENFACE_PRESENCE_AUS)

OPENFACE_COLUMNS: tuple[str, ...] = (
    *FRAME_COLUMNS,
    *GAZE_COLUMNS,
    *GAZE_ANGLE_COLUMNS,
    *EYE_PX_COLUMNS,
    *EYE_MM_COLUMNS,
    *POSITION_COLUMNS,
    *ROTATION_COLUMNS,
    *LANDMARK_PX_COLUMNS,
    *LANDMARK_MM_COLUMNS,
    *RIGID_COLUMNS,
    *NONRIGID_COLUMNS,
    *INTENSITY_COLUMNS,
    *PRESENCE_COLUMNS,
)
"""The header of a file of OpenFace 2.2.

Source: wiki of OpenFace 2.2, *Output Format*.
"""
