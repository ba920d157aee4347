"""One row of an export, as a complaint and what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.bulk import Happening, History
from data.imports.catalogue import Catalogue, UnknownWord
from data.imports.cells import to_text
from data.imports.clock import Clock
from data.imports.preset import Preset, fold
from data.instants import now
from data.prepare import NewComplaint
from data.vocabulary import EventKind

_ID_LENGTH, _ZIPCODE_LENGTH, _TEXT_LENGTH = 200, 32, 20_000
_AHEAD = timedelta(days=1)  # clocks differ, and exports confuse time zones; a day covers both


class Refused(ValueError):
    """A row that would not be true, or not whole, if it were stored."""


class MissingColumns(ValueError):
    """The file is not of the kind the preset describes."""


class Mapper:
    """Turns the rows of one table into histories, as one preset says."""

    def __init__(
        self, preset: Preset, columns: Sequence[str], catalogue: Catalogue, zone: ZoneInfo
    ) -> None:
        self._preset = preset
        self._width = len(columns)
        self._at = _positions(preset, columns)
        self._catalogue = catalogue
        self.clock = Clock(preset.time_zone or zone, preset.datetime_formats)

    def external_id(self, cells: Sequence[Any]) -> str:
        """Raises Refused where the row has none."""
        external_id = self._text(cells, "external_id")
        if not external_id:
            raise Refused("it has no id of its own, so a second import would store it twice")
        if len(external_id) > _ID_LENGTH or "\0" in external_id:
            raise Refused(f"its id is no id: {external_id[:40]!r}")
        return external_id

    @property
    def added(self) -> Mapping[str, list[str]]:
        """The words the city did not have, by catalogue."""
        return self._catalogue.added

    def check_width(self, cells: Sequence[Any]) -> None:
        """A row cut short, or with stray separators, has its values in the wrong columns."""
        width = len(cells)
        while width > self._width and not to_text(cells[width - 1]).strip():
            width -= 1
        if width != self._width:
            raise Refused(f"it has {width} cells where the header has {self._width}")

    def place(self, cells: Sequence[Any]) -> tuple[float, float] | None:
        """Latitude and longitude, or None where the row has none that can be read."""
        try:
            latitude, longitude = self._place(cells)
        except (Refused, IndexError):
            return None
        return None if latitude is None or longitude is None else (latitude, longitude)

    def history(self, cells: Sequence[Any]) -> History:
        """Raises Refused with the reason."""
        try:
            return self._history(cells)
        except UnknownWord as error:
            raise Refused(str(error)) from error

    def _history(self, cells: Sequence[Any]) -> History:
        requested_at = self._time(cells, "requested")
        if requested_at is None:
            raise Refused("it does not say when it was received")
        happenings = self._happenings(cells, requested_at)
        _refuse_future("received", requested_at)
        for happening in happenings:
            _refuse_future(happening.kind.value, happening.at)
        latitude, longitude = self._place(cells)
        service = self._text(cells, "service")
        if not service:
            raise Refused("it names no service")
        unit, channel = self._text(cells, "unit"), self._text(cells, "channel")
        if not channel:
            raise Refused("it names no channel, and the preset has no default")
        code = self._catalogue.code
        unit_code = code("unit", unit) if unit else None
        district = self._text(cells, "district")
        return History(
            new=NewComplaint(
                service_code=code(
                    "service",
                    service,
                    group=self._text(cells, "service_group"),
                    unit_code=unit_code,
                ),
                channel_code=code("channel", channel),
                requested_at=requested_at,
                latitude=latitude,
                longitude=longitude,
                district_code=code("district", district) if district else None,
                unit_code=unit_code,
                description=self._prose(cells, "description"),
                address_string=self._prose(cells, "address"),
                zipcode=self._zipcode(cells),
                media_urls=self._media(cells),
                source=self._preset.source,
                external_id=self.external_id(cells),
                resolution_due_at=self._time(cells, "due"),
            ),
            happenings=happenings,
        )

    def _happenings(self, cells: Sequence[Any], requested_at: datetime) -> list[Happening]:
        closed_at = self._time(cells, "closed", not_before=requested_at)
        happenings = []
        for field, kind in (
            ("acknowledged", EventKind.ACKNOWLEDGED),
            ("started", EventKind.STARTED),
        ):
            at = self._time(cells, field, not_before=requested_at)
            if at is None:
                continue
            if at < requested_at:
                raise Refused(f"it was {field} at {at}, before it was received at {requested_at}")
            if closed_at is not None and at > closed_at:
                raise Refused(f"it was {field} at {at}, after it was closed at {closed_at}")
            happenings.append(Happening(kind, at))
        happenings.sort(key=lambda happening: happening.at)
        outcome = self._outcome(cells, closed_at)
        if outcome == "open":
            return happenings
        assert closed_at is not None
        if closed_at < requested_at:
            raise Refused(f"it was closed at {closed_at}, before it was received at {requested_at}")
        kind = EventKind.RESOLVED if outcome == "closed" else EventKind.REJECTED
        happenings.append(Happening(kind, closed_at, note=self._prose(cells, "closing_note")))
        return happenings

    def _outcome(self, cells: Sequence[Any], closed_at: datetime | None) -> str:
        word = self._text(cells, "status")
        if not word:
            return "open" if closed_at is None else "closed"
        outcome = self._preset.statuses.get(fold(word))
        if outcome is None:
            known = ", ".join(self._preset.statuses)
            raise Refused(f"status {word[:40]!r} is not one of {known}; add it to [statuses]")
        if outcome != "open" and closed_at is None:
            raise Refused(f"its status is {word!r}, but it does not say since when")
        if outcome == "open" and closed_at is not None:
            raise Refused(f"its status is {word!r}, but it was closed at {closed_at}")
        return outcome

    def _place(self, cells: Sequence[Any]) -> tuple[float | None, float | None]:
        latitude = self._number(cells, "latitude")
        longitude = self._number(cells, "longitude")
        if (latitude is None) != (longitude is None):
            raise Refused("it has one coordinate without the other")
        # 0, 0 lies in the Gulf of Guinea: exports write it for "unknown".
        return (None, None) if latitude == longitude == 0 else (latitude, longitude)

    def _number(self, cells: Sequence[Any], field: str) -> float | None:
        text = self._text(cells, field).replace(self._preset.decimal, ".")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError as error:
            raise Refused(f"{field} {text[:40]!r} is not a number") from error
        if not -180 <= number <= 180:
            raise Refused(f"{field} {text[:40]} is not in degrees")
        return number

    def _time(
        self, cells: Sequence[Any], field: str, *, not_before: datetime | None = None
    ) -> datetime | None:
        try:
            return self.clock.read(self._cell(cells, field), not_before=not_before)
        except ValueError as error:
            raise Refused(f"{field}: {error}") from error

    def _zipcode(self, cells: Sequence[Any]) -> str | None:
        zipcode = self._text(cells, "zipcode")
        if len(zipcode) > _ZIPCODE_LENGTH:
            raise Refused(f"zipcode {zipcode[:40]!r} is longer than {_ZIPCODE_LENGTH} characters")
        return self._prose(cells, "zipcode")

    def _prose(self, cells: Sequence[Any], field: str) -> str | None:
        text = self._text(cells, field)
        if len(text) > _TEXT_LENGTH:
            raise Refused(f"{field} has {len(text):,} characters; at most {_TEXT_LENGTH:,} fit")
        # PostgreSQL cannot hold NUL; what cannot be shown is shown as such.
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}") or None

    def _media(self, cells: Sequence[Any]) -> tuple[str, ...]:
        cell = self._cell(cells, "media")
        urls = [str(item) for item in cell] if isinstance(cell, list) else to_text(cell).split()
        for url in urls:
            if not url.startswith(("http://", "https://")) or "\0" in url:
                raise Refused(f"media {url[:60]!r} is not a web address")
        return tuple(urls)

    def _text(self, cells: Sequence[Any], field: str) -> str:
        return to_text(self._cell(cells, field)).strip()

    def _cell(self, cells: Sequence[Any], field: str) -> Any:
        position = self._at.get(field)
        cell = None if position is None else cells[position]
        if cell is None or cell == "":
            return self._preset.defaults.get(field)
        return cell


def _refuse_future(what: str, at: datetime) -> None:
    if at > now() + _AHEAD:
        raise Refused(f"it was {what} at {at}, which lies in the future")


def _positions(preset: Preset, columns: Sequence[str]) -> Mapping[str, int]:
    by_name = {fold(name): position for position, name in reversed(list(enumerate(columns)))}
    positions, missing = {}, []
    for field, names in preset.columns.items():
        found = [by_name[fold(name)] for name in names if fold(name) in by_name]
        if found:
            positions[field] = found[0]
        elif field not in preset.optional:
            missing.append(" or ".join(names))
    if missing:
        shown = ", ".join(name[:40] for name in columns[:40]) or "none"
        raise MissingColumns(
            f"preset {preset.name} misses the column {', '.join(missing)}; "
            f"the file's columns are: {shown}"
        )
    return positions
