"""Every text a person reads exists in every language."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from queries.sentences import STATUS_WORDS
from tests.conftest import ROOT

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_FOLDERS = ("components", "pages", "queries", "reports", "data")
_CATALOGS = sorted((ROOT / "data" / "locale").glob("*/LC_MESSAGES/messages.po"))


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


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


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
