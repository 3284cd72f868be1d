"""Kernels as GLSL: the graphics card computes what numba does."""

import typing
from collections.abc import Callable

import numpy as np
import pytest
from jaxtyping import Float32
from numba import njit

from mien.core.errors import MissingError
from mien.render.gl.block import storage
from mien.render.gl.context import gl_context
from mien.render.gl.kinds import Array, Number
from mien.render.gl.translate import Translator
from mien.render.lamps import ggx, rise, softbox
from mien.render.lids import lid_distances, lid_light
from mien.render.strokes import line_weight

_COUNT = 500
_LIDS = (2, 2, 33)


@njit
@typing.no_type_check
def _winding(table, x, y):  # noqa: ANN001, ANN202
    """Use every kind of statement that kernels use."""
    total = 0
    steps = table.shape[1]
    done = 0
    for row in range(table.shape[0]):
        for column in range(0, steps, 2):
            value = table[row, column]
            if value < x and not value < y:
                continue
            if (done >> column) & 1 or column in (1, 4):
                total -= 0.5 * value
            elif 0.0 < value <= 1.0:
                total += max(value, x, y) / (column + 1)
            else:
                total *= -0.5
            done |= 1 << column
    half = steps // 2
    return total + (1 if x > y else 0.25) * half + float(done & 5), np.floor(4.0 * x) + abs(y)


@njit
@typing.no_type_check
def _lid_light_at(heights, ends, eye, x, y):  # noqa: ANN001, ANN202
    above, below, left, right = lid_distances(heights[eye], ends[eye], x, y)
    return lid_light(above, below, left, right), above


@njit
@typing.no_type_check
def _lamp_terms(x, y):  # noqa: ANN001, ANN202
    return ggx(0.5 + 0.5 * x, 0.1 + y) + rise(0.2, 0.8, y), softbox(
        0.3, 0.4, 0.86, x, y, 0.8, 0.2, 0.1
    )


@njit
@typing.no_type_check
def _weight(x, y):  # noqa: ANN001, ANN202
    t, weight = line_weight(3.0 * x, 2.0 * y, 3.0, 1.0, 0.316, 0.4, 0.9)
    return t, weight


def _computed(
    kernel: Callable[..., object],
    tables: dict[str, np.ndarray],
    places: Float32[np.ndarray, "place 2"],
) -> Float32[np.ndarray, "place 2"]:
    """Run a kernel that gives two numbers at every place, with tables before x and y."""
    try:
        context = gl_context()
    except MissingError as error:
        pytest.skip(str(error))
    translator = Translator()
    arrays = tuple(Array(name, table.shape) for name, table in tables.items())
    extra = (Number("1", "int", everywhere=True),) if len(tables) == 2 else ()
    function = translator.call(
        kernel, (*arrays, *extra, Number("x", "float"), Number("y", "float"))
    )
    declared = "".join(
        storage(name, 2 + k, table.shape) for k, (name, table) in enumerate(tables.items())
    )
    program = context.compute_shader(f"""#version 430
layout(local_size_x=1) in;
{storage("places", 0, (len(places), 2))}
{storage("results", 1, (len(places), 2))}
{declared}
{translator.source()}
void main() {{
    int k = int(gl_GlobalInvocationID.x);
    float one, two;
    {function.name}(places(k, 0), places(k, 1), one, two);
    results(k, 0) = one;
    results(k, 1) = two;
}}
""")
    results = context.buffer(reserve=places.nbytes)
    buffers = [context.buffer(places), results]
    buffers += [context.buffer(table.astype(np.float32)) for table in tables.values()]
    for binding, buffer in enumerate(buffers):
        buffer.bind_to_storage_buffer(binding)
    program.run(len(places))
    context.memory_barrier()
    return np.frombuffer(results.read(), np.float32).reshape(places.shape)


def _places() -> Float32[np.ndarray, "place 2"]:
    return np.random.default_rng(7).uniform(0, 1, (_COUNT, 2)).astype(np.float32)


@pytest.mark.parametrize("kernel", [_lamp_terms, _weight])
def test_numbers_come_out_as_numba_computes_them(
    kernel: Callable[..., tuple[float, float]],
) -> None:
    places = _places()
    expected = [kernel(float(x), float(y)) for x, y in places]
    np.testing.assert_allclose(_computed(kernel, {}, places), expected, rtol=2e-4, atol=2e-5)


def test_every_kind_of_statement_means_the_same() -> None:
    places, table = _places(), np.random.default_rng(8).uniform(-0.5, 1.5, (3, 6))
    expected = [_winding(table.astype(np.float32), float(x), float(y)) for x, y in places]
    np.testing.assert_allclose(_computed(_winding, {"table": table}, places), expected, rtol=1e-5)


def test_a_part_of_an_array_is_handed_on() -> None:
    rng, places = np.random.default_rng(9), 0.01 * _places()
    tables = {"heights": rng.uniform(-0.01, 0.01, _LIDS), "ends": np.array([[0, 1], [0, 0.012]])}
    expected = [
        _lid_light_at(tables["heights"], tables["ends"], 1, float(x), float(y)) for x, y in places
    ]
    np.testing.assert_allclose(
        _computed(_lid_light_at, tables, places), expected, rtol=1e-4, atol=1e-6
    )


def test_what_has_no_counterpart_is_refused_by_name() -> None:
    def listed(x: float) -> float:
        return sum((x, 1.0))

    with pytest.raises(NotImplementedError, match="sum"):
        Translator().call(listed, (Number("x", "float"),))

    def remainder(x: float) -> float:
        return x % 1.0

    with pytest.raises(NotImplementedError, match="x % 1"):
        Translator().call(remainder, (Number("x", "float"),))

    def endless(x: float) -> float:
        while x < 1:
            x *= 2
        return x

    with pytest.raises(NotImplementedError, match="while x < 1"):
        Translator().call(endless, (Number("x", "float"),))
