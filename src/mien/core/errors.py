"""Every error that mien raises on purpose, as one tree.

::

    MienError
    ├── InputError            one input gave no result (exit code 1)
    │   ├── VideoError        a file or camera that cannot be read as video
    │   ├── FaceError         no usable face in otherwise good video
    │   └── FormatError       a file that does not hold what its kind should hold
    ├── OutputError           something could not be written (exit code 1)
    ├── UsageError            the call itself is wrong (exit code 2)
    └── MissingError          a model, a licensed corpus or an extra is not here (exit code 3)

Each sentence says what was expected, what came, which item, and how to mend it.
"""


class MienError(Exception):
    """Base of all errors that mien raises on purpose."""

    exit_code = 1


class InputError(MienError):
    """One input gave no result; a batch goes on with the next."""


class VideoError(InputError):
    """A file, folder or camera that cannot be read as video."""


class FaceError(InputError):
    """Good video in which the requested face cannot be measured."""


class FormatError(InputError):
    """A file that does not hold what its kind should hold."""


class OutputError(MienError):
    """A result that could not be written."""


class UsageError(MienError):
    """A call that cannot be carried out as it was made."""

    exit_code = 2


class MissingError(MienError):
    """A model, a licensed corpus or an optional extra that is not here."""

    exit_code = 3
