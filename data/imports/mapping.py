"""One row of an export, as a complaint and what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.bulk import History
from data.imports.catalogue import Catalogue, UnknownWord
from data.imports.cells import to_text
from data.imports.happened import Teller, refuse_future
from data.imports.preset import Preset
from data.imports.pseudonyms import find_secret, pseudonym
from data.imports.row import MissingColumns, Refused, RowReader
from data.prepare import NewComplaint
from data.reasons import Reason, reason_of_field

__all__ = ["Mapper", "MissingColumns", "Refused"]

_ID_LENGTH = 200
_FIRST_YEAR, _LAST_YEAR = 1900, 9000  # beyond these, zones overflow the calendar


class Mapper:
    """Turns the rows of one table into histories, as one preset says."""

    def __init__(
        self, preset: Preset, columns: Sequence[str], catalogue: Catalogue, zone: ZoneInfo
    ) -> None:
        self._preset = preset
        self._reader = RowReader(preset, columns, zone)
        self._teller = Teller(self._reader)
        self._catalogue = catalogue
        self._secret = ""
        if self._reader.positions("reporter"):
            self._secret = find_secret(catalogue.store, pretend=catalogue.pretend)
        self.clock = self._reader.clock

    def external_id(self, cells: Sequence[Any]) -> str:
        """Raises Refused where the row has none."""
        external_id = self._reader.text(cells, "external_id")
        if not external_id:
            raise Refused(
                "it has no id of its own, so a second import would store it twice", Reason.IDENTITY
            )
        if len(external_id) > _ID_LENGTH or "\0" in external_id:
            raise Refused(f"its id is no id: {external_id[:40]!r}", Reason.IDENTITY)
        return external_id

    @property
    def added(self) -> Mapping[str, list[str]]:
        """The words the city did not have, by catalogue."""
        return self._catalogue.added

    def without_names(self, cells: Sequence[Any]) -> Sequence[Any]:
        """The row as it may be written down: its reporter's name as a pseudonym."""
        named = [at for at in self._reader.positions("reporter") if at < len(cells)]
        hidden = list(cells) if named else cells
        for position in named:
            name = to_text(cells[position]).strip()
            hidden[position] = pseudonym(self._secret, name) if name else None  # type: ignore[index]
        return hidden

    def check_width(self, cells: Sequence[Any]) -> None:
        """A row cut short, or with stray separators, has its values in the wrong columns."""
        width = len(cells)
        while width > self._reader.width and not to_text(cells[width - 1]).strip():
            width -= 1
        if width != self._reader.width:
            words = f"it has {width} cells where the header has {self._reader.width}"
            raise Refused(words, Reason.UNREADABLE)

    def place(self, cells: Sequence[Any]) -> tuple[float, float] | None:
        """Latitude and longitude, or None where the row has none that can be read."""
        try:
            latitude, longitude = self._reader.place(cells)
        except (Refused, IndexError):
            return None
        return None if latitude is None or longitude is None else (latitude, longitude)

    def history(self, cells: Sequence[Any]) -> History:
        """Raises Refused with the reason."""
        try:
            return self._history(cells)
        except UnknownWord as error:
            raise Refused(str(error), reason_of_field(error.kind)) from error

    def _history(self, cells: Sequence[Any]) -> History:
        requested_at = self._reader.time(cells, "requested")
        if requested_at is None:
            raise Refused("it does not say when it was received", Reason.TIME)
        if requested_at.year < _FIRST_YEAR:
            raise Refused(f"it was received at {requested_at}, before {_FIRST_YEAR}", Reason.TIME)
        refuse_future("received", requested_at)
        happenings, open_at = self._teller.tell(cells, requested_at)
        return History(self._complaint(cells, requested_at), happenings, open_at)

    def _complaint(self, cells: Sequence[Any], requested_at: datetime) -> NewComplaint:
        latitude, longitude = self._reader.place(cells)
        service = self._service(cells)
        unit, channel = self._reader.text(cells, "unit"), self._reader.text(cells, "channel")
        if not channel:
            raise Refused("it names no channel, and the preset has no default", Reason.OTHER)
        code = self._catalogue.code
        unit_code = code("unit", unit) if unit else None
        district = self._reader.text(cells, "district")
        group = self._reader.text(cells, "service_group")
        return NewComplaint(
            service_code=code("service", service, group=group, unit_code=unit_code),
            channel_code=code("channel", channel),
            requested_at=requested_at,
            latitude=latitude,
            longitude=longitude,
            district_code=code("district", district) if district else None,
            unit_code=unit_code,
            description=self._reader.prose(cells, "description"),
            address_string=self._reader.prose(cells, "address"),
            zipcode=self._reader.zipcode(cells),
            account_id=self._reporter(cells),
            media_urls=self._reader.media(cells),
            source=self._preset.source,
            external_id=self.external_id(cells),
            resolution_due_at=self._due(cells),
        )

    def _service(self, cells: Sequence[Any]) -> str:
        """The first word of its columns that the city knows, else the first there is."""
        words = self._reader.services(cells)
        if not words[0]:
            raise Refused("it names no service", Reason.SERVICE)
        known = (word for word in words if self._catalogue.knows("service", word))
        return next(known, words[0])

    def _due(self, cells: Sequence[Any]) -> datetime | None:
        due_at = self._reader.time(cells, "due")
        if due_at is not None and not _FIRST_YEAR <= due_at.year <= _LAST_YEAR:
            raise Refused(f"it was due at {due_at}, which nobody can mean", Reason.TIME)
        return due_at

    def _reporter(self, cells: Sequence[Any]) -> str | None:
        name = self._reader.text(cells, "reporter")
        return pseudonym(self._secret, name) if name else None
