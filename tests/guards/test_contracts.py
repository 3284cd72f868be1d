"""The import contracts are kept, and no package slips past them."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = frozenset(
    path.name for path in (ROOT / "src" / "mien").iterdir() if (path / "__init__.py").is_file()
)

GROUND = frozenset({"core", "store", "work", "tracks", "head", "video"})
"""Packages that both halves stand on."""

MEETING = frozenset({"report", "synth", "pipeline", "cli"})
"""Packages in which the halves meet, or which know neither."""

TORCH_FREE_BY_RULE = frozenset({"pipeline", "cli"})
"""Packages that may reach learned stages inside a verb; test_torch_free.py holds the others."""

OWN_TORCH = frozenset({"networks", "training", "baselines"})


def contract(identity: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (one,) = [one for one in contracts if one["id"] == identity]
    return dict(one)


def named(modules: list[str]) -> set[str]:
    return {module.removeprefix("mien.") for module in modules}


def test_every_contract_is_kept() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_package_stands_on_one_side_of_the_halves() -> None:
    halves = contract("halves")
    animation, analysis = named(halves["source_modules"]), named(halves["forbidden_modules"])
    assert not animation & analysis
    assert animation | analysis | GROUND | MEETING >= PACKAGES
    assert not (animation | analysis) & (GROUND | MEETING)


def test_every_package_is_kept_from_torch() -> None:
    torch = contract("torch")
    assert named(torch["source_modules"]) == PACKAGES - TORCH_FREE_BY_RULE - OWN_TORCH
    assert {"torch", "anny"} <= set(torch["forbidden_modules"])


def test_no_contract_names_a_package_that_is_not_there() -> None:
    for identity in ("halves", "torch"):
        lists = contract(identity)
        modules = [*lists["source_modules"], *lists["forbidden_modules"]]
        assert named([one for one in modules if one.startswith("mien.")]) <= PACKAGES
