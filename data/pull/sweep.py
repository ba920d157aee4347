"""A period of a server's requests, read to its end although every answer may be cut short.

Servers answer with the newest 50, 1,000 or so of what they have, and say neither how many they
leave out nor whether they know the `page` extension. So: ask for page 2. If that holds others than
page 1, go on until a page holds nothing new. If not, `page` is unknown there: ask for the same
period again, up to where the last answer broke off, until nothing comes. A second that fills an
answer by itself is stepped over, and named in `crowded`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from data.instants import from_epoch, to_epoch
from data.pull.client import Client, PullError
from data.pull.parser import parse_requests

WINDOW_DAYS = 90  # the standard's longest period
_DAY_SECONDS = 86_400
Record = dict[str, Any]


@dataclass(frozen=True)
class Axis:
    """By which instant of a request a period is asked for."""

    start: str  # parameters of the question
    end: str
    field: str  # the field that lies between them


RECEIVED = Axis("start_date", "end_date", "requested_datetime")
UPDATED = Axis("updated_after", "updated_before", "updated_datetime")


@dataclass
class Position:
    """Where a sweep stands; instants are UTC seconds, so that it can be kept as JSON.

    All before `start` is read, and `end` is the aim. The window at work reaches from `start` to
    `until`; the next question is for `low` to `high`.
    """

    start: int
    end: int
    until: int
    low: int
    high: int
    page: int = 1
    mode: str = "unknown"  # "pages" or "narrow" once the server has shown what it knows
    ascending: bool | None = None  # the order of its answers, once one has shown it
    turned: bool = False  # the window is read upwards, after downwards


class Sweep:
    """Reads the requests of a period, window after window.

    Iterating gives an answer at a time; `kept()` then says where to go on once it is stored.
    `read_time` gives the instant of a field, None where it cannot be read.
    """

    def __init__(
        self,
        client: Client,
        axis: Axis,
        position: Position,
        read_time: Callable[[Any], datetime | None],
        *,
        page_size: int = 500,
        window_days: int = WINDOW_DAYS,
    ) -> None:
        self._client = client
        self._axis = axis
        self._position = position
        self._read_time = read_time
        self._page_size = page_size
        self._window_seconds = window_days * _DAY_SECONDS
        self._seen: set[str] = set()  # ids of the window at work
        self._first: list[Record] = []  # page 1, while the server's ways are unknown
        self._stepped_over: int | None = None
        self.crowded: list[datetime] = []  # seconds of which the server may have shown only a part

    @classmethod
    def over(
        cls, client: Client, axis: Axis, start: datetime, end: datetime, *rest: Any, **options: Any
    ) -> "Sweep":
        first, last = to_epoch(start), to_epoch(end)
        sweep = cls(client, axis, Position(first, last, last, first, last), *rest, **options)
        sweep._open_window(first)
        return sweep

    @classmethod
    def resume(
        cls, client: Client, axis: Axis, kept: Mapping[str, Any], *rest: Any, **options: Any
    ) -> "Sweep":
        """Goes on where it stood. Answers may have shifted meanwhile: one page is read again."""
        position = Position(**kept)
        position.page = max(1, position.page - 1) if position.mode == "pages" else 1
        return cls(client, axis, position, *rest, **options)

    @property
    def end(self) -> datetime:
        return from_epoch(self._position.end)

    def kept(self) -> dict[str, Any]:
        return asdict(self._position)

    def __iter__(self) -> Iterator[list[Record]]:
        """Raises PullError where an answer cannot be had or read."""
        position = self._position
        while position.start <= position.end:
            more = True
            while more:
                records = self._ask()
                more = self._advance(records)
                if not more:
                    # Windows touch: what lies within the second between them is in both.
                    is_last = position.until >= position.end
                    self._open_window(position.end + 1 if is_last else position.until)
                yield records

    def _open_window(self, start: int) -> None:
        position = self._position
        position.start = position.low = start
        position.until = position.high = min(position.end, start + self._window_seconds)
        position.page = 1
        position.turned = False
        self._seen = set()
        self._stepped_over = None

    def _ask(self) -> list[Record]:
        try:
            return self._answer()
        except PullError as error:
            refuses_pages = (
                error.status == HTTPStatus.BAD_REQUEST and self._position.mode == "unknown"
            )
            if error.status == HTTPStatus.NOT_FOUND and self._position.page > 1:
                return []
            if not refuses_pages:
                raise
        self._position.mode, self._position.page = "narrow", 1
        return self._answer()

    def _answer(self) -> list[Record]:
        position = self._position
        question = {
            self._axis.start: _written(position.low),
            self._axis.end: _written(position.high),
        }
        if position.mode != "narrow":
            question |= {"page": str(position.page), "page_size": str(self._page_size)}
        return parse_requests(self._client.get(question), self._client.shown(question))

    def _advance(self, records: list[Record]) -> bool:
        """Set the next question of this window; False where it is read to its end."""
        position = self._position
        ids = {str(record.get("service_request_id") or "") for record in records} - {""}
        fresh = ids - self._seen
        self._seen |= ids
        if position.mode == "unknown" and position.page == 1:
            self._first, position.page = records, 2
            return bool(records)
        if position.mode == "unknown" and records and not fresh:
            position.mode, position.page = "narrow", 1
            return self._narrow(self._first, has_fresh=True)
        if position.mode == "narrow":
            return self._narrow(records, has_fresh=bool(fresh))
        if not fresh:
            return False
        position.mode, position.page = "pages", position.page + 1
        return True

    def _narrow(self, records: list[Record], *, has_fresh: bool) -> bool:
        """Ask next for the part of the window that this answer may have left out."""
        position = self._position
        times = [self._read_time(record.get(self._axis.field)) for record in records]
        known = [to_epoch(time) for time in times if time is not None]
        if not records:
            return self._turn()
        if not known:
            return False
        if not has_fresh and (min(known) < position.low or max(known) > position.high):
            return False  # whatever is asked, the server says the same
        if self._stepped_over is not None:
            self.crowded.append(from_epoch(self._stepped_over))
        # Nothing fresh: this second fills an answer by itself, and hides what lies behind it.
        step = 0 if has_fresh else 1
        if known[0] != known[-1]:
            position.ascending = known == sorted(known)
        if position.turned if position.ascending is None else position.ascending:
            edge = max(known)
            position.low = max(position.low, edge + step)
        else:  # newest first, as the standard has it
            edge = min(known)
            position.high = min(position.high, edge - step)
        self._stepped_over = edge if step else None
        return position.low <= position.high

    def _turn(self) -> bool:
        """Where no answer has shown the server's order, what is behind the second that was stepped
        over may as well lie after it."""
        position = self._position
        if position.turned or position.ascending is not None or self._stepped_over is None:
            return False
        position.turned = True
        position.low, position.high = self._stepped_over + 1, position.until
        return position.low <= position.high


def _written(seconds: int) -> str:
    return from_epoch(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
