"""What the columns of the OpenFace CSV mean as mien fills them, and how each is obtained."""

from collections.abc import Iterator

from mien.core.facs import action_unit
from mien.tracks.dictionary import Column, column
from mien.tracks.eye_points import IRIS, LIDS, POINTS_OF_EYE, PUPIL
from mien.tracks.ibug68 import IBUG68_FROM_MESH
from mien.tracks.openface import CLOSED_EYES, PresenceRule
from mien.tracks.openface_columns import (
    EYE_MM_COLUMNS,
    EYE_PX_COLUMNS,
    GAZE_COLUMNS,
    LANDMARK_MM_COLUMNS,
    LANDMARK_PX_COLUMNS,
    NONRIGID_COLUMNS,
    OPENFACE_COLUMNS,
    OPENFACE_INTENSITY_AUS,
    OPENFACE_PRESENCE_AUS,
)
from mien.tracks.openface_geometry import OpenFaceGeometry

_CAMERA = "OpenFace's camera frame: x to the image's right, y down, z away from the camera"
_EYES = ("the leftmost eye in the image, the subject's right", "the subject's left eye")
_NO_FACE = "Empty where the face was not found."


def openface_dictionary(
    presence: PresenceRule | None = None, *, geometry: OpenFaceGeometry | None = None
) -> dict[str, Column]:
    """Describe every column of the OpenFace CSV, in its order, and how mien obtains it.

    Args:
        presence: the rule by which the file was written.
        geometry: the geometry written into it, whose camera and assumed size are then named.

    >>> openface_dictionary()["AU12_r"]["LongName"]
    'AU12 lip corner puller, intensity'
    """
    described = dict(_openface(presence or PresenceRule(), geometry or OpenFaceGeometry()))
    return {name: described[name] for name in OPENFACE_COLUMNS}


def _openface(rule: PresenceRule, geometry: OpenFaceGeometry) -> Iterator[tuple[str, Column]]:
    yield "frame", column("Frame", "Sample of the track, from 1.", method="Counted.")
    yield "face_id", column("Face", "Number of the face, from 0.", method="Counted.")
    yield (
        "timestamp",
        column(
            "Time",
            "Time of the sample on the video's clock.",
            "s",
            method="First time stamp of the video, and the rate of the track.",
        ),
    )
    yield (
        "confidence",
        column(
            "Confidence",
            "Mean confidence of the action units measured in the frame, 0 to 1.",
            method="Each unit's confidence is that of its reading, not of the landmarks.",
        ),
    )
    yield (
        "success",
        column(
            "Success",
            "Whether the face was measured in the frame.",
            method="1 where at least one action unit was measured.",
            levels={"0": "not measured; action units are empty cells", "1": "measured"},
        ),
    )
    yield from _gaze()
    yield from _pose(geometry)
    yield from _eyes(geometry)
    yield from _landmarks(geometry)
    yield from _shape()
    yield from _units(rule)


