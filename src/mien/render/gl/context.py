"""The OpenGL context in which everything is drawn: one for each process, without a window."""

import functools
from typing import TYPE_CHECKING, Any

from mien.core.errors import MissingError

if TYPE_CHECKING:
    import moderngl

_BACKEND: dict[str, Any] = {"backend": "egl"}

NEEDED = 430
"""OpenGL 4.3 brought compute shaders and storage buffers."""


@functools.cache
def gl_context() -> "moderngl.Context":
    """Open the context, or give the one that is open.

    Raises:
        MissingError: no moderngl, no EGL, no device, or one whose OpenGL is too old.
    """
    try:
        import moderngl
    except ImportError as error:
        msg = 'Expected moderngl for gpu quality, but it is not installed: pip install "mien[gpu]".'
        raise MissingError(msg) from error
    try:
        context = moderngl.create_context(require=NEEDED, standalone=True, **_BACKEND)
    except Exception as error:  # moderngl and its loader raise what they like
        msg = (
            f"Expected a driver with OpenGL through EGL for gpu quality, but got none ({error}). "
            "Install one (on Debian, libegl1 and libgl1-mesa-dri), or choose --quality portrait."
        )
        raise MissingError(msg) from error
    if context.version_code < NEEDED:
        msg = (
            f"Expected OpenGL {NEEDED / 100:.1f} or later for gpu quality, but "
            f"{context.info['GL_RENDERER']} has {context.version_code / 100:.1f}. Install a newer "
            "driver, or choose --quality portrait."
        )
        context.release()
        raise MissingError(msg)
    context.gc_mode = "auto"
    return context


def check_driver() -> None:
    """Tell whether this machine can draw in gpu quality.

    Raises:
        MissingError: it cannot; says how to mend it.
    """
    gl_context()


def driver_name() -> str:
    """Name what draws: ``NVIDIA H100, OpenGL 4.6``.

    Raises:
        MissingError: as :func:`check_driver`.
    """
    context = gl_context()
    return f"{context.info['GL_RENDERER']}, OpenGL {context.version_code / 100:.1f}"
