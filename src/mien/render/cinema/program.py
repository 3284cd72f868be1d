"""Blender as a program: where it is, and whether it is one that fits."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from mien.core.errors import MissingError

BLENDER_VARIABLE = "MIEN_BLENDER"
"""Environment variable that names Blender where ``--blender`` does not."""

TESTED = "5.0.1"
_MAJOR = 5
_ANSWERS_WITHIN_S = 120
_INSTALL = (
    "Install Blender 5 and name it with --blender, or make it a Python of its own: "
    "python3.11 -m venv blender && blender/bin/pip install bpy==5.0.1, then "
    "--blender blender/bin/python"
)


@dataclass(frozen=True)
class Blender:
    """A Blender that answered."""

    path: Path
    version: str
    is_python: bool
    """Whether it is a Python that has the package bpy."""

    def command(self, job: Path) -> list[str]:
        """Give the words that draw a job folder."""
        script = str(files("mien.render.cinema").joinpath("data", "draw_in_blender.py"))
        if self.is_python:
            return [str(self.path), "-I", script, str(job)]
        quiet = ["--background", "--factory-startup", "--python-exit-code", "1"]
        return [str(self.path), *quiet, "--python", script, "--", str(job)]


def find_blender(path: Path | None = None) -> Blender:
    """Find Blender: the path given, the environment variable, or ``blender`` among the programs.

    Raises:
        MissingError: none is here, or one that does not fit, with how to install it.
    """
    named = path or (Path(text) if (text := os.environ.get(BLENDER_VARIABLE)) else None)
    if named is None:
        found = shutil.which("blender")
        if found is None:
            msg = f"Expected Blender for cinema quality, but found none. {_INSTALL}."
            raise MissingError(msg)
        named = Path(found)
    return _asked(named)


def _asked(path: Path) -> Blender:
    """Ask a program for its version."""
    program = shutil.which(path)
    if program is None:
        msg = f"Expected Blender at {path}, but there is no program. {_INSTALL}."
        raise MissingError(msg)
    is_python = "python" in path.name.lower()
    ask = ["-I", "-c", "import bpy; print('Blender', bpy.app.version_string)"]
    words = [program, *(ask if is_python else ["--version"])]
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user named
            words,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_ANSWERS_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"Expected Blender at {path}, but it does not answer ({error}). {_INSTALL}."
        raise MissingError(msg) from error
    told = re.search(r"Blender\s+(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    if told is None:
        which = "a Python without bpy" if is_python else "another program"
        msg = f"Expected Blender at {path}, but it is {which}. {_INSTALL}."
        raise MissingError(msg)
    version = ".".join(part for part in told.groups() if part is not None)
    if int(told[1]) != _MAJOR:
        msg = f"Expected Blender {_MAJOR} for cinema quality, but {path} is {version}. {_INSTALL}."
        raise MissingError(msg)
    return Blender(Path(program), version, is_python)
