"""Everything that decides a trained recogniser, readable and printable as TOML."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator
from pydantic import with_config as settings_of

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.nearest import unknown_name
from mien.evaluation.systems import Budget
from mien.networks.graph import Normalisation, SelfLoop
from mien.networks.graph_recogniser import Backbone, EmotionLayer, NodeInit, Pool
from mien.networks.resnet3d import Norm, TemporalStride
from mien.networks.segmentation import Order
from mien.recognition.cooccurrence import Direction
from mien.recognition.unit_sets import UNIT_SETS
from mien.store.digest import sha256_of_bytes
from mien.training.augmentation import AugmentationSettings
from mien.training.clip_tensors import InputKind
from mien.training.loop_settings import LoopSettings
from mien.training.losses import LossSettings

PRESETS = ("paper", "published", "mien", "cnn3d", "cnn3d_pretrained")
_DIGITS = 12
"""Of a sha256, enough to tell configurations apart."""

FLOW_IMAGES = frozenset({"flow_image", "flow_image_own"})

_STRICT = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


@settings_of(_STRICT)
@dataclass(frozen=True)
class NetworkSettings:
    """How the recogniser is built; see :class:`mien.networks.graph_recogniser.GraphRecogniser`."""

    backbone: Backbone = "resnet3d"
    """``resnet3d`` (Table 1), or ``steps``, a small network on each step (not in the paper)."""

    width: int = 64
    """Channels of the first stage (Table 1: 64)."""

    temporal_stride: TemporalStride = "table1"
    """``table1`` halves the time at three stages (Table 1), ``keep`` never (section 4.1.2)."""

    norm: Norm = "group"
    """Normalisation behind each convolution: ``batch`` (section 4.1.2), ``group``, or ``frozen``,
    batch statistics as they come with ``weights``."""

    temporal_enrichment: bool = False
    """Whether an LSTM reads the steps (section 2.4.1, ELRCN)."""

    order: Order = "penalty"
    """Onset, apex, offset: order left to the loss (section 3.1), or kept by ``construction``."""

    graph: bool = True
    """Whether units are read through their graph (section 3.3)."""

    node_init: NodeInit = "onehot"
    """What a node starts from: ``onehot`` (section 4.1.2), ``visual`` (section 3.3), or both."""

    normalisation: Normalisation = "symmetric"
    """Of the adjacency: ``symmetric`` (section 3.3), ``random_walk``, or ``none`` (section 3.2)."""

    self_loop: SelfLoop = "replace"
    """Whether A + I makes the diagonal 1 (``replace``) or 2 (``add``, section 3.3 as printed)."""

    hidden: tuple[int, ...] = (1024, 512)
    """Outputs of the graph layers (section 4.1.2: 1024 and 512)."""

    pool: Pool = "none"
    """``attention`` keeps half of the nodes for the emotion layer (section 3.3)."""

    emotion_layer: EmotionLayer = "none"
    """``head`` reads the emotion from the nodes (section 3.3), ``node`` also gives each node
    P(emotion | unit) of the training clips."""

    unit_skip: bool = False
    """Whether each unit is also linear in the clip's features, beside what the graph makes of it
    (not in the paper)."""

    step_units: bool = False
    """Whether units are told at each step (section 3.4 drives curves frame by frame)."""

    dropout: float = 0.0
    """Share of the features that are left out while learning, 0..1 (not in the paper)."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        if self.width < 1 or not self.hidden or min(self.hidden) < 1 or not 0 <= self.dropout < 1:
            msg = (
                "Expected a width and hidden layers of at least 1 and a dropout in 0..1, but got "
                f"{self.width}, {list(self.hidden)} and {self.dropout}."
            )
            raise UsageError(msg)


@settings_of(_STRICT)
@dataclass(frozen=True)
class CooccurrenceSettings:
    """How the graph is counted from the training clips."""

    direction: Direction = "asymmetric"
    """``asymmetric`` P(U_i | U_j) (sections 3.2 and 3.3), or symmetric ``jaccard`` or ``mean``
    (published version)."""

    smoothing: float = 0.0
    """Clips added to each pair of units (not in the paper)."""

    threshold: float = 0.0
    """Weights below it become 0, 0..1 (not in the paper)."""


