"""Rules of the shapes that are added where units meet."""

import json
from importlib.resources import files

import numpy as np
import pytest

from mien.core.errors import FormatError, UsageError
from mien.head.action_definition import parsed_definition
from mien.head.corrective import corrective_weights, correctives, primary_names

NAMES = [one.name for one in correctives()]
TEXT = files("mien.head").joinpath("data", "actions.json").read_text("utf-8")


def weights(**chosen: float) -> np.ndarray:
    found = np.zeros(len(primary_names()))
    for name, weight in chosen.items():
        found[primary_names().index(name)] = weight
    return found


def acting(**chosen: float) -> dict[str, float]:
    found = corrective_weights(weights(**chosen))
    return {name: float(w) for name, w in zip(NAMES, found, strict=True) if w != 0}


def test_a_unit_alone_needs_no_corrective() -> None:
    everyone = np.eye(len(primary_names()))
    assert not corrective_weights(everyone).any()


def test_the_weight_is_the_product_of_what_meets() -> None:
    assert acting(AU06L=0.5, AU12L=0.4) == {"AU06L+AU12L": pytest.approx(0.2)}
    assert acting(AU06L=0.5, AU12R=0.4) == {}
    assert acting(AU23=1.0, AU24=1.0) == {"AU23+AU24": 1.0}


def test_any_unit_that_shuts_the_lids_counts_once() -> None:
    found = acting(AU05L=1.0, AU43L=0.5, AU45L=0.5)
    assert found["AU05L+shutL"] == pytest.approx(0.75)


def test_lips_close_under_an_open_jaw_by_one_unit_at_a_time() -> None:
    rng = np.random.default_rng(3)
    places = [NAMES.index(name) for name in ("AU24+AU26", "AU17L+AU26", "AU23+AU26")]
    frames = rng.random((2000, len(primary_names())))
    closing = corrective_weights(frames)[:, places].sum(axis=1)
    jaw = frames[:, primary_names().index("AU26")]
    assert (closing <= jaw + 1e-12).all(), "mouthClose is never more than jawOpen"
    assert closing.max() > 0.5


def test_weights_of_correctives_lie_between_zero_and_one() -> None:
    found = corrective_weights(np.random.default_rng(4).random((500, len(primary_names()))))
    assert found.min() >= 0
    assert found.max() <= 1


def test_the_number_of_weights_is_checked() -> None:
    with pytest.raises(UsageError, match=r"Expected 59 weights, one per channel, but got 3"):
        corrective_weights(np.zeros(3))


def changed(**changes: object) -> str:
    return json.dumps(json.loads(TEXT) | changes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed(version=2), "at version"),
        (changed(units=json.loads(TEXT)["units"][1:]), "every unit of FACS"),
        (changed(gaze=[]), "gaze units"),
        (
            changed(correctives=[{"name": "x", "all": [["AU99"], ["AU12"]], "why": ""}]),
            "x names unknown units AU99",
        ),
        (
            changed(correctives=[{"name": "x", "all": [["AU12"], ["AU12"]], "why": ""}]),
            "names a unit twice",
        ),
        (changed(correctives=[{"name": "x", "all": [["AU12"]], "why": ""}]), "correctives.0"),
        ("{", "JSON"),
    ],
)
def test_a_damaged_definition_is_refused_with_the_place(text: str, sentence: str) -> None:
    with pytest.raises(FormatError, match=sentence):
        parsed_definition(text)
