"""Instants are aware datetimes in Python and whole UTC seconds since 1970 in the database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH_DAY = date(1970, 1, 1)


class Instant(TypeDecorator[datetime]):
    """An integer column, so that every engine compares and indexes it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_epoch(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else from_epoch(value)


def now() -> datetime:
    """The current instant, in whole seconds, UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def to_epoch(instant: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00Z. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError(f"instant {instant.isoformat()} has no time zone; attach one")
    return int(instant.timestamp() // 1)


def from_epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def day_of(local_date: date) -> int:
    return (local_date - _EPOCH_DAY).days


def date_of(day: int) -> date:
    return _EPOCH_DAY + timedelta(days=day)


def local_midnight(local_date: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local date begins."""
    return datetime(local_date.year, local_date.month, local_date.day, tzinfo=zone).astimezone(UTC)