class TrainConfig(BaseModel):
    """All choices for one training."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    preset: str = "custom"
    """Preset that the choices started from: the others are those of its file where not given."""

    input: InputKind = "rgb"
    """What the network reads of a clip: ``rgb`` or ``grey`` pictures, ``flow`` (u, v, strain),
    both, one ``flow_image`` from coded onset to coded apex (``flow_image_own``: from the first
    picture to that of most motion), or ``flow+flow_image``, the steps with that image behind
    them."""

    shrink: Literal[1, 2, 4, 8] = 1
    """Side of the blocks of pixels that are averaged: 1 reads faces of 112 px as the paper does, 2
    faces of 56 px, 4 of 28 px."""

    mode: Literal["joint", "two-stage"] = "joint"
    """All losses at once (section 3.1), or first L_seg and then, with the backbone as it is, the
    rest (section 2.4.2)."""

    units: str | tuple[int, ...] = "cd6me12"
    """Nodes of the graph: FACS numbers, or a named list (section 3.2 has 19, section 4.1.2 12)."""

    weights: Path | None = None
    """Safetensors file that the backbone starts from; none for random numbers."""

    network: NetworkSettings = NetworkSettings()
    """How the recogniser is built; not used with a flow image, which has a network of its own."""

    cooccurrence: CooccurrenceSettings = CooccurrenceSettings()
    """How the graph is counted."""

    loss: LossSettings = LossSettings()
    """What training drives down."""

    loop: LoopSettings = LoopSettings()
    """How long, how fast and how exactly."""

    augmentation: AugmentationSettings = AugmentationSettings()
    """How clips are changed while the network learns."""

    @field_validator("units")
    @classmethod
    def _known_units(cls, units: str | tuple[int, ...]) -> str | tuple[int, ...]:
        if isinstance(units, str) and units not in UNIT_SETS:
            raise UsageError(unknown_name("units (numbers, or a list)", units, UNIT_SETS))
        if not isinstance(units, str) and (not units or len(set(units)) < len(units)):
            msg = f"Expected units as FACS numbers, each once, but got {list(units)}."
            raise UsageError(msg)
        return units

    @model_validator(mode="after")
    def _goes_together(self) -> "TrainConfig":
        network, loss = self.network, self.loss
        image = self.input in FLOW_IMAGES
        wrong = {
            "[network] left out with a flow image, which has a network of its own": (
                image and network != NetworkSettings()
            ),
            "shrink 1 with a flow image, which has 28 px": image and self.shrink != 1,
            "no weights with a flow image": image and self.weights is not None,
            "loss.segmentation where network.emotion_layer is none, or no emotion is learned": (
                not loss.segmentation and self._emotion_layer == "none"
            ),
            "loss.graph and loss.unit_share below 1 for the emotion layer, or it learns nothing": (
                self._emotion_layer != "none" and (not loss.graph or loss.unit_share == 1)
            ),
            "no network.graph without loss.graph": network.graph and not image and not loss.graph,
            "network.step_units and loss.step_weight together, or neither": (
                not image and network.step_units != (loss.step_weight > 0)
            ),
            "loss.step_weight 0 with a flow image, which has no steps": (
                image and loss.step_weight > 0
            ),
            "network.temporal_stride keep with the backbone steps, which leaves time as it is": (
                network.backbone == "steps" and network.temporal_stride != "keep"
            ),
            "network.norm group with the backbone steps, which has no other": (
                network.backbone == "steps" and network.norm != "group"
            ),
            "network.backbone steps for flow+flow_image, whose last step is no moment": (
                self.input == "flow+flow_image" and network.backbone != "steps"
            ),
            "network.unit_skip false without network.graph": network.unit_skip
            and not network.graph,
            "mode joint with a flow image": image and self.mode != "joint",
            "loss.segmentation and loss.graph for the two stages": (
                self.mode == "two-stage" and not (loss.segmentation and loss.graph)
            ),
            "network.norm group or frozen for the second stage, whose backbone must not change": (
                self.mode == "two-stage" and network.norm == "batch"
            ),
        }
        for expected, is_wrong in wrong.items():
            if is_wrong:
                msg = f"Expected {expected}, but the configuration {self.preset} has it otherwise."
                raise UsageError(msg)
        return self

    @property
    def _emotion_layer(self) -> str:
        return "none" if self.input in FLOW_IMAGES else self.network.emotion_layer

    @property
    def unit_numbers(self) -> tuple[int, ...]:
        """FACS numbers of the nodes."""
        return UNIT_SETS[self.units] if isinstance(self.units, str) else self.units

    def within(self, budget: Budget) -> "TrainConfig":
        """Give the same within a budget: its precision and device, and no more width or epochs."""
        loop = replace(
            self.loop,
            epochs=min(self.loop.epochs, budget.max_epochs),
            precision=budget.precision,
            device=budget.device,
        )
        network = self.network
        if self.input not in FLOW_IMAGES:
            network = replace(network, width=min(network.width, budget.width))
        return self.model_copy(update={"loop": loop, "network": network})

    def to_json(self) -> str:
        """Write every choice as JSON."""
        return self.model_dump_json(indent=2) + "\n"

    def digest(self) -> str:
        """Give the first digits of a sha256 over every choice that is not the default."""
        choices = self.model_dump(mode="json", exclude_defaults=True)
        return sha256_of_bytes(json.dumps(choices, sort_keys=True).encode())[:_DIGITS]

    def to_toml(self) -> str:
        """Write every choice as TOML, from which :func:`config_from_toml` gives the same again.

        What is none is left out: TOML has no word for it.
        """
        choices = self.model_dump(mode="json")
        tables = {name: value for name, value in choices.items() if isinstance(value, dict)}
        plain = {name: value for name, value in choices.items() if name not in tables}
        blocks = [_toml_lines(plain)]
        blocks += [[f"[{name}]", *_toml_lines(table)] for name, table in tables.items()]
        return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def preset(name: str) -> TrainConfig:
    """Give one of :data:`PRESETS`.

    Raises:
        UsageError: no such preset.

    >>> preset("paper").loss.unit_share
    0.7
    """
    return _validated(_preset_choices(name), f"the preset {name}")


def read_config(path: Path) -> TrainConfig:
    """Read a configuration from a TOML file.

    Raises:
        MissingError: there is no such file.
        FormatError: no TOML.
        UsageError: an unknown key, or a value that is not allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"Expected a configuration at {path}, but there is none. Check the path."
        raise MissingError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"Expected a configuration as UTF-8 text in {path.name}, but it is not ({error})."
        raise FormatError(msg) from error
    return config_from_toml(text, path.name)


