"""How many people use the citizen apps: one row per day and app."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, insert

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
        for channel_id in {row["channel_id"] for row in rows}:
            dates = [row["date"] for row in rows if row["channel_id"] == channel_id]
            connection.execute(
                delete(table).where(
                    and_(
                        table.c.channel_id == channel_id,
                        table.c.date.between(min(dates), max(dates)),
                        table.c.date.in_(dates),
                    )
                )
            )
        connection.execute(insert(table), rows)
    return len(rows)
