"""Values of attributes as JSON has them: text, number, boolean, instant, or nothing."""

import base64
import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from data.layers.formats.encoding import unscramble

_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")
_UNUSABLE = re.compile("[\ud800-\udfff\0]")
BOOLEAN = "OFSTBoolean"  # GDAL's subtype
_INTEGERS = ("OFTInteger", "OFTInteger64")


def column_of(
    values: Sequence[Any], kind: str, *, clean: bool = True
) -> tuple[list[Any], str, int]:
    """A column, its kind of FIELD_KINDS, and how many texts were put right if `clean`.

    `values` are as GDAL gives them (arrays with NaN for nothing), `kind` is GDAL's type.
    """
    array = getattr(values, "dtype", None)
    if array is not None and array.kind == "b":
        return [bool(value) for value in values], "boolean", 0
    if array is not None and array.kind in "iuf":
        plain: list[Any] = values.tolist()  # type: ignore[attr-defined]
        if kind == BOOLEAN:  # nought, one, and not a number for nothing
            return [bool(value) if value == value else None for value in plain], "boolean", 0
        if array.kind == "f":
            plain = [_number(value, kind in _INTEGERS) for value in plain]
        return plain, "number", 0
    return _objects(values, clean)


def _number(value: float, whole: bool) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if whole else value


def _objects(values: Sequence[Any], clean: bool) -> tuple[list[Any], str, int]:
    column = [_plain(value) for value in values]
    present = [value for value in column if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return column, "boolean", 0
    if present and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in present
    ):
        return column, "number", 0
    if present and all(isinstance(value, str) and _ZONED.match(value) for value in present):
        instants = [None if value is None else _instant(value) for value in column]
        if all(
            (instant is None) == (value is None)
            for instant, value in zip(instants, column, strict=True)
        ):
            return instants, "instant", 0
    texts = [None if value is None else _text(value) for value in column]
    if not clean:
        return texts, "text", 0
    mended = [None if text is None else clean_text(text) for text in texts]
    return mended, "text", sum(a != b for a, b in zip(texts, mended, strict=True))


def clean_text(text: str) -> str:
    """Without what no database keeps, and put right where it was decoded wrongly once."""
    return unscramble(_UNUSABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _instant(value: str) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
