"""Numbers as people write them into tables: 1,5 and 1.234,5; 6°12'30" LS; two in one cell."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][-+]?\d{1,2})?", re.ASCII)
_COMMA = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:,\d+)?", re.ASCII)
_GROUPS_OF_THREE = re.compile(r"-?[1-9]\d{0,2},\d{3}", re.ASCII)  # may be a thousand, or one
_COORDINATE = re.compile(r"[-+]?\d[\d.,]*(?:[eE][-+]?\d{1,2})?", re.ASCII)
_HEMISPHERE = "LS|LU|BT|BB|N|S|E|W"  # of Indonesian and of English
_NEGATIVE = ("LS", "BB", "S", "W")
_PART = r"\d+(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"(?P<before>{_HEMISPHERE})?\s*(?P<sign>[-+])?\s*(?P<degrees>{_PART})\s*[°º˚d]?\s*"
    rf"(?:(?P<minutes>{_PART})\s*['′’]\s*)?(?:(?P<seconds>{_PART})\s*(?:\"|″|”|'')\s*)?"
    rf"(?P<after>{_HEMISPHERE})?",
    re.ASCII | re.IGNORECASE,
)


def read_coordinates(cells: Sequence[Any]) -> Floats:
    """A float for every cell, NaN where it holds no number. One decimal mark for the column."""
    try:
        quick = np.fromiter(map(_quick, cells), np.float64, len(cells))
    except (ValueError, TypeError, OverflowError):
        pass
    else:
        return np.where(np.isfinite(quick), quick, np.nan)
    decimal = _decimal_mark(cell for cell in cells if isinstance(cell, str))
    return np.fromiter((_coordinate(cell, decimal) for cell in cells), np.float64, len(cells))


def read_pairs(cells: Sequence[Any]) -> tuple[Floats, Floats]:
    """Two floats of every cell such as '-6.2, 106.8', NaN where it holds none."""
    pairs = np.full((len(cells), 2), np.nan)
    for row, cell in enumerate(cells):
        if isinstance(cell, str) and (pair := _pair(cell)):
            pairs[row] = pair
    return pairs[:, 0], pairs[:, 1]


def read_numbers(texts: Sequence[str | None]) -> list[int | float | None] | None:
    """The numbers of a column that holds nothing else; None where it also holds other texts.

    01234 and +62 are codes, no numbers; 1,234 alone may be either number, so it stays as it is.
    """
    present = [text for text in texts if text is not None]
    if not present:
        return None
    if all(map(_PLAIN.fullmatch, present)):
        return [None if text is None else _number(text) for text in texts]
    if all(map(_COMMA.fullmatch, present)) and not all(
        _GROUPS_OF_THREE.fullmatch(text) for text in present if "," in text
    ):
        return [None if text is None else _number(text.replace(",", ".")) for text in texts]
    return None


def _quick(cell: Any) -> float:
    if cell is None or cell == "":
        return math.nan
    if isinstance(cell, bool) or (isinstance(cell, str) and "_" in cell):
        raise ValueError
    return float(cell)


def _number(text: str) -> int | float | None:
    if text.lstrip("-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def _decimal_mark(texts: Iterable[str]) -> str | None:
    """',' or '.', whichever some cell shows to be it; None where a single mark of either is."""
    for text in texts:
        commas, dots = text.count(","), text.count(".")
        if commas and dots:
            return "," if text.rindex(",") > text.rindex(".") else "."
        if commas > 1 or dots > 1:
            return "." if commas else ","
    return None


def _coordinate(cell: Any, decimal: str | None) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if abs(cell) < 1e300 else math.nan
    if not isinstance(cell, str):
        return math.nan
    text = cell.strip().replace("−", "-").replace("\N{NO-BREAK SPACE}", " ")
    if _COORDINATE.fullmatch(text):
        if decimal:
            text = text.replace("." if decimal == "," else ",", "")
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return math.nan
    return _angle(text)


def _angle(text: str) -> float:
    found = _ANGLE.fullmatch(text)
    if found is None:
        return math.nan
    degrees, minutes, seconds = (
        float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
    )
    if minutes >= 60 or seconds >= 60:
        return math.nan
    value = degrees + minutes / 60 + seconds / 3600
    side = (found["before"] or found["after"] or "").upper()
    return -value if found["sign"] == "-" or side in _NEGATIVE else value


def _pair(cell: str) -> tuple[float, float] | None:
    text = cell.strip().strip("()[]{}").strip()
    if len(text) > 100:
        return None
    for parts in (text.split(";"), text.split(","), re.split(r"\s*,?\s+", text)):
        if len(parts) == 2:
            first, second = (_coordinate(part, None) for part in parts)
            if math.isfinite(first) and math.isfinite(second):
                return first, second
    return None
