"""The engine's curve against golden values, the shared cubic, and itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.curves import (
    InterpMode,
    TangentMode,
    WeightMode,
    evaluate,
    rich_curve_of,
    rich_curve_with_auto_tangents,
    spline_from_samples,
    with_auto_tangents,
)

# Keys, automatic tangents and samples of the engine's arithmetic, calculated independently.
GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "frichcurve_golden.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("single", [False, True])
def test_golden_tangents_and_samples_are_reproduced(name: str, *, single: bool) -> None:
    case = GOLDEN[name]
    curve = rich_curve_with_auto_tangents(
        np.array(case["t"], dtype=float), np.array(case["v"], dtype=float)
    )
    np.testing.assert_allclose(curve.arrive, case["auto"], atol=1e-6)
    np.testing.assert_allclose(curve.leave, case["auto"], atol=1e-6)
    times = np.array([float(time) for time in case["samples"]])
    samples = evaluate(curve, times, single=single)
    np.testing.assert_allclose(samples, list(case["samples"].values()), atol=1e-6)


def test_automatic_tangents_overshoot_a_hold() -> None:
    curve = rich_curve_with_auto_tangents(np.array([0, 0.1, 0.3, 0.5]), np.array([0.0, 1, 1, 0]))
    assert curve(np.linspace(0, 0.5, 2001)).max() == pytest.approx(1.1466, abs=1e-4)


def test_the_engines_form_of_a_curve_is_the_curve() -> None:
    rng = np.random.default_rng(0)
    curve = spline_from_samples(np.cumsum(rng.uniform(0.01, 0.1, 20)), rng.uniform(0, 1, 20))
    times = np.linspace(-0.1, 2, 1000)
    np.testing.assert_allclose(rich_curve_of(curve)(times), curve(times), atol=1e-12)
    assert evaluate(rich_curve_of(curve), times, single=True).dtype == np.float32


def test_a_key_with_a_corner_is_in_break_mode() -> None:
    curve = spline_from_samples(np.arange(4.0), np.array([0, 1, np.nan, 0]))
    kinds = rich_curve_of(curve).tangent.tolist()
    assert kinds == [TangentMode.BREAK, TangentMode.BREAK, TangentMode.BREAK]
    assert rich_curve_of(curve.scaled(0.0)).tangent.tolist() == [TangentMode.USER] * 3


def test_constant_and_linear_keys_hold_and_connect() -> None:
    curve = rich_curve_with_auto_tangents(np.arange(4.0), np.array([0.0, 1, 3, 0]))
    curve = replace(curve, interp=np.array([InterpMode.CONSTANT, InterpMode.LINEAR, 2, 2]))
    np.testing.assert_allclose(curve(np.array([0.9, 1.0, 1.5])), [0, 1, 2])


def test_auto_tangents_leave_tangents_set_by_hand_alone() -> None:
    curve = rich_curve_with_auto_tangents(np.arange(3.0), np.array([0.0, 1, 0.5]))
    by_hand = replace(curve, tangent=np.full(3, int(TangentMode.USER)), arrive=np.full(3, 7.0))
    assert with_auto_tangents(by_hand).arrive.tolist() == [7, 7, 7]


def test_beside_a_constant_piece_automatic_tangents_are_flat() -> None:
    curve = rich_curve_with_auto_tangents(np.arange(4.0), np.array([0.0, 1, 3, 0]))
    modes = np.array([InterpMode.CUBIC, InterpMode.CONSTANT, InterpMode.LINEAR, InterpMode.CUBIC])
    redone = with_auto_tangents(replace(curve, interp=modes, leave=np.full(4, 9.0)))
    assert redone.leave[1:3].tolist() == [0, 0]
    assert redone.arrive[2] == 0


@pytest.mark.parametrize("mode", [WeightMode.LEAVE, WeightMode.BOTH, WeightMode.ARRIVE])
def test_weights_of_the_usual_length_change_nothing(mode: WeightMode) -> None:
    curve = rich_curve_with_auto_tangents(np.array([0, 0.4, 1.0]), np.array([0.0, 1, 0.2]))
    width = np.diff(curve.times_s)
    usual = np.hypot(width, curve.leave[:-1] * width) / 3
    usual_back = np.hypot(width, curve.arrive[1:] * width) / 3
    weighted = replace(
        curve,
        weight=np.full(3, int(mode)),
        leave_weight=np.append(usual, 0),
        arrive_weight=np.append(0, usual_back),
    )
    times = np.linspace(0, 1, 101)
    np.testing.assert_allclose(weighted(times), curve(times), atol=1e-9)


def test_a_weighted_piece_lies_on_its_bezier_curve() -> None:
    flat = rich_curve_with_auto_tangents(np.array([0.0, 2.0]), np.array([0.0, 1.0]))
    curve = replace(
        flat,
        weight=np.full(2, int(WeightMode.BOTH)),
        leave_weight=np.array([1.5, 0]),
        arrive_weight=np.array([0, 0.2]),
    )
    u = np.linspace(0.05, 0.95, 10)
    times = 3 * (1 - u) ** 2 * u * 1.5 + 3 * (1 - u) * u**2 * 1.8 + u**3 * 2.0
    heights = 3 * (1 - u) * u**2 + u**3
    np.testing.assert_allclose(curve(times), heights, atol=1e-9)


def test_keys_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="order of time"):
        rich_curve_with_auto_tangents(np.array([1.0, 0.0]), np.zeros(2))
