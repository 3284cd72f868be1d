"""The gpu quality: portraits drawn by OpenGL, and what is said where there is none."""

import sys
import types
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from jaxtyping import Float64
from skimage.metrics import structural_similarity

from mien.core.arrays import ImageRgb
from mien.core.errors import MissingError
from mien.head import load_head
from mien.render import Portrait, Staging, light_named
from mien.render.gl import context as context_module
from mien.render.gl import driver_name
from mien.render.gl.context import gl_context

_HEAD = load_head()
_SIZE_PX = 144
_FACE = (slice(36, 126), slice(36, 108))


@pytest.fixture
def driver() -> str:
    try:
        return driver_name()
    except MissingError as error:
        pytest.skip(str(error))


@cache
def _portrait(name: str, quality: str, staging: Staging = Staging()) -> Portrait:  # noqa: B008 - frozen
    return Portrait(
        _HEAD,
        _HEAD.people[name],
        width_px=_SIZE_PX,
        height_px=_SIZE_PX,
        quality=quality,
        staging=staging,
    )


def _weights(**named: float) -> Float64[np.ndarray, " unit"]:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


_SMILE = _weights(jawOpen=0.4, mouthSmileLeft=0.8, mouthSmileRight=0.6, browInnerUp=0.7)


def _frame(name: str, quality: str, light: str, staging: Staging = Staging()) -> ImageRgb:  # noqa: B008
    return _portrait(name, quality, staging).frame(
        _SMILE,
        head_rotation_rad=(0.1, 0.3, 0.05),
        gaze_rad=np.full((2, 2), 0.1),
        light=light_named(light),
    )


def _is_alike(gpu: ImageRgb, portrait: ImageRgb) -> bool:
    """Hold the tolerance that the documentation states."""
    apart = np.abs(gpu.astype(float) - portrait)
    return bool(
        apart.mean() <= 1.0
        and np.percentile(apart, 95) <= 4.0
        and structural_similarity(gpu, portrait, channel_axis=2) >= 0.99
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Jonas", "Mei", "Ada"])
def test_gpu_looks_like_portrait(driver: str, name: str) -> None:
    del driver
    for light in ("soft", "rembrandt"):
        gpu, portrait = (_frame(name, quality, light) for quality in ("gpu", "portrait"))
        assert _is_alike(gpu[_FACE], portrait[_FACE])
        assert _is_alike(gpu, portrait)


@pytest.mark.slow
def test_the_tolerance_is_so_narrow_that_another_light_or_smile_is_beyond_it(driver: str) -> None:
    del driver
    gpu = _frame("Jonas", "gpu", "soft")[_FACE]
    assert not _is_alike(gpu, _frame("Jonas", "portrait", "beauty")[_FACE])
    straight = _portrait("Jonas", "portrait").frame(
        _SMILE * 0.8, head_rotation_rad=(0.1, 0.3, 0.05), gaze_rad=np.full((2, 2), 0.1)
    )
    assert not _is_alike(gpu, straight[_FACE])


@pytest.mark.slow
def test_the_same_call_gives_the_same_bytes(driver: str) -> None:
    del driver
    first = _frame("Jonas", "gpu", "soft")
    _portrait("Jonas", "gpu").frame(_weights(jawOpen=1.0))
    np.testing.assert_array_equal(first, _frame("Jonas", "gpu", "soft"))
    other = Portrait(
        _HEAD, _HEAD.people["Jonas"], width_px=_SIZE_PX, height_px=_SIZE_PX, quality="gpu"
    )
    again = other.frame(_SMILE, head_rotation_rad=(0.1, 0.3, 0.05), gaze_rad=np.full((2, 2), 0.1))
    np.testing.assert_array_equal(first, again)


@pytest.mark.slow
def test_a_lens_and_a_room_are_those_of_portrait(driver: str) -> None:
    del driver
    staging = Staging(background="room", f_stop=1.4, yaw_rad=0.4, pitch_rad=0.1)
    gpu, portrait = (_frame("Jonas", quality, "soft", staging) for quality in ("gpu", "portrait"))
    assert _is_alike(gpu, portrait)


@pytest.mark.slow
def test_a_picture_that_is_not_square_is_filled_to_its_edges(driver: str) -> None:
    del driver
    gpu, portrait = (
        Portrait(
            _HEAD,
            _HEAD.people["Jonas"],
            width_px=101,
            height_px=67,
            quality=quality,
            staging=Staging(background="green"),
        ).frame(_SMILE)
        for quality in ("gpu", "portrait")
    )
    assert gpu.shape == (67, 101, 3)
    assert _is_alike(gpu, portrait)
    assert gpu[0, 0].tolist() == gpu[0, -1].tolist() == [0, 177, 64]


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Open the context anew, before and after."""
    gl_context.cache_clear()
    yield
    gl_context.cache_clear()


def _driver_that(monkeypatch: pytest.MonkeyPatch, opens: object) -> None:
    module = types.ModuleType("moderngl")
    module.create_context = opens  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "moderngl", module)


@pytest.mark.usefixtures("forgotten")
def test_without_moderngl_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(MissingError, match=r'not installed: pip install "mien\[gpu\]"\.$'):
        Portrait(_HEAD, _HEAD.people["Jonas"], width_px=64, height_px=64, quality="gpu")


@pytest.mark.usefixtures("forgotten")
def test_without_a_driver_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_settings: object) -> None:
        msg = "libEGL.so not loaded"
        raise OSError(msg)

    _driver_that(monkeypatch, refuse)
    with pytest.raises(MissingError, match=r"got none \(libEGL.so not loaded\)\. Install one"):
        driver_name()


@pytest.mark.usefixtures("forgotten")
def test_a_driver_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        version_code = 330
        info = types.MappingProxyType({"GL_RENDERER": "Aged Card"})
        released = False

        def release(self) -> None:
            Old.released = True

    _driver_that(monkeypatch, lambda **_settings: Old())
    with pytest.raises(MissingError, match=r"OpenGL 4\.3 or later .* Aged Card has 3\.3\."):
        driver_name()
    assert Old.released
    assert context_module.NEEDED == 430
