"""The examples in the pages run, and give what the pages say."""

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _examples(page: Path) -> str:
    return "\n".join(_BLOCK.findall(page.read_text(encoding="utf-8")))


PAGES = [page for page in sorted(DOCS.rglob("*.md")) if ">>>" in _examples(page)]


def test_the_conventions_have_examples() -> None:
    assert DOCS / "conventions.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_give_what_it_says(page: Path) -> None:
    test = doctest.DocTestParser().get_doctest(_examples(page), {}, page.name, str(page), 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert tried > 0
    assert failed == 0, "".join(told)


def test_a_wrong_example_is_noticed() -> None:
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    failed, _ = doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None)
    assert failed == 1
