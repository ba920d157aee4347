"""What happened to a complaint, as the columns of a row tell it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from data.bulk import Happening
from data.imports.cells import to_text
from data.imports.follow_ups import (
    FollowUp,
    UnreadableFollowUps,
    happenings_of,
    part,
    read_follow_ups,
)
from data.imports.preset import Preset, fold
from data.imports.row import Refused, RowReader, shown
from data.instants import now
from data.reasons import Reason

_AHEAD = timedelta(days=1)  # clocks differ, and exports confuse time zones; a day covers both
_CLOSED = ("closed", "rejected")


class Teller:
    """Tells the events of the rows of one table. Raises Refused with the reason."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._preset: Preset = reader.preset

    def tell(
        self, cells: Sequence[Any], requested_at: datetime
    ) -> tuple[list[Happening], datetime | None]:
        """What happened, and when its source last said that it is open, if it did."""
        reader = self._reader
        closed_at = reader.time(cells, "closed", not_before=requested_at)
        updated_at = reader.time(cells, "updated", not_before=requested_at)
        told = self._steps(cells, requested_at, closed_at)
        word = reader.text(cells, "status")
        status = self._meaning(word) if word else None
        if status is None and closed_at is not None:
            status = "closed"
        if status in _CLOSED:
            told += self._closing(cells, status, closed_at or updated_at, told)
        elif closed_at is not None:
            words = f"its status is {word!r}, but it was closed at {closed_at}"
            raise Refused(words, Reason.STATUS)
        elif status not in (None, "open") and updated_at is not None:
            told.append(FollowUp(updated_at, status, None))
        for follow_up in told:
            if follow_up.at < requested_at:
                what = follow_up.outcome or "followed up"
                raise Refused(
                    f"it was {what} at {follow_up.at}, before it was received at {requested_at}",
                    Reason.TIME,
                )
        happenings = happenings_of(told)
        for happening in happenings:
            refuse_future(happening.kind.value, happening.at)
        is_open = status is not None and status not in _CLOSED
        return happenings, updated_at if is_open else None

    def _closing(
        self,
        cells: Sequence[Any],
        status: str,
        since: datetime | None,
        told: Sequence[FollowUp],
    ) -> list[FollowUp]:
        """The end of the story, unless the follow-ups have told it already."""
        last = max(told, key=lambda follow_up: follow_up.at, default=None)
        if last is not None and last.outcome == status:
            return []
        if since is None and last is not None:
            since = last.at
        if since is None:
            word = self._reader.text(cells, "status")
            words = f"its status is {word!r}, but it does not say since when"
            raise Refused(words, Reason.STATUS)
        return [FollowUp(since, status, self._reader.prose(cells, "closing_note"))]

    def _steps(
        self, cells: Sequence[Any], requested_at: datetime, closed_at: datetime | None
    ) -> list[FollowUp]:
        """What happened before the present status: columns of their own, and follow-ups."""
        told = []
        for field in ("acknowledged", "started"):
            at = self._reader.time(cells, field, not_before=requested_at)
            if at is None:
                continue
            if closed_at is not None and at > closed_at:
                words = f"it was {field} at {at}, after it was closed at {closed_at}"
                raise Refused(words, Reason.TIME)
            told.append(FollowUp(at, field, None))
        return told + self._follow_ups(cells, requested_at)

    def _follow_ups(self, cells: Sequence[Any], requested_at: datetime) -> list[FollowUp]:
        names, told = self._preset.follow_ups, []
        try:
            entries = read_follow_ups(self._reader.follow_ups(cells))
            for entry in entries:
                at = self._reader.clock.read(part(entry, names["at"]), not_before=requested_at)
                if at is None:
                    raise Refused("a follow-up does not say when it was", Reason.TIME)
                word = to_text(part(entry, names.get("status", ()))).strip()
                note = shown("follow-up", to_text(part(entry, names.get("note", ()))).strip())
                told.append(FollowUp(at, self._meaning(word) if word else None, note))
        except UnreadableFollowUps as error:
            raise Refused(str(error), Reason.UNREADABLE) from error
        except Refused:
            raise
        except ValueError as error:
            raise Refused(f"follow-up: {error}", Reason.TIME) from error
        return told

    def _meaning(self, word: str) -> str:
        outcome = self._preset.statuses.get(fold(word))
        if outcome is None:
            known = ", ".join(self._preset.statuses)
            words = f"status {word[:40]!r} is not one of {known}; add it to [statuses]"
            raise Refused(words, Reason.STATUS)
        return outcome


def refuse_future(what: str, at: datetime) -> None:
    """Raises Refused where an instant has not come yet."""
    if at > now() + _AHEAD:
        raise Refused(f"it was {what} at {at}, which lies in the future", Reason.TIME)
