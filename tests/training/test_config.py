"""Configurations: presets say what the paper says, files are read strictly and printed whole."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mien.core.errors import FormatError, MienError, MissingError, UsageError
from mien.evaluation.systems import Budget
from mien.training.config import (
    PRESETS,
    TrainConfig,
    config_from_json,
    config_from_toml,
    preset,
    read_config,
)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read_and_comes_back_from_its_toml_and_json(name: str) -> None:
    config = preset(name)
    assert config.preset == name
    assert config_from_toml(config.to_toml()) == config
    assert config_from_json(config.to_json()) == config


@pytest.mark.parametrize("name", PRESETS)
def test_every_choice_is_printed_but_what_is_none(name: str) -> None:
    config = preset(name)
    printed = tomllib.loads(config.to_toml())
    for key, value in json.loads(config.to_json()).items():
        if isinstance(value, dict):
            assert printed[key] == {name: one for name, one in value.items() if one is not None}
        elif value is not None:
            assert printed[key] == value


def test_paper_is_the_preprint_as_printed() -> None:
    config = preset("paper")
    assert (config.input, config.mode) == ("rgb", "joint")
    assert config.unit_numbers == (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17)
    assert config.network.width == 64
    assert config.network.hidden == (1024, 512)
    assert config.network.pool == "attention"
    assert config.network.emotion_layer == "head"
    assert config.network.node_init == "onehot"
    assert config.network.order == "penalty"
    assert config.cooccurrence.direction == "asymmetric"
    assert (config.loss.time_weight, config.loss.unit_share) == (0.5, 0.7)
    assert (config.loop.batch_size, config.loop.accumulate) == (1, 1)


def test_published_is_symmetric_and_without_emotion_in_its_graph() -> None:
    config = preset("published")
    assert config.cooccurrence.direction == "mean"
    assert config.network.emotion_layer == "none"
    assert config.network.pool == "none"


def test_mien_reads_motion_enriches_time_and_keeps_the_order() -> None:
    config = preset("mien")
    assert config.input == "flow+flow_image"
    assert config.network.backbone == "steps"
    assert config.network.temporal_enrichment
    assert config.network.order == "construction"


@pytest.mark.parametrize("name", ["cnn3d", "cnn3d_pretrained"])
def test_the_plain_networks_have_l_seg_alone(name: str) -> None:
    config = preset(name)
    assert config.loss.segmentation
    assert not config.loss.graph
    assert not config.network.graph


def described(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in (schema, *schema["$defs"].values()):
        yield from table.get("properties", {}).items()


def test_every_choice_is_described_with_its_source() -> None:
    for name, field in described(TrainConfig.model_json_schema()):
        assert len(field.get("description", "")) > 20, name


def test_a_file_says_only_what_differs_from_its_preset(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'preset = "mien"\nunits = [1, 4]\n[loop]\nepochs = 3\nlearning_rate = 1\n', encoding="utf-8"
    )
    config = read_config(file)
    assert config.unit_numbers == (1, 4)
    assert config.loop.epochs == 3
    assert config.loop.learning_rate == 1.0
    assert config.loop.schedule == preset("mien").loop.schedule
    assert config.network == preset("mien").network


def test_an_empty_file_is_the_defaults() -> None:
    assert config_from_toml("") == TrainConfig()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("inptu = 'rgb'", r"Expected a key among .*inptu.* Did you mean input\?"),
        ("[loss]\nlamda = 1.0", r"Expected a key among segmentation, .*got 'lamda'"),
        ("[loop]\nlearning_rat = 1.0", r"Did you mean learning_rate"),
        ("input = 'rbg'", r"Expected input as 'rgb', 'grey', .*but got 'rbg'"),
        ("[network]\nnorm = 'layer'", r"network.norm as 'batch', 'group' or 'frozen', but got"),
        ("[network]\nwidth = 'wide'", r"valid integer for network.width, but got 'wide'"),
        ("[network]\nwidth = 6.5", r"valid integer for network.width"),
        ("[network]\nwidth = 0", r"a width and hidden layers of at least 1"),
        ("[network]\nhidden = []", r"hidden layers of at least 1"),
        ("[network]\ngraph = 1", r"valid boolean for network.graph"),
        ("[loop]\noptimiser = 'lion'", r"an optimiser among adamw, adam, sgd, but got 'lion'"),
        ("[loss]\nunit_share = 2.0", r"unit_share in 0..1, but got 2"),
        ("preset = 'papper'", r"a preset among .* Did you mean paper"),
        ("units = 'cdme'", r"units .*among cd6me12, casme2_19, casme2_8, but got 'cdme'"),
        ("units = [1, 1]", r"each once, but got \[1, 1\]"),
        ("units = []", r"each once, but got \[\]"),
        ("units = 4.5", r"for units, but got 4.5"),
        ("loop = 3", r"for loop, but got 3"),
        ("[network]\nemotion_layer = 'head'\n[loss]\ngraph = false", r"loss.graph and loss.unit_"),
        ("[network]\nemotion_layer = 'head'\n[loss]\nunit_share = 1.0", r"or it learns nothing"),
        ("[loss]\nsegmentation = false", r"or no emotion is learned"),
        ("[loss]\ngraph = false", r"no network.graph without loss.graph"),
        ("[network]\nstep_units = true", r"network.step_units and loss.step_weight together"),
        ("[loss]\nstep_weight = 1.0", r"network.step_units and loss.step_weight together"),
        ("input = 'flow_image'\n[network]\nwidth = 8", r"\[network\] left out with a flow image"),
        ("input = 'flow_image'\nmode = 'two-stage'", r"mode joint with a flow image"),
        ("mode = 'two-stage'\n[network]\nnorm = 'batch'", r"whose backbone must not change"),
        ("[network]\nbackbone = 'steps'", r"network.temporal_stride keep with the backbone steps"),
        (
            "[network]\nbackbone = 'steps'\ntemporal_stride = 'keep'\nnorm = 'batch'",
            r"norm group with the backbone steps",
        ),
        ("input = 'flow+flow_image'", r"network.backbone steps for flow\+flow_image"),
        (
            "[network]\ngraph = false\nunit_skip = true",
            r"network.unit_skip false without network.graph",
        ),
        ("[loss]\ntime_weight = nan", r"time_weight|the whole"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        config_from_toml(text, "mine.toml")


def test_the_name_of_the_file_is_told() -> None:
    for text in ("inptu = 'rgb'", "units = []", "[loop]\nepochs = -1"):
        with pytest.raises(UsageError, match=r"mine\.toml"):
            config_from_toml(text, "mine.toml")


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="Expected TOML in the configuration"):
        config_from_toml("input = ")
    (tmp_path / "latin.toml").write_bytes('preset = "ä"'.encode("latin-1"))
    with pytest.raises(FormatError, match=r"UTF-8 text in latin\.toml"):
        read_config(tmp_path / "latin.toml")
    with pytest.raises(MissingError, match="but there is none"):
        read_config(tmp_path / "none.toml")


def test_a_budget_bounds_width_epochs_precision_and_device() -> None:
    config = preset("paper").within(Budget(width=8, max_epochs=5, precision="bf16", device="cpu"))
    assert config.network.width == 8
    assert (config.loop.epochs, config.loop.precision) == (5, "bf16")
    assert config.network.hidden == (1024, 512)
    assert preset("mien").within(Budget(max_epochs=1000)).loop.epochs == 40


def test_a_budget_leaves_the_network_of_flow_images_alone() -> None:
    config = TrainConfig(input="flow_image").within(Budget(width=8, max_epochs=2))
    assert config.network == TrainConfig().network
    assert config.loop.epochs == 2


def test_a_budget_of_an_unknown_precision_is_refused() -> None:
    with pytest.raises(MienError, match="a precision among"):
        preset("paper").within(Budget(precision="int4"))


def test_a_path_to_weights_comes_back_as_a_path() -> None:
    config = config_from_toml('preset = "cnn3d_pretrained"\nweights = "a/b.safetensors"')
    assert config.weights == Path("a/b.safetensors")
    assert config_from_toml(config.to_toml()).weights == config.weights
