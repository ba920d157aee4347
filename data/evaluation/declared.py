"""A dataclass from the tables of a TOML file, each value held to its field's type and range."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

_MOST = 1_000_000_000


class Range:
    """What a number may be: from `low` to `high`, or above `low` if that is not one of them."""

    def __init__(self, low: float, high: float = _MOST, *, excludes_low: bool = False) -> None:
        self.low, self.high, self.excludes_low = low, high, excludes_low

    def holds(self, number: float) -> bool:
        return number <= self.high and (
            number > self.low or (number == self.low and not self.excludes_low)
        )

    def __str__(self) -> str:
        if self.high == _MOST:
            return (
                f"let it exceed {self.low:g}"
                if self.excludes_low
                else f"let it be {self.low:g} or more"
            )
        above = "above " if self.excludes_low else ""
        return f"let it be {above}{self.low:g} to {self.high:.6g}"


Count = Annotated[int, Range(1)]
Seconds = Annotated[int, Range(0)]
Share = Annotated[float, Range(0, 1)]
Positive = Annotated[float, Range(0, excludes_low=True)]
_ANY = Range(0)


def read_declared(kind: Any, raw: Mapping[str, Any], **given: Any) -> Any:
    """A `kind` of what is declared, with the fields that are `given` beside it.

    A table that is no field is a heading: what is under it stands for fields of `kind`. Fields
    with a default may be left out. Raises ValueError naming the key, its value and what it may be.
    """
    wanted = [part for part in fields(kind) if part.name not in given]
    found = _without_headings(raw, {part.name for part in wanted})
    for name in found:
        if name not in {part.name for part in wanted}:
            known = ", ".join(part.name for part in wanted)
            raise ValueError(f"{name} is not known; there are: {known}")
    hints = get_type_hints(kind, include_extras=True)
    for part in wanted:
        if part.name in found:
            given[part.name] = _read(part.name, hints[part.name], found[part.name])
        elif part.default is MISSING:
            raise ValueError(f"{part.name} is missing; take it from 1.0.toml")
    return kind(**given)


def _without_headings(raw: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in raw.items():
        part = value if isinstance(value, dict) and key not in names else {key: value}
        for name in part:
            if name in found:
                raise ValueError(f"{name} is declared twice")
        found |= part
    return found


def _read(where: str, kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        return read_declared(kind, _of_type(where, value, dict, "a table"))
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        listed = _of_type(where, value, list, "a list")
        return tuple(_read(f"{where}: entry {n}", parts[0], v) for n, v in enumerate(listed, 1))
    if origin is dict:
        table = _of_type(where, value, dict, "a table")
        return {key: _read(f"[{where}] {key}", parts[1], table[key]) for key in sorted(table)}
    allowed = next((part for part in parts if isinstance(part, Range)), _ANY)
    plain = parts[0] if origin is Annotated else kind
    if plain is str:
        return _of_type(where, value, str, "a text in quotes")
    return _number(where, plain, value, allowed)


def _of_type(where: str, value: Any, kind: type, words: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{where} is {value!r}; it must be {words}")
    return value


def _number(where: str, kind: type, value: Any, allowed: Range) -> Any:
    words = "a whole number" if kind is int else "a number"
    is_number = isinstance(value, int) or (kind is float and isinstance(value, float))
    if not is_number or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{where} is {value!r}; it must be {words}")
    if not allowed.holds(value):
        raise ValueError(f"{where} is {value:.12g}; {allowed}")
    return kind(value)
