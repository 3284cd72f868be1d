"""Bind the 468 points of the MediaPipe face mesh to the skin, by showing our people to its model.

Every person is drawn from the front under a few small head turns, the landmark model says where it
sees its points, and each point is traced back to the skin. The answers of all pictures are averaged
on the average person and put back on the surface.
"""

# ruff: noqa: PLR2004 - numbers of the model and of the drawing are explained where they stand

import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from head_bake.occlusion import vertex_normals
from scipy.optimize import linear_sum_assignment

from mien.head.view import View
from mien.head.zbuffer import front_triangles

PICTURE_PX = 1024
MODEL_PX = 256
COUNT = 468
INNER_LIPS = (
    76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 77, 90, 180, 85, 16, 315, 404, 320, 307,
    62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 96, 89, 179, 86, 15, 316, 403, 319, 325,
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324,
)  # fmt: skip
"""The three inner rings of the lips. While the mouth is shut their two halves fall together, so
they are read from pictures with parted lips."""

PARTED = 0.30
"""Weight of jawOpen in those pictures."""

TURNS_RAD = (
    (0.0, 0.0, 0.0),
    (0.0, 0.12, 0.0),
    (0.0, -0.12, 0.0),
    (0.08, 0.0, 0.0),
    (-0.08, 0.0, 0.0),
)
DISTANCE_M = 1.5
LIGHT = np.array((0.0, 0.45, 0.89)) / np.linalg.norm((0.0, 0.45, 0.89))
"""From the front, so that light and shade favour no side."""


@dataclass(frozen=True)
class Scene:
    """What the pictures share: the mesh with two eyeballs, and where to paint what."""

    triangles: np.ndarray
    """Of the skin, lashes left out."""

    weld: np.ndarray
    masks: dict[str, np.ndarray]
    jaw_open: np.ndarray
    """The unit that opens the mouth, to tell the lips apart."""

    def inside_mouth(self) -> np.ndarray:
        """Which triangles line the mouth."""
        return self.masks["inside_mouth"][self.triangles].mean(axis=1) > 0.4


class LandmarkModel:
    """The landmark network out of the official bundle."""

    def __init__(self, bundle: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - only for this step

        with zipfile.ZipFile(bundle) as archive:
            content = archive.read("face_landmarks_detector.tflite")
        self._interpreter = Interpreter(model_content=content)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._output = next(o["index"] for o in outputs if int(np.prod(o["shape"])) == 478 * 3)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Landmarks in pixels of an RGB picture that shows one upright face in its middle."""
        low, side = np.zeros(2), float(len(picture))
        points = np.zeros((COUNT, 2))
        for _ in range(3):  # each round crops by the points of the one before
            scale = MODEL_PX / side
            matrix = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale]])
            smooth = cv2.GaussianBlur(picture, (0, 0), max(0.4 / scale, 0.1))
            crop = cv2.warpAffine(smooth, matrix, (MODEL_PX, MODEL_PX), flags=cv2.INTER_LINEAR)
            self._interpreter.set_tensor(self._input, crop[None].astype(np.float32) / 255)
            self._interpreter.invoke()
            raw = self._interpreter.get_tensor(self._output).reshape(-1, 3)[:COUNT, :2]
            # The model counts from the edge of the first pixel, we from its centre.
            points = (raw - 0.5) / scale + low
            centre = (points.min(axis=0) + points.max(axis=0)) / 2
            side = 1.5 * float(np.ptp(points, axis=0).max())
            low = centre - side / 2
        return points


def eyeball(centre: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sphere with painted iris: vertices, triangles, colours."""
    rings, segments = 48, 48
    polar = np.linspace(0, np.pi / 2, rings)[:, None] * np.ones(segments)
    around = np.ones((rings, 1)) * np.linspace(0, 2 * np.pi, segments, endpoint=False)
    unit = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1
    ).reshape(-1, 3)
    ring, segment = np.mgrid[: rings - 1, :segments]
    a = ring * segments + segment
    b = ring * segments + (segment + 1) % segments
    quads = np.stack([a, a + segments, b + segments, b], axis=-1).reshape(-1, 4)
    triangles = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    angle = np.rad2deg(polar).ravel()
    colours = np.full((len(unit), 3), 225.0)
    colours[angle < 21.7] = (80, 58, 40)
    colours[angle < 7.5] = (12, 12, 12)
    return centre + radius * unit, triangles, colours


