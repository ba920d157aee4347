"""Local times of an export, as instants."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.imports.day_first import read_day_first

_SPREADSHEET_EPOCH = datetime(1899, 12, 30)


class Clock:
    """Reads times that carry no zone as the wall clock of `zone`, and counts the doubtful ones.

    A wall clock shows one hour twice when summer time ends: the first is taken. It skips one when
    summer time begins: such a time is moved on by the hour that is missing.
    """

    def __init__(self, zone: ZoneInfo, formats: tuple[str, ...] = ("iso",)) -> None:
        self.zone = zone
        self.formats = formats
        self.repeated = 0
        self.skipped = 0
        self._offsets: dict[int, timedelta | None] = {}

    def read(self, cell: Any, *, not_before: datetime | None = None) -> datetime | None:
        """The UTC instant of a cell, or None when it is empty. Raises ValueError.

        In the hour that comes twice, the second is taken where the first lies before `not_before`.
        """
        wall = self._wall(cell)
        if wall is None:
            return None
        try:
            if wall.tzinfo is not None:
                return wall.astimezone(UTC).replace(microsecond=0)
            if wall.microsecond:
                wall = wall.replace(microsecond=0)
            return self._instant(wall, not_before)
        except OverflowError as error:
            raise ValueError(f"{cell!r} is not a time of this world") from error

    def _instant(self, wall: datetime, not_before: datetime | None) -> datetime:
        offset = self._offset_of_day(wall)
        if offset is not None:
            return (wall - offset).replace(tzinfo=UTC)
        first = wall.replace(tzinfo=self.zone, fold=0)
        second = wall.replace(tzinfo=self.zone, fold=1)
        offsets = first.utcoffset(), second.utcoffset()
        if offsets[0] == offsets[1]:
            return first.astimezone(UTC)
        if offsets[0] < offsets[1]:  # type: ignore[operator]
            self.skipped += 1
            return first.astimezone(UTC)
        self.repeated += 1
        instant = first.astimezone(UTC)
        return second.astimezone(UTC) if not_before and instant < not_before else instant

    def _offset_of_day(self, wall: datetime) -> timedelta | None:
        """The one offset of a day; None where its clocks change. Days come again and again."""
        day = wall.toordinal()
        if day not in self._offsets:
            midnight = datetime.fromordinal(day)
            hours = (midnight + timedelta(hours=hour) for hour in (-3, *range(24), 27))
            found = {
                hour.replace(tzinfo=self.zone, fold=fold).utcoffset()
                for hour in hours
                for fold in (0, 1)
            }
            self._offsets[day] = found.pop() if len(found) == 1 else None
        return self._offsets[day]

    def _wall(self, cell: Any) -> datetime | None:
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day)
        if cell is None:
            return None
        text = str(cell).strip()
        if not text:
            return None
        for form in self.formats:
            try:
                return _parse(text, form)
            except (ValueError, OverflowError):
                continue
        raise ValueError(f"{text[:40]!r} is not a time like {' or '.join(self.formats)}")


def _parse(text: str, form: str) -> datetime:
    if form == "iso":
        return datetime.fromisoformat(text)
    if form == "day_first":
        return read_day_first(text)
    if form == "epoch":
        return datetime.fromtimestamp(float(text), UTC)
    if form == "epoch_ms":
        return datetime.fromtimestamp(float(text) / 1000, UTC)
    if form == "spreadsheet":  # days since 1899-12-30, as cells without a date format hold them
        return _SPREADSHEET_EPOCH + timedelta(seconds=round(float(text) * 86400))
    return datetime.strptime(text, form)
