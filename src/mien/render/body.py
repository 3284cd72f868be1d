"""One person as a mesh that can be posed and drawn: head, mouth, shirt and two eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Float32, Float64, Int, UInt8

from mien.core.errors import UsageError
from mien.head import Head, Person
from mien.head.dentition import set_teeth, shown_teeth_m
from mien.head.eye import EyeMesh, eye_surface, gaze_rotation, placed_eye
from mien.head.folds import Folds, folds_of
from mien.head.neck import Neck, neck_of
from mien.head.pose import HeadPose
from mien.head.rest_gaze import rest_pitch_rad
from mien.head.subdivision import Subdivided, subdivision
from mien.head.view import head_rotation
from mien.render.gaze_lids import GazeLids, gaze_lids, lid_rows
from mien.render.lid_contact import LidContact, lid_contact
from mien.render.lids import Lids, lids_of
from mien.render.material import EYE, SHIRT, SKIN, TEETH, TONGUE
from mien.render.mouth import MouthLight, mouth_light

_MATERIAL_OF_PART = {
    "skin": SKIN,
    "shirt": SHIRT,
    "teeth_upper": TEETH,
    "teeth_lower": TEETH,
    "tongue": TONGUE,
}


_BLINK = ("eyeBlinkLeft", "eyeBlinkRight")
_HALF_CLOSED = 0.55
_EYE_SEGMENTS = (24, 40, 40)  # by level of detail
_EYE_BACK = -0.22  # height on the optical axis, in radii, behind which nobody sees an eyeball


@dataclass(frozen=True)
class Body:
    """The mesh that is drawn: the vertices of the head (lashes too, undrawn), then two eyes."""

    rest_m: Float64[np.ndarray, "head_vertex 3"]
    """Head only, neutral."""

    unrolled_m: Float64[np.ndarray, "head_vertex 3"]
    """Lids half closed, so that the skin that they hide has its place on the texture too."""

    deltas_m: Float32[np.ndarray, "unit head_vertex 3"]
    eyes_m: Float64[np.ndarray, "2 3"]
    """Centres of the eyeballs: left, right."""

    eye_radius_m: float
    eye: EyeMesh
    triangles: Int[np.ndarray, "triangle 3"]
    """Of head and eyes, lashes left out; the inner side of the shirt stands at the end."""

    surface: Int[np.ndarray, "outer_triangle 3"]
    """The same without that inner side."""

    baked: Int[np.ndarray, "baked 3"]
    """The head's triangles as baked, between vertices of this mesh: what hairs are bound to."""

    parts: Mapping[str, slice]
    """Range of vertices by part of the head."""

    lids: Lids
    gaze_lids: GazeLids
    contact: tuple[LidContact, LidContact]
    """The skin that slides over each eyeball: left, right."""

    material: UInt8[np.ndarray, " triangle"]
    weld: Int[np.ndarray, " vertex"]
    neck: Neck
    landmarks_m: Float64[np.ndarray, "landmark 3"]
    """The 468 points at rest."""

    masks: Mapping[str, Float[np.ndarray, " head_vertex"]]
    """The head's masks on this mesh."""

    mouth_light: MouthLight

    lid_edge: Float64[np.ndarray, " head_vertex"]
    """0..1 on the wet edges of the lids."""

    folds: Folds
    rest_pitch_rad: float
    """Turn of the eyeballs at gaze 0 that sets the iris well between the lids at rest."""

    @cached_property
    def material_of_vertex(self) -> UInt8[np.ndarray, " vertex"]:
        """Material of head and eye vertices; skin where no triangle says otherwise."""
        kinds = np.zeros(len(self.weld), np.uint8)
        for corner in range(3):
            kinds[self.triangles[:, corner]] = self.material
        return kinds

    def pose(
        self,
        weights: Float[np.ndarray, " unit"],
        pose: HeadPose,
        gaze_rad: Float[np.ndarray, "2 2"],
    ) -> Float64[np.ndarray, "vertex 3"]:
        """Move the whole mesh: units, then the eyes' turn and the lids, then the head's."""
        return self.place(self.blend(weights, gaze_rad), pose, gaze_rad)

    def place(
        self,
        head_m: Float64[np.ndarray, "head_vertex 3"],
        pose: HeadPose,
        gaze_rad: Float[np.ndarray, "2 2"],
    ) -> Float64[np.ndarray, "vertex 3"]:
        """Turn a blended head, and add both eyes."""
        head = self.neck.turn_vertices(head_m, pose)
        balls = [
            self.neck.turn_points(placed_eye(self.eye, centre, gaze), pose)
            for centre, gaze in zip(self.eyes_m, self._turned_eyes(gaze_rad), strict=True)
        ]
        return np.vstack((head, *balls))

    def blend(
        self,
        weights: Float[np.ndarray, " unit"],
        gaze_rad: Float[np.ndarray, "2 2"] | None = None,
    ) -> Float64[np.ndarray, "head_vertex 3"]:
        """Add the units to the face at rest, the head not turned; lids follow the gaze."""
        active = np.flatnonzero(weights)
        gaze = np.zeros((2, 2)) if gaze_rad is None else gaze_rad
        if not active.size and not gaze.any():
            return self._still_m
        blended: Float64[np.ndarray, "head_vertex 3"] = self.rest_m + np.einsum(
            "u,uvd->vd", weights[active], self.deltas_m[active]
        )
        self.gaze_lids.move(blended, weights, gaze)
        self._slide_lids(blended, gaze)
        return blended

    @cached_property
    def _still_m(self) -> Float64[np.ndarray, "head_vertex 3"]:
        """Give the face at rest with its lids off the cornea."""
        still = self.rest_m.copy()
        self._slide_lids(still, np.zeros((2, 2)))
        still.flags.writeable = False
        return still

    def _slide_lids(
        self, blended: Float64[np.ndarray, "head_vertex 3"], gaze: Float[np.ndarray, "2 2"]
    ) -> None:
        margins = self.lids.points(blended)
        for eye, (pitch, yaw) in enumerate(self._turned_eyes(gaze)):
            axis = gaze_rotation(float(pitch), float(yaw))[:, 2]
            self.contact[eye].slide(blended, margins[eye], axis)

    def _turned_eyes(self, gaze_rad: Float[np.ndarray, "2 2"]) -> Float64[np.ndarray, "2 2"]:
        """Give pitch and yaw of both eyeballs."""
        turned: Float64[np.ndarray, "2 2"] = gaze_rad + np.array([self.rest_pitch_rad, 0.0])
        return turned

    def eye_frames(self, vertices: Float64[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, "2 4 3"]:
        """Read centre and axes (left, up, ahead) of both eyeballs off a posed mesh."""
        balls = vertices[len(self.rest_m) :].reshape(2, -1, 3)
        return np.stack([self._frame_of_ball @ ball for ball in balls])

    @cached_property
    def _frame_of_ball(self) -> Float64[np.ndarray, "4 ball"]:
        """Least squares from the vertices of a ball to its frame; exact, as balls only turn."""
        own = np.column_stack((np.ones(len(self.eye.vertices_m)), self.eye.vertices_m))
        result: Float64[np.ndarray, "4 ball"] = np.linalg.pinv(own)
        return result

    def eye_light(
        self, vertices: Float64[np.ndarray, "vertex 3"], pose: HeadPose
    ) -> Float64[np.ndarray, " eye_vertex"]:
        """Tell how much light the lids let onto the vertices of both eyes."""
        balls = vertices[len(self.rest_m) :].reshape(2, -1, 3)
        return self.lids.eye_light(vertices, balls, head_rotation(*pose.rotation_rad)).ravel()

    def check(
        self, weights: Float[np.ndarray, " unit"], gaze_rad: Float[np.ndarray, "eye angle"]
    ) -> None:
        """Refuse weights or a gaze that do not fit.

        Raises:
            UsageError: another number of weights than units, or numbers that are not finite.
        """
        units = len(self.deltas_m)
        if weights.shape != (units,):
            msg = f"Expected {units} weights, one per unit, but got {weights.shape[0]}."
            raise UsageError(msg)
        if not np.isfinite(weights).all():
            bad = int(np.flatnonzero(~np.isfinite(weights))[0])
            msg = f"Expected finite weights, but weight {bad} is {weights[bad]}."
            raise UsageError(msg)
        if gaze_rad.shape != (2, 2) or not np.isfinite(gaze_rad).all():
            msg = (
                "Expected gaze as finite pitch and yaw for the left and the right eye, but got "
                f"{gaze_rad.tolist()} rad."
            )
            raise UsageError(msg)


def body_of(
    head: Head,
    person: Person,
    unit_deltas_m: Float[np.ndarray, "unit coarse 3"] | None = None,
    *,
    level: int = 1,
) -> Body:
    """Build one person's mesh.

    Raises:
        UsageError: deltas made for another mesh, or a level of detail that does not exist.
    """
    deltas = head.unit_deltas_m if unit_deltas_m is None else unit_deltas_m
    if deltas.shape[1:] != person.vertices_m.shape:
        msg = (
            f"Expected unit deltas for {len(person.vertices_m)} vertices, "
            f"but got them for {deltas.shape[1]}."
        )
        raise UsageError(msg)
    fine = subdivision(head, level)
    coarse = set_teeth(
        head, fine, person.vertices_m, shown_teeth_m(person.sex, float(person.age_years))
    )
    eyes = np.asarray(person.eye_centre_m, np.float64)
    radius_m = float(person.eye_radius_m.mean())
    ball = _front_of_eye(radius_m, _EYE_SEGMENTS[level])
    triangles, kinds = [], []
    for part, kind in _MATERIAL_OF_PART.items():
        own = fine.part_triangles(part)
        triangles.append(own)
        kinds.append(np.full(len(own), kind, np.uint8))
    count = len(fine.weld)
    for index in range(2):
        triangles.append(ball.triangles + count + index * len(ball.vertices_m))
        kinds.append(np.full(len(ball.triangles), EYE, np.uint8))
    surface = np.ascontiguousarray(np.vstack(triangles), np.int32)
    lining = surface[np.concatenate(kinds) == SHIRT][:, ::-1]
    kinds.append(np.full(len(lining), SHIRT, np.uint8))
    rest = fine(coarse)
    lids = lids_of(rest, fine.part_triangles("skin"), eyes, ball)
    margins = lids.points(rest)
    contacts = [
        lid_contact(
            rest,
            fine.parts["skin"],
            {lid: fine.coarse[head.lash_rows[f"{lid}_{side}"]] for lid in ("upper", "lower")},
            margins[eye],
            eyes[eye],
            radius_m,
        )
        for eye, side in enumerate(("left", "right"))
    ]
    masks = {name: fine(mask[:, None])[:, 0] for name, mask in head.masks.items()}
    inside = np.zeros(count)
    inside[fine.parts["skin"]] = masks["inside_mouth"][fine.parts["skin"]]
    teeth, tongue = (
        np.concatenate([np.arange(fine.parts[part].start, fine.parts[part].stop) for part in parts])
        for parts in (("teeth_upper", "teeth_lower"), ("tongue",))
    )
    blink = head.unit_deltas_m[[head.unit_index(name) for name in _BLINK]].sum(axis=0)
    return Body(
        rest_m=rest,
        unrolled_m=fine(coarse + _HALF_CLOSED * blink),
        deltas_m=_refined_deltas(fine, np.asarray(deltas, np.float32)),
        eyes_m=eyes,
        eye_radius_m=radius_m,
        eye=ball,
        triangles=np.ascontiguousarray(np.vstack((surface, lining))),
        surface=surface,
        baked=fine.coarse[head.triangles],
        parts=fine.parts,
        lids=lids,
        gaze_lids=gaze_lids(
            head,
            coarse,
            _refined_deltas(fine, head.unit_deltas_m[lid_rows(head).ravel()]),
            radius_m,
            unit_deltas_m=np.asarray(deltas, np.float32),
        ),
        contact=(contacts[0], contacts[1]),
        material=np.concatenate(kinds),
        weld=np.concatenate((fine.weld, np.arange(count, count + 2 * len(ball.vertices_m)))).astype(
            np.int32
        ),
        neck=neck_of(rest, eyes),
        landmarks_m=head.landmarks.points(coarse),
        masks=masks,
        mouth_light=mouth_light(head, rest, inside, teeth, tongue, fine.parts["teeth_upper"]),
        lid_edge=np.maximum(contacts[0].edge(len(rest)), contacts[1].edge(len(rest))),
        folds=folds_of(head, rest, eyes.mean(axis=0), float(person.age_years)),
        rest_pitch_rad=rest_pitch_rad(head, coarse, eyes, radius_m),
    )


def _front_of_eye(radius_m: float, segments: int) -> EyeMesh:
    """Build an eyeball without its back."""
    ball = eye_surface(radius_m, segments=segments)
    front = ball.vertices_m[:, 2] > _EYE_BACK * radius_m
    kept = np.flatnonzero(front)
    place = np.cumsum(front) - 1
    triangles = ball.triangles[front[ball.triangles].all(axis=1)]
    return EyeMesh(
        vertices_m=ball.vertices_m[kept],
        triangles=place[triangles].astype(np.int32),
        uv=ball.uv[kept],
        region=ball.region[kept],
    )


def _refined_deltas(
    fine: Subdivided, deltas: Float32[np.ndarray, "unit coarse 3"]
) -> Float32[np.ndarray, "unit vertex 3"]:
    units, coarse, _ = deltas.shape
    table = np.ascontiguousarray(deltas.transpose(1, 0, 2)).reshape(coarse, units * 3)
    refined = (fine.operator @ table).reshape(-1, units, 3)
    return np.ascontiguousarray(refined.transpose(1, 0, 2), np.float32)