def portrait(
    scene: Scene, person: dict[str, np.ndarray], turn_rad: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray, View]:
    """Draw one person: picture, triangle in front at each pixel (-1 none, -2 eyeball), view."""
    view = View.of_pose(
        turn_rad,
        scale_px_per_m=900.0 * PICTURE_PX / MODEL_PX,
        translation_px=(PICTURE_PX / 2, PICTURE_PX * 0.44),
        distance_m=DISTANCE_M,
    )
    vertices, triangles = [person["vertices"]], [scene.triangles]
    colours = [_paint(scene.masks, person["skin_rgb"])]
    weld = [scene.weld]
    for side in range(2):
        start = sum(map(len, vertices))
        ball, faces, painted = eyeball(person["eye_centre"][side], person["eye_radius"][side])
        vertices.append(ball)
        triangles.append(faces + start)
        colours.append(painted)
        weld.append(np.arange(len(ball)) + start)
    everything, faces = np.concatenate(vertices), np.concatenate(triangles)
    normals = vertex_normals(everything, faces, np.concatenate(weld))
    image = view.project(everything)
    front, _ = front_triangles(
        image, view.depth_m(everything), faces, width_px=PICTURE_PX, height_px=PICTURE_PX
    )
    picture = np.full((PICTURE_PX, PICTURE_PX, 3), 120.0)
    rows, columns = np.nonzero(front >= 0)
    corner = faces[front[rows, columns]]
    weights = barycentric(image[corner], np.stack([columns, rows], axis=1).astype(float))
    normal = np.einsum("pc,pcd->pd", weights, normals[corner]) @ np.asarray(view.rotation).T
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    colour = np.einsum("pc,pcd->pd", weights, np.concatenate(colours)[corner])
    shade = 0.35 + 0.65 * np.clip(normal @ LIGHT, 0, 1)
    picture[rows, columns] = colour * shade[:, None]
    front[front >= len(scene.triangles)] = -2
    return np.clip(picture, 0, 255).astype(np.uint8), front, view


def _paint(masks: dict[str, np.ndarray], skin_rgb: np.ndarray) -> np.ndarray:
    colour = np.tile(np.asarray(skin_rgb, dtype=float) * 255, (len(masks["lips"]), 1))
    for name, paint in (
        ("lips", (0.78, 0.55, 0.55)),
        ("brow", (0.25, 0.22, 0.2)),
        ("scalp", (0.3,) * 3),
    ):
        weight = masks[name][:, None] * (0.85 if name == "brow" else 1.0)
        colour = colour * (1 - weight + weight * np.array(paint))
    return colour * (0.35 + 0.65 * masks["occlusion"][:, None])


def barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Barycentric coordinates of image points in their triangles, clipped to the triangle."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    e, f, p = b - a, c - a, points - a
    area = e[:, 0] * f[:, 1] - e[:, 1] * f[:, 0]
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    v = (p[:, 0] * f[:, 1] - p[:, 1] * f[:, 0]) / area
    w = (e[:, 0] * p[:, 1] - e[:, 1] * p[:, 0]) / area
    weights = np.clip(np.stack([1 - v - w, v, w], axis=1), 0, 1)
    return weights / weights.sum(axis=1, keepdims=True)


def embed(
    scene: Scene, people: list[dict[str, np.ndarray]], average: np.ndarray, bundle: Path
) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Triangle (of ``scene.triangles``) and barycentric coordinates of every landmark, and errors.

    Returns:
        Triangles, barycentric coordinates, and quality: the distance between the embedded and the
        detected points over frontal pictures, in percent of the distance between the eyes.
    """
    model = LandmarkModel(bundle)
    placed, detections = [], []
    for person in people:
        for turn in TURNS_RAD:
            picture, front, view = portrait(scene, person, turn)
            points = model(picture)
            detections.append((person, view, points, turn == TURNS_RAD[0]))
            triangle, weights = _trace(scene, person, front, view, points)
            placed.append(np.einsum("lc,lcd->ld", weights, average[scene.triangles[triangle]]))
    twin = _twins(np.median(np.stack(placed), axis=0))
    middle = _symmetric(np.median(np.stack(placed), axis=0), twin)
    triangle, weights = _nearest_on_surface(scene, average, middle, dark_below=0.12)
    parted = []
    lips = np.array(INNER_LIPS)
    for person in people:
        posed = {**person, "vertices": person["vertices"] + PARTED * scene.jaw_open}
        picture, front, view = portrait(scene, posed, TURNS_RAD[0])
        hit, share = _trace(scene, posed, front, view, model(picture))
        # Averaged with the mouth open, where the lips are apart.
        open_average = average + PARTED * scene.jaw_open
        parted.append(np.einsum("lc,lcd->ld", share, open_average[scene.triangles[hit]]))
    middle = _symmetric(np.median(np.stack(parted), axis=0), twin)
    triangle[lips], weights[lips] = _nearest_on_surface(
        scene, open_average, middle[lips], dark_below=0.05
    )
    corners = scene.triangles[triangle]
    differences = []
    for person, view, points, frontal in detections:
        if frontal:
            mine = view.project(np.einsum("lc,lcd->ld", weights, person["vertices"][corners]))
            eyes = view.project(person["eye_centre"])
            differences.append((mine - points) / np.linalg.norm(eyes[0] - eyes[1]))
    table = 100 * np.stack(differences)
    inner = table[:, inner_face()]
    # A registration removes the shift of a whole picture.
    registered = inner - inner.mean(axis=1, keepdims=True)
    quality = {
        "inner_mean_percent": float(np.linalg.norm(inner, axis=2).mean()),
        "inner_registered_mean_percent": float(np.linalg.norm(registered, axis=2).mean()),
        "inner_registered_p95_percent": float(
            np.quantile(np.linalg.norm(registered, axis=2), 0.95)
        ),
        "all_mean_percent": float(np.linalg.norm(table, axis=2).mean()),
        "pictures": len(detections),
    }
    return triangle, weights, quality


def _twins(points: np.ndarray) -> np.ndarray:
    """Each landmark's partner on the other side; its own for those on the midline."""
    distance = np.linalg.norm(points[:, None] - points[None] * (-1, 1, 1), axis=2)
    _, twin = linear_sum_assignment(distance**2)
    return twin


