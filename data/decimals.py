"""Decimal numbers as people and programs send them."""

import math
import re

_DECIMAL = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


def read_decimal(text: str) -> float | None:
    """A finite number with a point; None for all else that Python's float would take: `1_0`, `nan`,
    digits of other scripts."""
    text = text.strip()
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None
