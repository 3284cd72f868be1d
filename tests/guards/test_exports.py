"""What a package offers is what its `__all__` says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "mien"
PACKAGES = sorted(path for path in SOURCE.rglob("__init__.py") if path.parent != SOURCE)


def bound_names(body: list[ast.stmt]) -> Iterator[str]:
    """Names that a module binds at its top, except private ones."""
    for statement in body:
        match statement:
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name for one in names)
            case ast.FunctionDef(name) | ast.ClassDef(name):
                yield name
            case ast.Assign(targets):
                yield from (one.id for one in targets if isinstance(one, ast.Name))
            case ast.AnnAssign(target=ast.Name(name)):
                yield name
            case _:
                continue


def listed_names(body: list[ast.stmt]) -> list[str] | None:
    for statement in body:
        match statement:
            case ast.Assign([ast.Name("__all__")], value):
                return list(ast.literal_eval(value))
            case _:
                continue
    return None


@pytest.mark.parametrize(
    "file", PACKAGES, ids=lambda file: file.parent.relative_to(SOURCE).as_posix()
)
def test_the_list_of_public_names_is_what_the_package_offers(file: Path) -> None:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    listed = listed_names(body) or []
    offered = [name for name in bound_names(body) if not name.startswith("_")]
    assert len(listed) == len(set(listed)), "a name is listed twice"
    assert set(listed) == set(offered)