def _symmetric(points: np.ndarray, twin: np.ndarray) -> np.ndarray:
    """Average the two sides: the average person is symmetric, the light in the pictures is not."""
    return (points + points[twin] * (-1, 1, 1)) / 2


def _trace(scene, person, front, view, points):  # noqa: ANN001, ANN202
    """Skin triangle under each image point, or the nearest skin where the point misses it."""
    # The cavity of the mouth is no place for a landmark: the nearest lip is.
    skin = (front >= 0) & ~scene.inside_mouth()[front]
    _, label = cv2.distanceTransformWithLabels(
        (~skin).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(skin)
    by_label = np.zeros(label.max() + 1, dtype=np.intp)
    by_label[label[rows, columns]] = np.arange(len(rows))
    x, y = np.clip(np.rint(points).astype(int), 0, PICTURE_PX - 1).T
    hit = by_label[label[y, x]]
    triangle = front[rows[hit], columns[hit]]
    image = view.project(person["vertices"])
    inside = skin[y, x]
    target = np.where(inside[:, None], points, np.stack([columns[hit], rows[hit]], axis=1))
    return triangle, barycentric(image[scene.triangles[triangle]], target)


def _nearest_on_surface(
    scene: Scene, vertices: np.ndarray, points: np.ndarray, *, dark_below: float
) -> tuple[np.ndarray, np.ndarray]:
    """Closest point of the visible skin to each point: triangle and barycentric coordinates."""
    corners = vertices[scene.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    dark = scene.masks["occlusion"][scene.triangles].max(axis=1) < dark_below
    usable = np.flatnonzero((normal[:, 2] > 0) & ~dark & ~scene.inside_mouth())
    triangle = np.zeros(len(points), dtype=np.intp)
    weights = np.zeros((len(points), 3))
    for index, point in enumerate(points):
        near = usable[np.argsort(((corners[usable].mean(axis=1) - point) ** 2).sum(axis=1))[:60]]
        found = [_closest(corners[candidate], point) for candidate in near]
        best = int(np.argmin([distance for distance, _ in found]))
        triangle[index], weights[index] = near[best], found[best][1]
    return triangle, weights


def _closest(corners: np.ndarray, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Closest point of one triangle, by trying its inside, its edges and its corners."""
    a, b, c = corners
    system = np.stack([b - a, c - a], axis=1)
    v, w = np.linalg.lstsq(system, point - a, rcond=None)[0]
    trials = [np.array([1 - v - w, v, w])] if min(1 - v - w, v, w) >= 0 else []
    for i, j in ((0, 1), (1, 2), (2, 0)):
        edge = corners[j] - corners[i]
        t = float(np.clip((point - corners[i]) @ edge / max(edge @ edge, 1e-18), 0, 1))
        weights = np.zeros(3)
        weights[i], weights[j] = 1 - t, t
        trials.append(weights)
    distances = [float(np.linalg.norm(weights @ corners - point)) for weights in trials]
    best = int(np.argmin(distances))
    return distances[best], trials[best]


def inner_face() -> np.ndarray:
    """Landmarks that are not on the face oval, where the skin turns away from the camera."""
    oval = {
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    }  # fmt: skip
    return np.array([index for index in range(COUNT) if index not in oval])
