"""A sentence made where no reader is known, to be said in the language of each who reads it."""

import json
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Union

from data.i18n import SOURCE_LANGUAGE, format_number, gettext, use_language

Value = Union[str, int, float, "Sentence"]
_LONGEST = 1_000  # characters of a template or a text in it
_MOST_VALUES = 10
_LARGEST = 10**15  # a number beyond is said as it is
_DEEPEST = 3  # sentences within sentences


@dataclass(frozen=True)
class Sentence:
    """English, the key of its translations, with a `{name}` or `{name!r}` for each value.

    Numbers are written as each language does; without values the braces of a text are its own.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        with use_language(SOURCE_LANGUAGE):
            return self.said()

    def said(self) -> str:
        """In the current language."""
        template = gettext(self.template)
        if not self.values:
            return template
        return template.format(**{name: _said(value) for name, value in self.values.items()})

    def with_values(self, **values: object) -> "Sentence":
        """The same with some values changed."""
        return say(self.template, **{**self.values, **values})

    def as_data(self) -> dict[str, Any]:
        """What `sentence_of` reads, and JSON takes."""
        return asdict(self)


def say(template: str, /, **values: object) -> Sentence:
    """A sentence; what is neither number nor sentence stands in it as text, shortened."""
    return Sentence(template, {name: _as_value(value) for name, value in values.items()})


def _as_value(value: object) -> Value:
    if isinstance(value, Sentence | int | float) and not isinstance(value, bool):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def written(sentence: Sentence) -> str:
    """As text, for a column that keeps it."""
    return json.dumps(sentence.as_data())


def read_sentence(text: str) -> Sentence:
    """What was `written`; any other text as a sentence that nobody translated."""
    try:
        return sentence_of(json.loads(text))
    except (ValueError, RecursionError):
        return Sentence(text)


def sentence_of(data: Any, *, depth: int = 0) -> Sentence:
    """Anybody may have written `data`: raises ValueError for what is no sentence, or no plain one.

    A template may only name its values: a format could ask them for more than they should say.
    """
    if not isinstance(data, dict) or data.keys() != {"template", "values"} or depth > _DEEPEST:
        raise ValueError("no sentence")
    values = data["values"]
    if not isinstance(values, dict) or len(values) > _MOST_VALUES:
        raise ValueError("a sentence without values")
    template = _text(data["template"])
    if values:
        for _words, name, spec, conversion in string.Formatter().parse(template):
            if name is not None and (name not in values or spec or conversion not in (None, "r")):
                raise ValueError("a sentence that does not only name its values")
    return Sentence(
        template, {_text(name): _value(value, depth + 1) for name, value in values.items()}
    )


def _value(value: Any, depth: int) -> Value:
    if isinstance(value, dict):
        return sentence_of(value, depth=depth)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("no text, or too long a one")
    return value


def _said(value: Value) -> str:
    if isinstance(value, Sentence):
        return value.said()
    if isinstance(value, str):
        return value
    if not -_LARGEST < value < _LARGEST:  # infinite or no number, too
        return str(value)
    return format_number(value, 0 if value == round(value) else 1)


class SaidError(ValueError):
    """What is wrong, and the remedy, in one sentence; as text in English."""

    def __init__(self, said: str | Sentence, /, **values: object) -> None:
        self.sentence = said if isinstance(said, Sentence) else say(said, **values)
        super().__init__(self.sentence.template)

    def __str__(self) -> str:
        return str(self.sentence)

    def said(self) -> str:
        """In the current language."""
        return self.sentence.said()
