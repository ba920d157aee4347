"""The time before and in a period, in parts: weeks for short periods, months for long ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.instants import date_of, day_of
from data.store import Store
from queries.comparison import records_begin
from queries.kpi.model import Point, Window
from queries.measured import Measured
from queries.views import local_today

_WEEKS, _MONTHS = 13, 24
_SHORT = 100  # days; a longer period is told in months


@dataclass(frozen=True)
class Parts:
    """Consecutive parts of the time, oldest first: `limits` has one day more than parts."""

    step: str  # 'week' or 'month'
    limits: tuple[int, ...]  # local dates as running numbers
    began: int  # the day on which records begin
    today: int  # the day that is not over yet

    def __len__(self) -> int:
        return len(self.limits) - 1

    @property
    def window(self) -> tuple[date, date]:
        return date_of(self.limits[0]), date_of(self.limits[-1])

    def of(self, days: NDArray[Any]) -> NDArray[Any]:
        """The part of each day, -1 for those in none."""
        place = np.searchsorted(np.asarray(self.limits), days, side="right") - 1
        return np.where(place < len(self), place, -1)

    def points(self, values: list[Measured]) -> tuple[Point, ...]:
        return tuple(
            Point(
                date_of(start),
                date_of(end),
                value,
                self._is_whole(start, end),
            )
            for start, end, value in zip(self.limits[:-1], self.limits[1:], values, strict=True)
            if end > self.began
        )

    def _is_whole(self, start: int, end: int) -> bool:
        if start < self.began or end > self.today:
            return False
        return self.step == "week" or date_of(end).day == 1


def trend_parts(store: Store, window: Window, *, by_month: bool = False) -> Parts:
    """13 weeks or 24 months up to the end of the period, as far as records reach back.

    `by_month`: what a week has too few cases for.
    """
    today = local_today(store)
    seen = window.seen_at.astimezone(store.reference().city.time_zone).date()
    last = min(window.end or today + timedelta(days=1), seen + timedelta(days=1))
    began = records_begin(store) or last
    is_short = not by_month and window.start is not None and (last - window.start).days <= _SHORT
    limits = _weeks(last) if is_short else _months(last)
    first = max((place for place, day in enumerate(limits) if day <= began), default=0)
    first = min(first, len(limits) - 2)
    return Parts(
        "week" if is_short else "month",
        tuple(day_of(day) for day in limits[first:]),
        day_of(began),
        day_of(seen),
    )


def _weeks(last: date) -> list[date]:
    return [last - timedelta(days=7 * back) for back in range(_WEEKS, -1, -1)]


def _months(last: date) -> list[date]:
    month = (last - timedelta(days=1)).replace(day=1)
    found = [month]
    for _ in range(_MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return [*reversed(found), last]
