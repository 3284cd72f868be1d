"""How a result came to be, in a form that travels with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Provenance:
    """Source, software, settings and models behind a result."""

    source: str = ""
    """Name of the input, without its folder."""

    source_sha256: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    """Version by package name."""

    models: Mapping[str, str] = field(default_factory=dict)
    """sha256 by model file name."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Every setting that was not its default, as text."""

    seed: int | None = None
