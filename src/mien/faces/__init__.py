"""Frames -> one tracked, stabilised, aligned face for each person."""

from mien.faces.alignment import CROP_SIZE_PX as CROP_SIZE_PX
from mien.faces.alignment import EYE_LINE as EYE_LINE
from mien.faces.alignment import EYES_APART as EYES_APART
from mien.faces.alignment import RIGID_POINTS as RIGID_POINTS
from mien.faces.alignment import crop_shrink as crop_shrink
from mien.faces.alignment import crop_transforms as crop_transforms
from mien.faces.alignment import smooth_landmarks as smooth_landmarks
from mien.faces.alignment import warp_crop as warp_crop
from mien.faces.blendshapes import BLENDSHAPE_NAMES as BLENDSHAPE_NAMES
from mien.faces.eyes import eye_openness as eye_openness
from mien.faces.eyes import gaze_of as gaze_of
from mien.faces.pose import head_pose as head_pose
from mien.faces.pose import turn_from_camera as turn_from_camera
from mien.faces.track import FaceTrack as FaceTrack
from mien.faces.track import continuous_runs as continuous_runs
from mien.faces.tracker import FaceTracker as FaceTracker
from mien.faces.tracking import track_faces as track_faces
from mien.store.models import FaceModels as FaceModels
from mien.store.models import resolve_models as resolve_models

__all__ = [
    "BLENDSHAPE_NAMES",
    "CROP_SIZE_PX",
    "EYES_APART",
    "EYE_LINE",
    "RIGID_POINTS",
    "FaceModels",
    "FaceTrack",
    "FaceTracker",
    "continuous_runs",
    "crop_shrink",
    "crop_transforms",
    "eye_openness",
    "gaze_of",
    "head_pose",
    "resolve_models",
    "smooth_landmarks",
    "track_faces",
    "turn_from_camera",
    "warp_crop",
]
