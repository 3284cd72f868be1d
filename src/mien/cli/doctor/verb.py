"""The verb `doctor`."""

from mien.cli import options
from mien.cli.doctor.finding import Finding, State
from mien.cli.documents import document
from mien.cli.voice import print_table, say_lines

_CANNOT = 3


def doctor_verb(*, as_json: options.AsJson = False, debug: options.Debug = False) -> int:  # noqa: ARG001 - read by the border
    """Show what mien finds on this machine, and what is missing.

    Ends with 0 when the main job can run, and with 3 when it cannot.
    """
    found = findings()
    able = all(one.state is not State.BAD for one in found)
    code = 0 if able else _CANNOT
    if as_json:
        say_lines([_document(found, able=able)])
        return code
    rows = [(one.name, one.state.value, " ".join(_sentences(one))) for one in found]
    print_table("", ("", "", ""), rows)
    said = "mien can run." if able else "mien cannot run: mend what is missing above."
    say_lines([said])
    return code


def findings() -> tuple[Finding, ...]:
    """Look at everything; nothing is fetched."""
    from mien.cli.doctor.blender import blender  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.cli.doctor.codecs import codecs  # noqa: PLC0415
    from mien.cli.doctor.extras import extras  # noqa: PLC0415
    from mien.cli.doctor.head_file import head_file  # noqa: PLC0415
    from mien.cli.doctor.landmark_models import landmark_models  # noqa: PLC0415
    from mien.cli.doctor.machine import cores_and_memory, software  # noqa: PLC0415
    from mien.cli.doctor.storage import cache, compiled_code  # noqa: PLC0415

    return (
        software(),
        codecs(),
        landmark_models(),
        head_file(),
        cores_and_memory(),
        cache(),
        compiled_code(),
        blender(),
        *extras(),
    )


def _sentences(one: Finding) -> tuple[str, ...]:
    return (
        (f"{one.value}." if one.remedy else one.value, one.remedy) if one.remedy else (one.value,)
    )


def _document(found: tuple[Finding, ...], *, able: bool) -> str:
    content = {
        "able": able,
        "findings": [
            {
                "name": one.name,
                "state": one.state.value,
                "value": one.value,
                "remedy": one.remedy,
                "data": one.data,
            }
            for one in found
        ],
    }
    return document("mien/doctor", 1, content)
