"""Where mien keeps what it can fetch or compute again."""

import os
import sys
from pathlib import Path

CACHE_VARIABLE = "MIEN_CACHE_DIR"
"""Environment variable that names the cache folder."""


def cache_folder() -> Path:
    """Give the cache folder, by the variable above or the custom of the platform.

    The folder may not exist yet.
    """
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "mien" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mien"
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "mien"
