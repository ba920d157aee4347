"""Rate limits that all server processes share: the generic cell rate algorithm (ITU-T I.371).

Of each bucket one instant is kept, the one at which it will be full again. Taking one moves that
instant by the time one is worth; when it would lie further ahead than the whole bucket is worth,
the bucket is empty.
"""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Engine, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from data.database import write
from data.prepare import ComplaintError
from data.schema import rate_buckets

_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Bucket:
    """Holds `size`; fills again evenly within `seconds`. `name` is its own among all buckets."""

    name: str
    size: int
    seconds: int
    words: str  # what it limits, for the one who is refused

    @property
    def worth(self) -> int:
        """Microseconds that one takes to fill again."""
        return self.seconds * _MICROSECONDS // self.size

    def wait(self, full_at: int, at: int) -> float:
        """Seconds until one may be taken, 0.0 for now; instants are microseconds since 1970."""
        ahead = self.known(full_at, at) + self.worth - at
        return max(ahead - self.seconds * _MICROSECONDS, 0) / _MICROSECONDS

    def known(self, full_at: int, at: int) -> int:
        """When it will be full, by what is stored.

        Another server's clock may be a little ahead of ours: what it left empty is empty. A clock
        that was set back by more than the bucket takes to fill makes it full now.
        """
        whole = self.seconds * _MICROSECONDS
        return at if full_at > at + 2 * whole else min(max(full_at, at), at + whole)


class TooMany(ComplaintError):
    """A bucket is empty; it will not be in `retry_seconds`."""

    def __init__(self, bucket: Bucket, retry_seconds: float) -> None:
        super().__init__(
            f"{bucket.words} is at its limit of {bucket.size} in {_span(bucket.seconds)}; "
            f"send this again in {max(math.ceil(retry_seconds), 1)} s",
            field="api_key",
        )
        self.retry_seconds = retry_seconds


class Levels:
    """The buckets of one batch, inside its transaction: read once, taken from, written once."""

    def __init__(self, connection: Connection, buckets: Iterable[Bucket], at: int) -> None:
        self._connection = connection
        self._at = at
        names = sorted({bucket.name for bucket in buckets})
        self._full_at = read_levels(connection, names) if names else {}
        self._taken: set[str] = set()

    def take(self, buckets: Sequence[Bucket]) -> None:
        """One of each, or of none: raises TooMany."""
        for bucket in buckets:
            if wait := bucket.wait(self._full_at.get(bucket.name, 0), self._at):
                raise TooMany(bucket, wait)
        for bucket in buckets:
            before = bucket.known(self._full_at.get(bucket.name, 0), self._at)
            self._full_at[bucket.name] = before + bucket.worth
            self._taken.add(bucket.name)

    def give_back(self, buckets: Sequence[Bucket], count: int) -> None:
        """What was taken for nothing; a bucket never holds more than its size."""
        for bucket in buckets:
            before = bucket.known(self._full_at.get(bucket.name, 0), self._at)
            self._full_at[bucket.name] = before - count * bucket.worth
            self._taken.add(bucket.name)

    def write(self) -> None:
        if not self._taken:
            return
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        upsert = dialect.insert(rate_buckets)
        self._connection.execute(
            upsert.on_conflict_do_update(
                index_elements=["name"], set_={"full_at": upsert.excluded.full_at}
            ),
            [{"name": name, "full_at": self._full_at[name]} for name in sorted(self._taken)],
        )


def spend(engine: Engine, buckets: Sequence[Bucket], *, count: int = 1) -> None:
    """Take so many of each, in a transaction of its own. Raises TooMany, and has taken none."""
    with write(engine) as connection:
        levels = Levels(connection, buckets, time.time_ns() // 1_000)
        for _ in range(count):
            levels.take(buckets)
        levels.write()


def give_back(engine: Engine, buckets: Sequence[Bucket], *, count: int) -> None:
    """Put back so many of each, in a transaction of its own."""
    if count <= 0:
        return
    with write(engine) as connection:
        levels = Levels(connection, buckets, time.time_ns() // 1_000)
        levels.give_back(buckets, count)
        levels.write()


def read_levels(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """When each bucket that was ever taken from will be full, in microseconds since 1970."""
    query = select(rate_buckets).where(rate_buckets.c.name.in_(names))
    return {row.name: row.full_at for row in connection.execute(query)}


def forget_full(connection: Connection, at: int) -> None:
    """Buckets that are full again say nothing but whose they are: they are not kept."""
    connection.execute(delete(rate_buckets).where(rate_buckets.c.full_at < literal(at, BigInteger)))


def _span(seconds: int) -> str:
    return {60: "a minute", 3_600: "an hour"}.get(seconds, f"{seconds} s")
