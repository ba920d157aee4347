"""How many people use the citizen apps: one row per day and app."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, insert

from data import schema
from data.database import write
from data.instants import now
from data.store import Store

FIRST_DAY = date(1990, 1, 1)
_MOST = 2_000_000_000  # what an integer column holds on every database


@dataclass(frozen=True, kw_only=True)
class DayOfUse:
    """People registered at the end of a local date, and people active on it."""

    date: date
    channel_code: str
    registered_users: int
    active_users: int


class UsageError(ValueError):
    """Numbers that cannot be: of which day, and why."""


class UnknownChannel(UsageError):
    """A channel that this city does not have."""


def check_day(day: DayOfUse, today: date) -> None:
    """Raises UsageError for a day to come, and for numbers that contradict each other."""
    if not FIRST_DAY <= day.date <= today:
        raise UsageError(
            f"date {day.date} is not from {FIRST_DAY} to {today}, today in this city; "
            "send a day that has begun"
        )
    for name in ("registered_users", "active_users"):
        number = getattr(day, name)
        if not 0 <= number <= _MOST:
            raise UsageError(f"{name} {number} is not from 0 to {_MOST}; send how many people")
    if day.active_users > day.registered_users:
        raise UsageError(
            f"active_users {day.active_users} is more than registered_users "
            f"{day.registered_users}; count only people who are registered"
        )


def record_usage(store: Store, days: Iterable[DayOfUse]) -> int:
    """Store days, replacing what was known of the same day and channel; returns how many.

    Raises UnknownChannel, or UsageError as `check_day` does; then nothing is stored.
    """
    reference = store.reference()
    channels, table = reference.channel_by_code, schema.app_usage
    today = now().astimezone(reference.city.time_zone).date()
    rows = []
    for day in days:
        check_day(day, today)
        if day.channel_code not in channels:
            raise UnknownChannel(
                f"channel {day.channel_code!r} is not one of {', '.join(sorted(channels))}"
            )
        rows.append(
            {
                "date": day.date,
                "channel_id": channels[day.channel_code].id,
                "registered_users": day.registered_users,
                "active_users": day.active_users,
            }
        )
    if not rows:
        return 0
    with write(store.engine) as connection:
        connection.execute(
            delete(table).where(
                table.c.date == bindparam("known_date"),
                table.c.channel_id == bindparam("known_channel_id"),
            ),
            [{"known_date": r["date"], "known_channel_id": r["channel_id"]} for r in rows],
        )
        connection.execute(insert(table), rows)
    return len(rows)
