"""How many people use the citizen apps: one row per day and app."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, insert

from data import schema
from data.database import write
from data.store import Store


@dataclass(frozen=True, kw_only=True)
class DayOfUse:
    """People registered at the end of a local date, and people active on it."""

    date: date
    channel_code: str
    registered_users: int
    active_users: int


class UnknownChannel(ValueError):
    """A channel that this city does not have."""


def record_usage(store: Store, days: Iterable[DayOfUse]) -> int:
    """Store days, replacing what was known of the same day and channel; returns how many.

    Raises UnknownChannel.
    """
    channels = store.reference().channel_by_code
    table = schema.app_usage
    rows = []
    for day in days:
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
