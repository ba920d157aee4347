"""Text as it may be stored and written: without what XML 1.0 cannot carry."""

import re

from data.plain_text import UNWRITABLE

_LINE_END = re.compile("\r\n?")


def clean(text: str) -> str:
    """The text without NUL, control characters and lone surrogates, lines ending in `\\n`.

    A complaint is worth more than a stray control character, so those are dropped, not refused.
    """
    return _LINE_END.sub("\n", UNWRITABLE.sub("", text))


def shown(value: str, *, limit: int = 60) -> str:
    """A value as an error message quotes it: on one line, and not longer than a line."""
    line = " ".join(clean(value).split())
    return f"'{line}'" if len(line) <= limit else f"'{line[:limit]}…'"