def config_from_toml(text: str, source: str = "the configuration") -> TrainConfig:
    """Read a configuration; where it names a preset, what it does not say is that preset's.

    Raises:
        FormatError: no TOML.
        UsageError: an unknown key, or a value that is not allowed.
    """
    try:
        choices = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"Expected TOML in {source}, but it cannot be read: {error}."
        raise FormatError(msg) from error
    name = choices.get("preset")
    if isinstance(name, str) and name != "custom":
        choices = _merged(_preset_choices(name), choices)
    return _validated(choices, source)


def config_from_json(text: str, source: str = "the configuration") -> TrainConfig:
    """Read what :meth:`TrainConfig.to_json` wrote.

    Raises:
        UsageError: an unknown key, or a value that is not allowed.
    """
    try:
        return TrainConfig.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(_sentence(error, source)) from error
    except UsageError as error:
        msg = f"In {source}: {error}"
        raise UsageError(msg) from error


def _preset_choices(name: str) -> dict[str, Any]:
    if name not in PRESETS:
        raise UsageError(unknown_name("a preset", name, PRESETS))
    text = files("mien.training").joinpath("presets", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = {**below, **value}
        else:
            merged[key] = value
    return merged


def _validated(choices: Mapping[str, Any], source: str) -> TrainConfig:
    # Through JSON, since TOML's lists stand for tuples, which strict Python values would not.
    return config_from_json(json.dumps(choices, default=str), source)


def _sentence(error: ValidationError, source: str) -> str:
    first, *rest = error.errors()
    where = [step for step in first["loc"] if isinstance(step, str)]
    # What follows the key inside a table, or a key of none, is pydantic's and not the file's.
    key = ".".join(where[: 2 if where[:1] and where[0] in _TABLES else 1]) or "the whole"
    if first["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        table = where[:-1]
        return f"In {source}: {unknown_name('a key', where[-1], _keys(table), listed=20)}"
    expected = first.get("ctx", {}).get("expected")
    ways = dict.fromkeys(
        [first["msg"], *(e["msg"] for e in rest if e["loc"][:1] == first["loc"][:1])]
    )
    wanted = f"Expected {key} as {expected}" if expected else f"{', or '.join(ways)} for {key}"
    return f"In {source}: {wanted}, but got {first['input']!r}."


_TABLES = frozenset(
    name for name, value in TrainConfig() if is_dataclass(value) and not isinstance(value, type)
)


def _keys(table: list[str]) -> list[str]:
    if not table:
        return list(TrainConfig.model_fields)
    return [one.name for one in fields(getattr(TrainConfig(), table[0]))]


def _toml_lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in table.items() if value is not None]


def _toml(value: Any) -> str:
    # JSON's texts, numbers, truths and lists are TOML's too.
    return json.dumps(value, ensure_ascii=False)
