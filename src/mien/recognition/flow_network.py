"""One trained network on flow, run by ONNX Runtime."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from mien.core.errors import FormatError, MissingError
from mien.recognition.model_card import CardFolder
from mien.recognition.network_input import network_images, network_volumes
from mien.store.digest import sha256_of_bytes

_BATCH = 32


@dataclass(frozen=True)
class NetworkSaid:
    """What a network says of clips."""

    units: Float[np.ndarray, "clip unit"]
    """Logarithm of the odds of each unit, not calibrated."""

    emotion: Float[np.ndarray, "clip class"]
    """Logarithm of each emotion's probability, not calibrated."""

    features: Float[np.ndarray, "clip feature"]
    """What it reads both from."""

    times: Float[np.ndarray, "clip 3"] | None = None
    """Onset, apex and offset in 0..1 of the window; None of flow images."""


class FlowNetwork:
    """A network of a card, ready to run on one core."""

    def __init__(self, cards: CardFolder, kind: str) -> None:
        """Load it.

        Raises:
            MissingError: the file is not there.
            FormatError: it is not the file of the card, such as one that is cut short.
        """
        entry = cards.entry(kind)
        self.kind, self.steps = kind, entry.steps
        path = cards.folder / entry.file
        data = _checked(path, entry.sha256, entry.bytes)
        import onnxruntime  # noqa: PLC0415 - 100 ms to import

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            data, settings, providers=["CPUExecutionProvider"]
        )

    def images(self, flow_px: Float[np.ndarray, "image 28 28 2"]) -> NetworkSaid:
        """Read flow images on the canonical face, of any size of motion.

        Raises:
            FormatError: this is no network on images.
        """
        self._require("image")
        return self._said(network_images(flow_px))

    def volumes(self, flow_px: Float[np.ndarray, "clip step 28 28 2"]) -> NetworkSaid:
        """Read flow volumes on the canonical face, from rest to rest.

        Raises:
            FormatError: this is no network on volumes, or on volumes of other lengths.
        """
        self._require("volume")
        if flow_px.shape[1] != self.steps:
            msg = f"Expected volumes of {self.steps} steps, but got {flow_px.shape[1]}."
            raise FormatError(msg)
        return self._said(network_volumes(flow_px))

    def _require(self, kind: str) -> None:
        if self.kind != kind:
            msg = f"Expected a network on {kind}s, but this one reads {self.kind}s."
            raise FormatError(msg)

    def _said(self, planes: Float32[np.ndarray, "clip 3 *step 28 28"]) -> NetworkSaid:
        names = [output.name for output in self._session.get_outputs()]
        parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
        for first in range(0, max(len(planes), 1), _BATCH):
            batch = planes[first : first + _BATCH]
            if not len(batch):
                # A run of no clips would divide by their number.
                batch = np.zeros((1, *planes.shape[1:]), np.float32)
            for name, value in zip(names, self._session.run(names, {"clip": batch}), strict=True):
                parts[name].append(value.astype(np.float64))
        whole = {name: np.concatenate(values)[: len(planes)] for name, values in parts.items()}
        return NetworkSaid(
            units=whole["units"],
            emotion=whole["emotion"],
            features=whole["features"],
            times=whole.get("times"),
        )


def _checked(path: Path, sha256: str, size: int) -> bytes:
    if not path.is_file():
        msg = (
            f"Expected the network {path.name} in {path.parent}, but it is not there. Install mien "
            "anew, or copy the whole folder."
        )
        raise MissingError(msg)
    data = path.read_bytes()
    if len(data) != size:
        msg = (
            f"Expected {size} bytes in {path}, as its card says, but it has {len(data)}: it is cut "
            "short, or another file. Copy it again."
        )
        raise FormatError(msg)
    if sha256_of_bytes(data) != sha256:
        msg = f"Expected the network of the card in {path}, but its content differs. Copy it again."
        raise FormatError(msg)
    return data
