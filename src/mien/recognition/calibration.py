"""From numbers that rank to probabilities that hold: logistic calibration on clips kept apart."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax

from mien.core.errors import UsageError

_STEADY = 1.0  # clips' worth by which a unit's own offset is drawn to that of all
_SHARPEST = 20.0


def fit_odds(
    numbers: Float[np.ndarray, "clip unit number"], truth: Float[np.ndarray, "clip unit"]
) -> tuple[Float[np.ndarray, " number"], Float[np.ndarray, " unit"]]:
    """Find slopes that all units share, and an offset of each, by maximum likelihood.

    Few clips show a rare unit, so the slope is everybody's, and offsets are drawn together a
    little. Source: Platt, *Probabilistic outputs for support vector machines*, 1999.

    Returns:
        slopes and offsets of the logarithm of the odds.

    Raises:
        UsageError: no clip, or other truths than 0 and 1.
    """
    clips, units, width = numbers.shape
    if clips < 1 or truth.shape != (clips, units) or not np.isin(truth, (0, 1)).all():
        msg = (
            f"Expected truths of 0 and 1 for {clips} clips (at least one) and {units} units, but "
            f"got {truth.shape} with values from {truth.min(initial=0)} to {truth.max(initial=0)}."
        )
        raise UsageError(msg)

    def cost(at: np.ndarray) -> tuple[float, np.ndarray]:
        slopes, offsets = at[:width], at[width:]
        odds = numbers @ slopes + offsets
        error = expit(odds) - truth
        apart = offsets - offsets.mean()
        value = np.logaddexp(0, odds).sum() - (truth * odds).sum() + _STEADY / 2 * apart @ apart
        slope = np.einsum("cun,cu->n", numbers, error)
        return float(value), np.concatenate([slope, error.sum(axis=0) + _STEADY * apart])

    start = np.concatenate([np.ones(width), np.full(units, -2.0)])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return found[:width], found[width:]


def fit_sharpness(logs: Float[np.ndarray, "clip class"], truth: Int[np.ndarray, " clip"]) -> float:
    """Find the factor on logarithms of probabilities under which the truth is likeliest.

    Source: Guo et al., *On calibration of modern neural networks*, ICML 2017 (a temperature; the
    factor is its reciprocal).
    """
    rows = np.arange(len(truth))

    def cost(factor: float) -> float:
        return -float(log_softmax(factor * logs, axis=1)[rows, truth].mean())

    return float(minimize_scalar(cost, bounds=(1e-3, _SHARPEST), method="bounded").x)