def _gaze() -> Iterator[tuple[str, Column]]:
    method = (
        "Place of the iris between the corners of the eye, on an eyeball of known size, after the "
        "head's rotation was taken out; then turned with the head."
    )
    for index, name in enumerate(GAZE_COLUMNS):
        eye = _EYES[index // 3]
        yield (
            name,
            column(
                f"Gaze vector, {name[-1]}",
                f"Unit vector of {eye}, in {_CAMERA}; contains the head's rotation. Empty where "
                "gaze was not measured.",
                method=method,
            ),
        )
    mean = "Angle of the mean of both eyes' vectors"
    for axis, name, text in (
        ("x", "Gaze to the side", "+ to the subject's left"),
        ("y", "Gaze up and down", "+ down"),
    ):
        yield (
            f"gaze_angle_{axis}",
            column(name, f"{mean}; {text}.", "rad", method="From the columns gaze_0_ and gaze_1_."),
        )


def _pose(geometry: OpenFaceGeometry) -> Iterator[tuple[str, Column]]:
    for axis in "xyz":
        yield (
            f"pose_T{axis}",
            column(
                f"Head position, {axis}",
                f"Middle of the 68 points of the face at rest, in {_CAMERA}. {_NO_FACE}",
                "mm",
                method=f"p_tx and p_ty at the depth f / p_scale. {_scale_of(geometry)}",
            ),
        )
    order = "R = Rx Ry Rz, in " + _CAMERA
    for axis, text in (
        ("x", "nose down"),
        ("y", "nose to the subject's right"),
        ("z", "head towards the subject's left shoulder"),
    ):
        yield (
            f"pose_R{axis}",
            column(
                f"Head rotation about {axis}",
                f"+ {text}. {order}.",
                "rad",
                method=(
                    "13 mesh points of nose and eye corners, smoothed, laid onto the mean of the "
                    "built-in people in least squares. Perspective is ignored: 0 is a face "
                    "turned to the camera, where OpenFace's 0 is one turned along its axis."
                ),
            ),
        )


def _eyes(geometry: OpenFaceGeometry) -> Iterator[tuple[str, Column]]:
    for name in (*EYE_PX_COLUMNS, *EYE_MM_COLUMNS):
        axis, point = name.split("_")[2:]
        eye, place = divmod(int(point), POINTS_OF_EYE)
        part = f"Point {place} of {_EYES[eye]}"
        if place in range(POINTS_OF_EYE)[LIDS]:
            text, method = "on the edge of the lids", "Point of the face mesh."
        elif place in range(POINTS_OF_EYE)[IRIS]:
            text = "on the rim of the iris"
            method = (
                "Point of the face mesh."
                if place % 2 == 0
                else "Half-way on the ellipse through two neighbouring points of the face mesh."
            )
            method += " Empty with the landmark models of 468 points, which have no iris."
        else:
            text = "on the rim of the pupil"
            method = "mien does not measure the pupil: always empty."
        yield (
            name,
            column(
                f"Eye landmark {point}, {axis}",
                f"{part}, {text}, {_axes_of(axis)}. {_NO_FACE}",
                "px" if axis in "xy" else "mm",
                method=method
                if axis in "xy" or place in range(POINTS_OF_EYE)[PUPIL]
                else f"{method} {_depth_of(geometry)}",
            ),
        )


def _landmarks(geometry: OpenFaceGeometry) -> Iterator[tuple[str, Column]]:
    for name in (*LANDMARK_PX_COLUMNS, *LANDMARK_MM_COLUMNS):
        axis, point = name.split("_")
        mesh = f"Point {IBUG68_FROM_MESH[int(point)]} of the face mesh."
        yield (
            name,
            column(
                f"Landmark {point}, {axis}",
                f"iBUG point of the face, {_axes_of(axis)}. {_NO_FACE}",
                "px" if axis in "xy" else "mm",
                method=mesh if axis in "xy" else f"{mesh} {_depth_of(geometry)}",
            ),
        )


def _axes_of(axis: str) -> str:
    if axis in "xy":
        return "in the image: x right, y down, centre of the first pixel at 0"
    return f"in {_CAMERA}"


def _depth_of(geometry: OpenFaceGeometry) -> str:
    return (
        "Z is f / p_scale plus the mesh's own depth by p_scale; X and Y lie on the line of sight "
        f"through the point's pixel. {_scale_of(geometry)}"
    )


def _scale_of(geometry: OpenFaceGeometry) -> str:
    camera, distance_mm = geometry.camera, geometry.eye_distance_mm
    numbers = ""
    if camera is not None:
        x, y = camera.centre_px
        numbers = f" (here f = {camera.focal_px:.2f} px, centre {x:g}, {y:g} px)"
    eyes = "those of the built-in people" if distance_mm is None else f"{distance_mm:.1f} mm"
    return (
        f"Camera as OpenFace assumes it, f = 500 px at 640 x 480{numbers}; size by an assumption: "
        f"eye centres as far apart as {eyes}. "
        "A true distance or f other than these scales the millimetres, or the depth, alike."
    )


def _shape() -> Iterator[tuple[str, Column]]:
    fit = (
        "Weak perspective: the face's own shape (median over the video, turned back by pose_R) "
        "laid onto the 9 points of the nose and the 4 corners of the eyes in least squares."
    )
    for name, long_name, text, units in (
        ("p_scale", "Size", "Pixels a millimetre.", "px/mm"),
        ("p_rx", "Rotation about x", "As pose_Rx, without smoothing.", "rad"),
        ("p_ry", "Rotation about y", "As pose_Ry, without smoothing.", "rad"),
        ("p_rz", "Rotation about z", "As pose_Rz, without smoothing.", "rad"),
        ("p_tx", "Place, x", "Middle of the 68 points of the face at rest in the image.", "px"),
        ("p_ty", "Place, y", "Middle of the 68 points of the face at rest in the image.", "px"),
    ):
        yield name, column(long_name, f"{text} {_NO_FACE}", units, method=fit)
    for name in NONRIGID_COLUMNS:
        yield (
            name,
            column(
                "Weight of a mode of OpenFace's shape model",
                "Expression and identity in the modes of a model that mien does not have.",
                method="Not measured by mien: always empty.",
            ),
        )


def _units(rule: PresenceRule) -> Iterator[tuple[str, Column]]:
    method = (
        "Brief movements from optical flow, slow ones from the face mesh, both against the motion "
        "of the unit's shape on the built-in head; 0 is the person's own rest."
    )
    lids = "From the opening of the eyes in the face mesh against their usual opening."
    for au in OPENFACE_INTENSITY_AUS:
        yield (
            f"AU{au:02d}_r",
            column(
                f"AU{au:02d} {action_unit(au).name}, intensity",
                f"0 to 5, where 5 is letter E of FACS{_sides(au)}. Empty where not measured.",
                method=lids if au in CLOSED_EYES else method,
            ),
        )
    for au in OPENFACE_PRESENCE_AUS:
        yield (
            f"AU{au:02d}_c",
            column(
                f"AU{au:02d} {action_unit(au).name}, presence",
                f"Activation of at least {rule.activation:g} (intensity {5 * rule.activation:g}) "
                f"with a confidence of at least {rule.confidence:g}{_sides(au)}. "
                "Empty where not measured.",
                method="From the activation and its confidence, by this rule.",
                levels={"0": "absent", "1": "present"},
            ),
        )


def _sides(au: int) -> str:
    text = "; the larger of the subject's two sides" if action_unit(au).sided else ""
    if au in CLOSED_EYES:
        others = " and ".join(
            f"AU{one:02d} ({action_unit(one).name})" for one in CLOSED_EYES[au] if one != au
        )
        text += f"; contains {others}"
    return text
