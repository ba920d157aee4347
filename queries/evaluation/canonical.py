"""Frozen dataclasses as JSON that is the same, byte for byte, wherever it is written."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

DECIMALS = 6


def write_json(value: Any) -> str:
    """Keys sorted, numbers of at most DECIMALS decimals, one line, a newline at its end.

    Raises ValueError for a number that is not finite: what is unknown is None.
    """
    return (
        json.dumps(
            _plain(value),
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        + "\n"
    )


def read_json(kind: type, text: str) -> Any:
    """A `kind` from what `write_json` made of one. Raises ValueError if it is something else."""
    try:
        return _read(kind, json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not the JSON of an {kind.__name__}: {error!r}") from None


def rounded(number: float) -> float:
    """As it is written: DECIMALS decimals, and no minus before a zero."""
    return round(float(number), DECIMALS) + 0.0


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number that can be written; use None")
        return rounded(value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Once for each kind: an evaluation has thousands of each."""
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        make: Any = kind
        hints = _hints(make)
        read = {part.name: _read(hints[part.name], value[part.name]) for part in fields(kind)}
        return make(**read)
    if value is None:
        return None
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_read(parts[0], part) for part in value)
    if origin is dict:
        return {key: _read(parts[1], part) for key, part in value.items()}
    if type(None) in parts:  # X | None
        return _read(next(part for part in parts if part is not type(None)), value)
    return value
