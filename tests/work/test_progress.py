"""Progress as events, whoever watches."""

import pytest

from mien.work import Progress, Silent


def test_silent_progress_keeps_the_warnings_in_order() -> None:
    progress = Silent()
    progress.start("Reading", 2)
    progress.warn("one")
    progress.update(1)
    progress.warn("two")
    progress.finish("done")
    assert progress.warnings == ["one", "two"]


def test_silent_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Silent()
    progress.start("Reading", None, "steps")
    progress.warn("one")
    progress.finish()
    assert capsys.readouterr() == ("", "")


def test_silent_progress_is_a_progress() -> None:
    assert isinstance(Silent(), Progress)


def test_something_without_all_four_verbs_is_no_progress() -> None:
    class Mute:
        def start(self, stage: str, total: int | None, unit: str = "frames") -> None: ...

    assert not isinstance(Mute(), Progress)
