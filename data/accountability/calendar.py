"""Working time: the seconds in which a city's offices are open.

An instant is working time when the clock on the wall then shows an hour of that weekday and the
date is no holiday. So an hour that the clocks skip is no working time, and one that they show twice
counts twice. Instants are whole UTC seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_DAY = 86_400
_BLOCK = 400 * _DAY
_KEPT = 64  # blocks; some seventy years
_EPOCH = date(1970, 1, 1)
_THURSDAY = 3  # the weekday of that date

Hours = tuple[tuple[int, int], ...]  # from and until, seconds of the local day


@dataclass(frozen=True)
class _Block:
    """The stretches of working time of 400 days; `sums` has the seconds up to each one's end."""

    starts: list[int]
    ends: list[int]
    sums: list[int]

    def before(self, at: int) -> int:
        """Working seconds from the block's start until the instant."""
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        return self.sums[place] - max(self.ends[place] - at, 0)

    @property
    def total(self) -> int:
        return self.sums[-1] if self.sums else 0


class WorkingCalendar:
    """The working hours of a city, Monday first, and its holidays; threads may share it."""

    def __init__(
        self, id: int, zone: ZoneInfo, hours: tuple[Hours, ...], holidays: frozenset[date]
    ) -> None:
        self.id = id
        self.zone = zone
        self.hours = hours
        self.holidays = holidays
        self._blocks: dict[int, _Block] = {}

    @classmethod
    def from_content(cls, id: int, content: Mapping[str, Any]) -> "WorkingCalendar":
        """From the JSON that `data.accountability.calendar_rules` makes."""
        return cls(
            id,
            ZoneInfo(content["time_zone"]),
            tuple(tuple((start, end) for start, end in day) for day in content["hours"]),
            frozenset(map(date.fromisoformat, content["holidays"])),
        )

    def add(self, start: int, seconds: int) -> int:
        """The first instant by which so many working seconds have passed; `start` for none."""
        if seconds <= 0:
            return start
        number = start // _BLOCK
        left = seconds + self._block(number).before(start)
        while left > self._block(number).total:
            left -= self._block(number).total
            number += 1
        block = self._block(number)
        place = bisect_left(block.sums, left)
        return block.ends[place] - (block.sums[place] - left)

    def between(self, start: int, end: int) -> int:
        """Working seconds from `start` until `end`; 0 where they are in the other order."""
        if end <= start:
            return 0
        first, last = start // _BLOCK, end // _BLOCK
        whole = sum(self._block(number).total for number in range(first, last))
        return whole + self._block(last).before(end) - self._block(first).before(start)

    def is_working_day(self, day: date) -> bool:
        """Whether the offices open on a local date."""
        return bool(self.hours[day.weekday()]) and day not in self.holidays

    def add_days(self, day: date, working_days: int) -> date:
        """The last of so many working days after a local date; that date itself for none."""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return day

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) >= _KEPT:
                self._blocks.clear()
            block = self._blocks[number] = self._make_block(number * _BLOCK)
        return block

    def _make_block(self, first: int) -> _Block:
        block, total = _Block([], [], []), 0
        for start, end, offset in _steady(self.zone, first, first + _BLOCK):
            for opens, closes in self._open(start, end, offset):
                total += closes - opens
                block.starts.append(opens)
                block.ends.append(closes)
                block.sums.append(total)
        return block

    def _open(self, start: int, end: int, offset: int) -> Iterator[tuple[int, int]]:
        """Working stretches while local time is UTC plus `offset` seconds."""
        for day in range((start + offset) // _DAY, (end - 1 + offset) // _DAY + 1):
            if _EPOCH + timedelta(days=day) in self.holidays:
                continue
            midnight = day * _DAY - offset
            for opens, closes in self.hours[(day + _THURSDAY) % 7]:
                opens, closes = max(midnight + opens, start), min(midnight + closes, end)
                if opens < closes:
                    yield opens, closes


def _steady(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The stretches in which the clocks are not changed: start, end and offset, in seconds."""
    offset = _offset(zone, start)
    at = start
    while at < end:
        ahead = min(at + _DAY, end)
        if _offset(zone, ahead) != offset:
            change = _first_change(zone, at, ahead)
            yield start, change, offset
            start, offset = change, _offset(zone, change)
            ahead = change
        at = ahead
    if start < end:
        yield start, end, offset


def _first_change(zone: ZoneInfo, before: int, after: int) -> int:
    """The second at which the offset becomes another."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
