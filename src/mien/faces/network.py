"""One landmark network on the CPU."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from jaxtyping import Float32

_starting = threading.Lock()


class Network:
    """A network in TensorFlow Lite form with one input, run by LiteRT in the calling thread.

    An instance must not be used by two threads at a time.
    """

    def __init__(self, model: bytes, *, thread_count: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - 60 ms to import

        with _without_greeting():
            self._interpreter = Interpreter(model_content=model, num_threads=thread_count)
            self._interpreter.allocate_tensors()
        entry = self._interpreter.get_input_details()[0]
        self._input = entry["index"]
        self._input_shape = tuple(int(length) for length in entry["shape"])
        outputs = self._interpreter.get_output_details()
        self._outputs = [(out["index"], int(np.prod(out["shape"]))) for out in outputs]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input, batch axis included."""
        return self._input_shape

    def run(self, values: Float32[np.ndarray, "..."]) -> list[Float32[np.ndarray, " value"]]:
        """Run the network once; outputs are flat, the largest first."""
        self._interpreter.set_tensor(self._input, values.reshape(self._input_shape))
        self._interpreter.invoke()
        ordered = sorted(self._outputs, key=lambda output: -output[1])
        return [self._interpreter.get_tensor(index).ravel() for index, _ in ordered]


@contextmanager
def _without_greeting() -> Iterator[None]:
    """Keep the line that the library writes to standard error when it first starts from the user.

    No setting of the library silences it, and it would stand in the middle of a progress bar.
    """
    with _starting:
        sys.stderr.flush()
        kept = os.dup(2)
        try:
            with open(os.devnull, "wb") as sink:  # noqa: PTH123 - devnull is no path
                os.dup2(sink.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
