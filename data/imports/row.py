"""The cells of a row by the fields of a preset: as text, number, instant or place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.decimals import read_decimal
from data.imports.cells import to_text
from data.imports.clock import Clock
from data.imports.preset import Preset, heading
from data.reasons import Reason
from data.web_addresses import is_web_address

_ZIPCODE_LENGTH, _TEXT_LENGTH = 32, 20_000


class Refused(ValueError):
    """A row that would not be true, or not whole, if it were stored."""

    def __init__(self, words: str, reason: Reason) -> None:
        super().__init__(words)
        self.reason = reason


class MissingColumns(ValueError):
    """The file is not of the kind the preset describes."""


class RowReader:
    """Reads the rows of one table. What cannot be read raises Refused with the reason."""

    def __init__(self, preset: Preset, columns: Sequence[str], zone: ZoneInfo) -> None:
        self.preset = preset
        self.width = len(columns)
        self.clock = Clock(preset.time_zone or zone, preset.datetime_formats)
        self._at = _positions(preset, columns)
        self._follow_ups_at = _columns_of(preset.follow_ups.get("column", ()), columns)

    def positions(self, field: str) -> tuple[int, ...]:
        """Where the columns of a field are; none where the table has none."""
        return self._at.get(field, ())

    def text(self, cells: Sequence[Any], field: str) -> str:
        cell = self.cell(cells, field)
        if cell.__class__ is str:
            return str.strip(cell)
        return "" if cell is None else to_text(cell).strip()

    def cell(self, cells: Sequence[Any], field: str) -> Any:
        """The first of its columns that holds something, else the preset's default."""
        for position in self._at.get(field, ()):
            cell = cells[position]
            if cell is not None and cell != "":
                return cell
        return self.preset.defaults.get(field)

    def services(self, cells: Sequence[Any]) -> list[str]:
        """The words of all columns that name a service, else the preset's default."""
        words = [to_text(cells[position]).strip() for position in self._at.get("service", ())]
        return [word for word in words if word] or [self.preset.defaults.get("service", "")]

    def follow_ups(self, cells: Sequence[Any]) -> Any:
        """The first cell of those that may hold the follow-ups which does."""
        found = (cells[position] for position in self._follow_ups_at)
        return next((cell for cell in found if cell), None)

    def place(self, cells: Sequence[Any]) -> tuple[float | None, float | None]:
        latitude = self.number(cells, "latitude")
        longitude = self.number(cells, "longitude")
        if (latitude is None) != (longitude is None):
            raise Refused("it has one coordinate without the other", Reason.LOCATION)
        # 0, 0 lies in the Gulf of Guinea: exports write it for "unknown".
        return (None, None) if latitude == longitude == 0 else (latitude, longitude)

    def number(self, cells: Sequence[Any], field: str) -> float | None:
        text = self.text(cells, field).replace(self.preset.decimal, ".")
        if not text:
            return None
        number = read_decimal(text)
        if number is None:
            raise Refused(f"{field} {text[:40]!r} is not a number", Reason.LOCATION)
        if not -180 <= number <= 180:
            raise Refused(f"{field} {text[:40]} is not in degrees", Reason.LOCATION)
        return number

    def time(
        self, cells: Sequence[Any], field: str, *, not_before: datetime | None = None
    ) -> datetime | None:
        try:
            return self.clock.read(self.cell(cells, field), not_before=not_before)
        except ValueError as error:
            raise Refused(f"{field}: {error}", Reason.TIME) from error

    def zipcode(self, cells: Sequence[Any]) -> str | None:
        zipcode = self.text(cells, "zipcode")
        if len(zipcode) > _ZIPCODE_LENGTH:
            raise Refused(
                f"zipcode {zipcode[:40]!r} is longer than {_ZIPCODE_LENGTH} characters",
                Reason.TOO_LONG,
            )
        return self.prose(cells, "zipcode")

    def prose(self, cells: Sequence[Any], field: str) -> str | None:
        return shown(field, self.text(cells, field))

    def media(self, cells: Sequence[Any]) -> tuple[str, ...]:
        cell = self.cell(cells, "media")
        urls = [str(item) for item in cell] if isinstance(cell, list) else to_text(cell).split()
        urls = [url.strip() for url in urls if url.strip()]
        for url in urls:
            if not is_web_address(url):
                raise Refused(f"media {url[:60]!r} is not a web address", Reason.MEDIA)
        return tuple(urls)


def shown(field: str, text: str) -> str | None:
    if len(text) > _TEXT_LENGTH:
        words = f"{field} has {len(text):,} characters; at most {_TEXT_LENGTH:,} fit"
        raise Refused(words, Reason.TOO_LONG)
    # PostgreSQL cannot hold NUL; what cannot be shown is shown as such.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") or None


def _columns_of(names: Sequence[str], columns: Sequence[str]) -> tuple[int, ...]:
    """Where these columns are, in the order of the names; the first of equal ones."""
    by_name = {heading(name): place for place, name in reversed(list(enumerate(columns)))}
    return tuple(by_name[heading(name)] for name in names if heading(name) in by_name)


def _positions(preset: Preset, columns: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    positions, missing = {}, []
    for field, names in preset.columns.items():
        found = _columns_of(names, columns)
        if found:
            positions[field] = found
        elif field not in preset.optional:
            missing.append(" or ".join(names))
    if missing:
        shown = ", ".join(name[:40] for name in columns[:40]) or "none"
        raise MissingColumns(
            f"preset {preset.name} misses the column {', '.join(missing)}; "
            f"the file's columns are: {shown}"
        )
    return positions
