"""What is known of a calendar month: its complaints, and older ones that were still open in it."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, exists, func, literal, or_, select

from data import schema
from data.database import read
from data.instants import from_epoch, local_midnight, to_epoch
from data.store import Store
from data.vocabulary import Status
from queries.evaluation.cases import Case, cases_of, open_with
from queries.evaluation.lives import Life, read_lives

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_OPEN = [int(status) for status in Status if status.is_open]


class MonthError(ValueError):
    """A month that is none, or that had not begun at the instant from which one looks."""


@dataclass(frozen=True)
class Held:
    """A complaint that a unit had open at the month's begin (-1) or has at its end (+1)."""

    life: int  # its place among the month's lives; after these come the older ones
    unit_id: int
    change: int


@dataclass(frozen=True)
class Month:
    """Instants are UTC seconds."""

    month: str
    begin: int
    end: int  # of the month, or `seen_at` if that is earlier
    seen_at: int
    through_seq: int
    lives: list[Life]
    cases: list[Case]  # by life and ordinal
    held: list[Held]
    older: list[Life]  # beside the month's own


def month_bounds(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a month like '2026-10', or several like '2026-07..2026-10', begins and ends in the city.

    Raises MonthError.
    """
    first, _, last = month.partition("..")
    begin, end = _first_day(first, month), _first_day(last or first, month)
    if end < begin or (begin == end and last):
        raise MonthError(f"month {month!r} ends before it begins; write it as 2026-07..2026-10")
    following = date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return local_midnight(begin, zone), local_midnight(following, zone)


def _first_day(month: str, whole: str) -> date:
    found = _MONTH.fullmatch(month)
    if found is None or not 1 <= int(found[1]) < 9999:
        raise MonthError(f"month {whole!r} is none; write it as 2026-10, or 2026-07..2026-10")
    return date(int(found[1]), int(found[2]), 1)


def has_complaints(store: Store, month: str) -> bool:
    """Whether any was received in it: who received none has nothing to evaluate.

    Raises MonthError.
    """
    begin, end = month_bounds(month, store.reference().city.time_zone)
    asked = schema.complaints.c.requested_at
    with read(store.engine) as connection:
        return bool(connection.scalar(select(exists().where(asked >= begin, asked < end))))


def read_month(store: Store, month: str, seen_at: datetime, through_seq: int | None) -> Month:
    """`through_seq` None: as far as the log goes now. Raises MonthError."""
    reference = store.reference()
    begin_at, end_at = month_bounds(month, reference.city.time_zone)
    last_month = month.rpartition("..")[2]  # of several each must have begun
    if seen_at <= month_bounds(last_month, reference.city.time_zone)[0]:
        raise MonthError(
            f"month {last_month} had not begun at {seen_at.isoformat()}; look from a later instant"
        )
    begin, end, until = to_epoch(begin_at), to_epoch(end_at), to_epoch(seen_at)
    complaints = schema.complaints
    with read(store.engine) as connection:
        newest = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        seq = newest if through_seq is None else min(through_seq, newest)
        asked = complaints.c.requested_at
        lives = read_lives(
            connection,
            (asked >= literal(begin, BigInteger)) & (asked < literal(end, BigInteger)),
            reference.calendars,
            until=until,
            through_seq=seq,
        )
        still = or_(
            complaints.c.status.in_(_OPEN),
            complaints.c.updated_at >= literal(begin, BigInteger),
            complaints.c.last_seq > seq,  # it may have been open as far as was known
        )
        older = read_lives(
            connection,
            (asked < literal(begin, BigInteger)) & still,
            reference.calendars,
            until=until,
            through_seq=seq,
        )
    # The present rows let through more than matters, and another number of them every day.
    older = [life for life in older if _matters(life, begin)]
    last = min(end, until + 1)
    cases = [case for place, life in enumerate(lives) for case in cases_of(life, place)]
    held = held_of([*lives, *older], begin, last)
    return Month(month, begin, last, until, seq, lives, cases, held, older)


def _matters(life: Life, begin: int) -> bool:
    """By the log alone: it was open at the month's begin, or something happened since."""
    return life.moments[-1].at >= begin or open_with(life, begin) is not None


def held_of(lives: list[Life], begin: int, end: int) -> list[Held]:
    """What units had open at the begin and have at the end, but for what is so at both."""
    found = []
    for place, life in enumerate(lives):
        before, after = open_with(life, begin), open_with(life, end)
        if before == after:
            continue
        for unit_id, change in ((before, -1), (after, +1)):
            if unit_id is not None:
                found.append(Held(place, unit_id, change))
    return found


def seen_text(month: Month) -> str:
    """The instant from which one looks, as an evaluation states it."""
    return from_epoch(month.seen_at).strftime("%Y-%m-%dT%H:%M:%SZ")
