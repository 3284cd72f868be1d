"""What a signal usually was: the median of its recent past, in which brief movement vanishes."""

from collections import deque

import numpy as np
from jaxtyping import Float

_MAX_SAMPLES = 49
_RENEW_S = 0.05


class PastMedian:
    """Running median over the past, renewed every 50 ms.

    A bump shorter than half the window vanishes in it. It answers a lasting change half a window
    late, and lags behind a steady one by as much: that is the price of not knowing the future.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._held: deque[tuple[float, np.ndarray]] = deque()
        self._median: np.ndarray | None = None
        self._renewed_s = 0.0

    def update(
        self, values: Float[np.ndarray, "*shape"], time_s: float
    ) -> Float[np.ndarray, "*shape"]:
        """Take the newest values and give the median of the window that ends with them."""
        self._held.append((time_s, values))
        while time_s - self._held[0][0] > self._window_s + 1e-9:
            self._held.popleft()
        if self._median is None or time_s - self._renewed_s >= _RENEW_S - 1e-9:
            held = [one for _, one in self._held]
            if len(held) > _MAX_SAMPLES:
                places = np.linspace(0, len(held) - 1, _MAX_SAMPLES).round().astype(int)
                held = [held[place] for place in places]
            self._median = np.median(np.stack(held), axis=0).astype(values.dtype)
            self._renewed_s = time_s
        median: Float[np.ndarray, "*shape"] = self._median
        return median

    @property
    def span_s(self) -> float:
        """Seconds of the past that the median stands on."""
        return self._held[-1][0] - self._held[0][0] if self._held else 0.0
