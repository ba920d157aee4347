"""Every text a person reads exists in every language."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from queries.sentences import STATUS_WORDS
from tests.conftest import ROOT

_PLAIN = {"_": None, "gettext": None, "ngettext": (1, 2)}
_FOLDERS = ("components", "pages", "queries", "reports", "data")
_CATALOGS = sorted((ROOT / "data" / "locale").glob("*/LC_MESSAGES/messages.po"))


def said_errors() -> set[str]:
    """Names of the errors whose text is translated where it is read, and of `say`."""
    found = {"SaidError"}
    classes = [
        node
        for folder in _FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    while (
        more := {
            node.name
            for node in classes
            if any(isinstance(base, ast.Name) and base.id in found for base in node.bases)
        }
        - found
    ):
        found |= more
    return found | {"say"}


_SAID = said_errors()
_KEYWORDS = {**_PLAIN, **dict.fromkeys(_SAID)}


def source_messages() -> dict[str, str]:
    """First form of each message, and a file that says it."""
    found: dict[str, str] = {word: "queries/sentences.py" for word in STATUS_WORDS.values()}
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for _line, message, _comments, _context in extract_from_file(
                "python", str(path), keywords=_KEYWORDS
            ):
                key = message if isinstance(message, str) else message[0]
                found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def fields(text: str) -> set[tuple[str, str | None]]:
    """What stands in a text, and whether in quotes."""
    return {(name, how) for _text, name, _spec, how in string.Formatter().parse(text) if name}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node


def test_what_a_layer_is_refused_for_is_a_text_and_its_values() -> None:
    """An f-string could not be translated; and what a text names must be given."""
    assert {"LayerError", "FetchError", "LayerTaken", "UploadsFull", "TableError"} <= _SAID
    seen = 0
    for path in sorted((ROOT / "data" / "layers").rglob("*.py")):
        for name, call in calls(path):
            if name not in _SAID or not call.args:
                continue
            said, where = call.args[0], f"{path.relative_to(ROOT)}:{call.lineno}"
            assert not isinstance(said, ast.JoinedStr | ast.BinOp), where
            if isinstance(said, ast.Constant):
                given = {keyword.arg for keyword in call.keywords} - {"wait_seconds"}
                assert {field for field, _how in fields(said.value)} == given, where
                seen += 1
    assert seen > 100


def test_there_is_another_language() -> None:
    assert [path.parts[-3] for path in _CATALOGS] == ["id"]


@pytest.mark.parametrize("catalog", _CATALOGS, ids=lambda path: path.parts[-3])
def test_nothing_lacks_a_translation_and_every_field_survives_it(catalog: Path) -> None:
    with catalog.open("rb") as file:
        translations = read_po(file, locale=catalog.parts[-3])
    known: dict[str, str] = {}
    for message in translations:
        key = message.id if isinstance(message.id, str) else message.id[0]
        text = message.string if isinstance(message.string, str) else message.string[0]
        known[key] = str(text or "")
    missing = {key: where for key, where in source_messages().items() if not known.get(key)}
    assert missing == {}
    changed = [key for key, text in known.items() if key and fields(key) != fields(text)]
    assert changed == []
