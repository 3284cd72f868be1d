"""`--json`: one document on standard output, JSON lines on standard error."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.core.errors import UsageError, VideoError

Call = Callable[..., Any]
Videos = Callable[..., list[Path]]


def test_a_run_prints_one_versioned_document(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["b.mp4"] = VideoError("The file b.mp4 is empty.")
    paths = videos("a.mp4", "b.mp4")
    done = invoke("run", *paths, "--out", tmp_path / "out", "--json")
    told = json.loads(done.stdout)
    assert (told["document"], told["version"], told["verb"]) == ("mien/results", 1, "run")
    assert (told["inputs"], told["exit_code"], done.exit_code) == (2, 1, 1)
    (result,) = told["results"]
    assert result["input"] == str(paths[0])
    assert result["out"] == str(tmp_path / "out" / "a")
    assert result["files"] == [str(tmp_path / "out" / "a" / "report.html")]
    assert result["warnings"] == ["The light flickers.", "The face is small."]
    assert result["data"]["events"] == 2
    assert result["data"]["confidence"] is None
    assert told["failed"] == [
        {"input": str(paths[1]), "kind": "VideoError", "sentence": "The file b.mp4 is empty."}
    ]


def test_every_line_of_standard_error_is_an_event(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["b.mp4"] = VideoError("The file b.mp4 is empty.")
    done = invoke("run", *videos("a.mp4", "b.mp4"), "--out", tmp_path / "out", "--json")
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events == ["input", "start", "warning", "finish", "input", "start", "error"]


def test_a_wrong_call_is_an_error_event(straw: Any, invoke: Call) -> None:
    del straw
    done = invoke("run", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stderr)["kind"] == UsageError.__name__
    assert not done.stdout


def test_an_interrupted_run_prints_no_document(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["a.mp4"] = KeyboardInterrupt()
    done = invoke("run", *videos("a.mp4"), "--out", tmp_path / "out", "--json")
    assert done.exit_code == 130
    assert not done.stdout
    assert json.loads(done.stderr.splitlines()[-1])["event"] == "interrupted"


def test_numbers_that_json_lacks_become_null_and_the_rest_is_ascii() -> None:
    from mien.cli.documents import json_text

    value = {
        "nan": float("nan"),
        "array": np.array([1.0, np.inf]),
        "count": np.int64(3),
        "rate": Fraction(30000, 1001),
        "path": Path("a"),
        "name": "Zoë",
        "none": None,
        "flag": True,
    }
    text = json_text(value)
    assert text.isascii()
    assert json.loads(text) == {
        "nan": None,
        "array": [1.0, None],
        "count": 3,
        "rate": "30000/1001",
        "path": "a",
        "name": "Zoë",
        "none": None,
        "flag": True,
    }


def test_something_that_json_cannot_hold_is_refused() -> None:
    from mien.cli.documents import json_text

    with pytest.raises(TypeError, match="that JSON can hold, but got object"):
        json_text({"thing": object()})
