"""What every file of a layer holds: shapes, columns, and where all that comes from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from typing import Any

import shapely

from data.layers.model import LayerError, Shapes

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class FileAbout:
    """What is said inside of the file: a title, a sentence, origin, licence, day and hour."""

    name: str
    date: datetime
    description: str = ""
    source: str = ""
    licence: str = ""
    filter: str = ""  # what it was asked with, as the address has it
    note: str = ""  # what is not in the file

    def rows(self) -> dict[str, str]:
        """Those that are not empty, by their English names; the date in ISO 8601."""
        said = {
            "name": self.name,
            "description": self.description,
            "source": self.source,
            "licence": self.licence,
            "date": self.date.isoformat(timespec="seconds"),
            "filter": self.filter,
            "note": self.note,
        }
        return {key: plain(value) for key, value in said.items() if value}

    def sentence(self) -> str:
        """All of it in one line."""
        said = self.rows()
        head = said.pop("name")
        tail = [said.pop("description").rstrip(".")] if "description" in said else []
        tail += [f"{key.capitalize()}: {value}" for key, value in said.items()]
        return f"{head}. {'. '.join(one.rstrip('.') for one in tail)}."


@dataclass(frozen=True)
class Table:
    """Shapes in WGS 84 degrees, None for a row without a place, and a value of each column.

    Values are str, int, float, bool, aware datetime, date or None. `short_names` are for formats
    that cut the names of fields.
    """

    shapes: Shapes
    columns: Mapping[str, Sequence[Any]]
    short_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in self.columns.items():
            if len(values) != len(self.shapes):
                raise ValueError(
                    f"column {name!r} has {len(values)} values for {len(self.shapes)} shapes"
                )

    @property
    def is_of_points(self) -> bool:
        """Whether each shape is one point, so that two numbers say where it is."""
        return bool((shapely.get_type_id(self.placed) == 0).all())

    @property
    def placed(self) -> Shapes:
        """The shapes there are."""
        found: Shapes = self.shapes[~shapely.is_missing(self.shapes)]
        return found


_KINDS: dict[type, str] = {bool: "boolean", datetime: "instant", Day: "day"}


def kind_of(values: Sequence[Any]) -> str:
    """'boolean', 'whole', 'number', 'instant', 'day' or 'text'; None says nothing."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and (kind := _KINDS.get(next(iter(kinds)))):
        return kind
    if kinds == {int}:
        return "whole" if all(abs(v) < 2**63 for v in values if v is not None) else "number"
    return "number" if kinds and kinds <= {int, float} else "text"


def as_text(value: Any) -> str | None:
    """A value in a column of texts."""
    if value is None or isinstance(value, str):
        return None if value is None else plain(value)
    if isinstance(value, Day):  # an instant is one, too
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(text: str) -> str:
    """Without signs that XML and spreadsheets cannot hold."""
    return _CONTROL.sub("", text)


def unique_name(wanted: str, taken: Sequence[str] | set[str], longest: int = 200) -> str:
    """The name, or the first of name_2, name_3 … that is free whatever its case; in UTF-8 no
    longer than `longest` bytes."""
    used = {name.lower() for name in taken}
    for number in range(1, 100_000):
        ending = f"_{number}" if number > 1 else ""
        name = wanted.encode()[: longest - len(ending)].decode(errors="ignore") + ending
        if name and name.lower() not in used:
            return name
    raise LayerError(
        "there are too many fields called like {wanted!r}; rename some", wanted=wanted[:40]
    )
