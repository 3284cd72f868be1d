"""The face landmark models: which step of the search would answer, without fetching."""

import os

from mien.cli.doctor.finding import Finding, State
from mien.core.errors import FormatError, MissingError
from mien.store.models import MODEL_VARIABLE, OFFLINE_VARIABLE, model_folder, resolve_models


def landmark_models() -> Finding:
    """Tell which models the next run would use, and from where."""
    data: dict[str, object] = {"folder": model_folder()}
    named = os.environ.get(MODEL_VARIABLE)
    try:
        models = resolve_models(network=False)
    except FormatError as error:
        return Finding("face models", State.BAD, str(error), f"Unset {MODEL_VARIABLE}.", data)
    except MissingError as error:
        if named:
            return Finding("face models", State.BAD, str(error), data=data)
        return _absent(data)
    data |= {"kind": models.kind, "source": models.source, "sha256": models.sha256}
    place = f"{MODEL_VARIABLE}: {models.source}" if named else f"{model_folder()}"
    points = "478 points, 52 scores" if models.kind == "official" else "468 points"
    value = f"the {models.kind} set ({points}) in {place}, sha256 as expected"
    if models.kind == "wheel":
        remedy = "`mien models fetch --kind official` gets the more precise set."
        return Finding("face models", State.NOTE, value, remedy, data)
    return Finding("face models", State.GOOD, value, data=data)


def _absent(data: dict[str, object]) -> Finding:
    if os.environ.get(OFFLINE_VARIABLE, "") not in {"", "0"}:
        value = f"not here, and {OFFLINE_VARIABLE} keeps mien off the network"
        remedy = f"Name a face_landmarker.task in {MODEL_VARIABLE}, or unset {OFFLINE_VARIABLE}."
        return Finding("face models", State.BAD, value, remedy, data)
    value = "not here yet; the first run fetches them (official address, then pip)"
    return Finding("face models", State.NOTE, value, "`mien models fetch` fetches them now.", data)
