"""A trained recogniser as files: its weights, and a record of what they mean."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.errors import FormatError, MissingError
from mien.recognition.cooccurrence import CooccurrenceGraph
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_path
from mien.store.weights import write_weights
from mien.training.building import build_network, load_tensors
from mien.training.config import config_from_json
from mien.training.recogniser import Recogniser
from mien.training.unit_columns import UnitColumns

WEIGHTS_FILE, RECORD_FILE, CONFIG_FILE = "weights.safetensors", "recogniser.json", "config.toml"
SCHEMA, VERSION = "mien/recogniser", 1


def save_recogniser(recogniser: Recogniser, folder: Path) -> None:
    """Keep weights, choices, classes, units and graph in a folder.

    ``recogniser.json`` is written last and names the weights by their sha256; ``config.toml`` is
    there to be read and trained with again.

    Raises:
        OutputError: the folder cannot be written.
    """
    tensors = {
        name: value.detach().cpu().numpy()
        for name, value in recogniser.network.state_dict().items()
    }
    write_weights(folder / WEIGHTS_FILE, tensors, {"schema": SCHEMA, "version": VERSION})
    write_text_atomic(folder / CONFIG_FILE, recogniser.config.to_toml())
    graph = recogniser.graph
    record = {
        "schema": SCHEMA,
        "version": VERSION,
        "weights_sha256": sha256_of_path(folder / WEIGHTS_FILE),
        "trained_on": recogniser.trained_on,
        "classes": graph.classes,
        "units": asdict(recogniser.columns),
        "shapes": recogniser.shapes,
        "graph": {
            "clips": graph.clips,
            "counts": graph.counts.tolist(),
            "pair_counts": graph.pair_counts.tolist(),
            "adjacency": graph.adjacency.tolist(),
            "emotion_given_unit": graph.emotion_given_unit.tolist(),
        },
        "config": json.loads(recogniser.config.to_json()),
    }
    write_text_atomic(folder / RECORD_FILE, json.dumps(record, indent=2) + "\n")


_PARTS = ("weights_sha256", "config", "units", "graph", "classes", "shapes", "trained_on")
"""What a record must have."""


def load_recogniser(folder: Path, *, device: str = "cpu") -> Recogniser:
    """Read what :func:`save_recogniser` kept.

    Raises:
        MissingError: there is no recogniser.
        FormatError: it is damaged, or its files do not belong together.
    """
    record = _record(folder / RECORD_FILE)
    weights = folder / WEIGHTS_FILE
    if not weights.is_file() or sha256_of_path(weights) != record["weights_sha256"]:
        msg = (
            f"Expected {WEIGHTS_FILE} in {folder} to be the one that {RECORD_FILE} names, but it "
            "is another, or not there. Copy both files together."
        )
        raise FormatError(msg)
    config = config_from_json(json.dumps(record["config"]), RECORD_FILE)
    # fp16 is for GPUs alone; what was learned in it is read in full precision elsewhere.
    half = config.loop.precision == "fp16" and device == "cpu"
    precision = "fp32" if half else config.loop.precision
    loop = replace(config.loop, device=device, precision=precision)
    config = config.model_copy(update={"loop": loop})
    columns = UnitColumns(**{name: tuple(value) for name, value in record["units"].items()})
    counted = {
        name: np.array(record["graph"][name], np.float64)
        for name in ("counts", "pair_counts", "adjacency", "emotion_given_unit")
    }
    graph = CooccurrenceGraph(
        unit_numbers=columns.told,
        clips=record["graph"]["clips"],
        classes=tuple(record["classes"]),
        **counted,
    )
    network = build_network(config, graph, seed=0)
    load_tensors(network, weights)
    return Recogniser(
        config=config,
        network=network.to(device).eval(),
        graph=graph,
        columns=columns,
        shapes={name: tuple(shape) for name, shape in record["shapes"].items()},
        trained_on=tuple(record["trained_on"]),
    )


def _record(path: Path) -> dict[str, Any]:
    if not path.is_file():
        msg = f"Expected a trained recogniser in {path.parent}, but {path.name} is not there."
        raise MissingError(msg)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        msg = f"Expected JSON in {path}, but it cannot be read: {error}. Copy it again."
        raise FormatError(msg) from error
    if not isinstance(record, dict) or (record.get("schema"), record.get("version")) != (
        SCHEMA,
        VERSION,
    ):
        msg = f"Expected {SCHEMA}, version {VERSION}, in {path}, but it is something else."
        raise FormatError(msg)
    lacking = [name for name in _PARTS if name not in record]
    if lacking:
        msg = f"Expected {', '.join(_PARTS)} in {path}, but {lacking[0]} lacks. Copy it again."
        raise FormatError(msg)
    return record
