"""The built-in head, which comes with mien as one file."""

import json
from importlib.resources import files

from mien.cli.doctor.finding import Finding, State
from mien.store.digest import sha256_of_bytes

_REMEDY = "pip install --force-reinstall --no-deps mien"


def head_file() -> Finding:
    """Tell whether the head's file is here and unaltered."""
    data = files("mien.head").joinpath("data")
    try:
        about = json.loads(data.joinpath("head.json").read_text(encoding="utf-8"))
        content = data.joinpath("head.npz").read_bytes()
    except OSError as error:
        return Finding("built-in head", State.BAD, f"cannot be read: {error}", _REMEDY)
    digest = sha256_of_bytes(content)
    facts = {"sha256": digest, "size_bytes": len(content), "people": len(about["people"])}
    if digest != about["sha256"]:
        value = f"altered: expected sha256 {about['sha256']}, found {digest}"
        return Finding("built-in head", State.BAD, value, _REMEDY, facts)
    value = f"{len(content) / 1e6:.1f} MB, sha256 as expected, {len(about['people'])} people"
    return Finding("built-in head", State.GOOD, value, data=facts)
