"""Standard streams that can be written to, whatever the caller left open."""

import contextlib
import os
import sys


def prepare_streams() -> None:
    """Make standard output and error safe to print to.

    One that is closed leads nowhere; left so, the next file to be opened would take its number
    and hold what libraries print. A name that the terminal's encoding lacks is shown by its code.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # Open as long as the program runs.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        with contextlib.suppress(AttributeError):
            getattr(sys, name).reconfigure(errors="backslashreplace")
