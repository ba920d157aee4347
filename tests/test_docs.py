"""The manual names tests that exist, and commands that work in the city that is served."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from data.city import read_pack

ROOT = Path(__file__).resolve().parent.parent
_NAMED = re.compile(r"`(?:tests/)?([\w/]+\.py)::(\w+)`")


@cache
def names_in(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    if not path.exists():
        path = ROOT / "tests" / "intake" / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(function.name for function in functions)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = _NAMED.findall(page.read_text(encoding="utf-8"))
    missing = [f"{file}::{name}" for file, name in named if name not in names_in(file)]
    assert not missing
    if page.name == "open311.md":
        assert len(named) > 60
        assert page.read_text().count("::test_") == len(named)


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_channels_of_commands_are_those_of_the_reference_city(page: Path) -> None:
    named = set(re.findall(r"--channel ([a-z][\w-]*)", page.read_text(encoding="utf-8")))
    assert named <= set(read_pack(ROOT / "data/cities/jakarta").channels["code"])
