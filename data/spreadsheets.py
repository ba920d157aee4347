"""Text for cells of files that people open in a spreadsheet."""

import re
from collections.abc import Iterable
from typing import Any

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)


def safe_text(text: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe; a number does not."""
    return f"'{text}" if _is_at_risk(text) else text


def without_guard(text: str) -> str:
    """The text that `safe_text` was given."""
    return text[1:] if text[:1] == "'" and _is_at_risk(text[1:]) else text


def unguarded(cells: Iterable[Any]) -> list[Any]:
    """A row of a file that a person may have got from us, and mended."""
    return [
        without_guard(cell) if cell.__class__ is str and cell[:1] == "'" else cell for cell in cells
    ]


def _is_at_risk(text: str) -> bool:
    # Behind apostrophes of its own too, so that taking one off gives the very text again.
    return text.lstrip("'").startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(text)
