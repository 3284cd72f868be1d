"""A file, a folder of images or a camera -> frames with true time stamps; frames -> a file."""

from mien.video.camera import camera_frames as camera_frames
from mien.video.camera import record_camera as record_camera
from mien.video.frame import Frame as Frame
from mien.video.frame import VideoInfo as VideoInfo
from mien.video.image_folder import image_numbers as image_numbers
from mien.video.image_folder import open_image_folder as open_image_folder
from mien.video.lossless import lossless_encoder as lossless_encoder
from mien.video.opening import open_video as open_video
from mien.video.prefetch import prefetched as prefetched
from mien.video.source import VideoSource as VideoSource
from mien.video.still import read_still as read_still
from mien.video.still import write_still as write_still
from mien.video.writer import encoder as encoder
from mien.video.writer import write_video as write_video

__all__ = [
    "Frame",
    "VideoInfo",
    "VideoSource",
    "camera_frames",
    "encoder",
    "image_numbers",
    "lossless_encoder",
    "open_image_folder",
    "open_video",
    "prefetched",
    "read_still",
    "record_camera",
    "write_still",
    "write_video",
]
