"""Sentences are said in each reader's language, and what a stranger wrote only names its values."""

import json
from typing import Any

import pytest

from data.i18n import use_language
from data.layers.limits import size_words
from data.layers.model import LayerError
from data.sentence import SaidError, Sentence, read_sentence, say, sentence_of, written

PLAIN = {"template": "{name} holds {n} files", "values": {"name": "a.zip", "n": 2001}}


def test_a_sentence_is_said_in_two_languages() -> None:
    error = LayerError(
        "{name} would unpack to {size}; {limit} are unpacked at most",
        name="{x}.zip", size=size_words(2_300_000), limit=size_words(1_234 * 1024**2),
    )  # fmt: skip
    assert str(error) == "{x}.zip would unpack to 2.2 MB; 1,234 MB are unpacked at most"
    with use_language("id"):
        assert error.said() == (
            "{x}.zip akan mengembang menjadi 2,2 MB; paling banyak 1.234 MB yang dibongkar"
        )
        assert str(error).startswith("{x}.zip would unpack to 2.2 MB")


@pytest.mark.parametrize("number", [10**40, float("inf"), float("nan"), -(10**400)])
def test_numbers_that_nobody_writes_are_said_as_they_are(number: float) -> None:
    assert str(say("no {n}", n=number)) == f"no {number}"


def test_a_text_without_values_keeps_its_braces() -> None:
    assert str(SaidError("field {x} is not there")) == "field {x} is not there"


def test_what_is_neither_number_nor_sentence_stands_as_text_shortened() -> None:
    said = say("{reason!r}: {more}", reason=ValueError("no"), more="x" * 5_000)
    assert str(said).startswith("'no': xxx") and len(str(said)) < 1_100


@pytest.mark.parametrize(
    "error",
    [
        LayerError("{n} KB", n=1.5),
        LayerError("is {what}", what=say("{n} KB", n=2)),
        LayerError("a {b"),
    ],
)
def test_what_is_written_comes_back(error: LayerError) -> None:
    assert read_sentence(written(error.sentence)) == error.sentence


@pytest.mark.parametrize("text", ["it fell", "", "5", "[" * 100_000, '{"template": 5}'])
def test_what_was_kept_as_plain_text_is_said_as_it_is(text: str) -> None:
    assert read_sentence(text) == Sentence(text)


@pytest.mark.parametrize(
    "changed",
    [
        {"template": 5},
        {"template": "x" * 1_001},
        {"template": "{name} {n.__class__}"},
        {"template": "{name} {n[0]}"},
        {"template": "{name} {n:9999999999}"},
        {"template": "{name} {n!s}"},
        {"template": "{name} {n:{name}}"},
        {"template": "{name} {other}"},
        {"template": "{} {n}"},
        {"template": "{name} {n"},
        {"values": []},
        {"values": {"name": None, "n": 1}},
        {"values": {"name": [], "n": 1}},
        {"values": {"name": True, "n": 1}},
        {"values": {f"v{n}": n for n in range(11)}},
        {"values": {"name": "x" * 1_001, "n": 1}},
        {"more": 1},
    ],
)
def test_what_is_no_plain_sentence_is_refused(changed: dict[str, Any]) -> None:
    assert str(sentence_of(json.loads(json.dumps(PLAIN)))) == "a.zip holds 2,001 files"
    with pytest.raises(ValueError):
        sentence_of(PLAIN | changed)


def test_sentences_are_not_nested_without_end() -> None:
    nested: dict[str, Any] = {"template": "x", "values": {}}
    for _level in range(9):
        nested = {"template": "{a}", "values": {"a": nested}}
    with pytest.raises(ValueError):
        sentence_of(nested)
