"""The tree of errors and its exit codes."""

import inspect

import pytest

from mien.core import errors


def test_every_error_is_a_mien_error() -> None:
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass)]
    assert len(classes) == 8
    assert all(issubclass(one, errors.MienError) for one in classes)


def test_the_tree_is_the_one_in_the_docstring() -> None:
    drawn = errors.__doc__ or ""
    for _, one in inspect.getmembers(errors, inspect.isclass):
        assert one.__name__ in drawn
    assert errors.VideoError.__base__ is errors.InputError
    assert errors.FaceError.__base__ is errors.InputError
    assert errors.FormatError.__base__ is errors.InputError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError, 1),
        (errors.FormatError, 1),
        (errors.OutputError, 1),
        (errors.UsageError, 2),
        (errors.MissingError, 3),
    ],
)
def test_exit_codes_tell_the_kinds_apart(error: type[errors.MienError], code: int) -> None:
    assert error("Expected a, got b.").exit_code == code
