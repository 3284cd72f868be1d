"""The command line: parses, calls the pipeline, shows progress, prints."""

from mien.cli.application import app as app
from mien.cli.application import main as main

__all__ = ["app", "main"]
