"""What a KPI comes to: values that the page, the interface and a document show alike."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from queries.layers.intervals import difference_interval
from queries.measured import Measured, state_of
from queries.measures import MIN_RANKED


def measured(value: Any, low: Any, high: Any, n: Any) -> Measured:
    """From floats that are NaN where there is none."""
    n = int(n)
    known = _finite(value) if n else None
    state = state_of(n, known is None, MIN_RANKED)
    return Measured(known, _finite(low), _finite(high), n, state)


def counted(n: int) -> Measured:
    """A count, which is exact."""
    return Measured(float(n), None, None, n, "ok")


def _finite(number: Any) -> float | None:
    return None if number is None or not np.isfinite(number) else float(number)


@dataclass(frozen=True)
class Window:
    """Local dates, `end` exclusive, None where they are open; and the instant one looks from."""

    start: date | None
    end: date | None
    seen_at: datetime


@dataclass(frozen=True)
class Scope:
    """The period chosen and those it is compared with, each seen as many days after."""

    now: Window
    before: Window | None
    year: Window | None
    why_not: str | None  # 'unbounded', 'status' or 'records': why one of them is missing


@dataclass(frozen=True)
class Change:
    """A value less an earlier one, with 95% bounds where both have them.

    `is_sure` says that the bounds exclude zero, and that neither rests on too few.
    """

    was: Measured
    change: float | None
    low: float | None
    high: float | None
    is_sure: bool = False


def change_between(now: Measured, was: Measured) -> Change:
    """Bounds by MOVER (see `difference_interval`); None where either has no value."""
    if now.value is None or was.value is None:
        return Change(was, None, None, None)
    low = high = None
    bounds = (now.low, now.high, was.low, was.high)
    if None not in bounds:
        low, high = difference_interval(
            now.value,
            (now.low, now.high),
            was.value,
            (was.low, was.high),
        )
    low, high = _finite(low), _finite(high)
    is_sure = low is not None and high is not None and (low > 0 or high < 0)
    are_many = now.state == was.state == "ok"
    return Change(was, now.value - was.value, low, high, is_sure and are_many)


@dataclass(frozen=True)
class Point:
    """A value of a part of the time: a day, a week or a month."""

    start: date
    end: date  # exclusive
    value: Measured
    is_whole: bool = True  # False: it is not over yet, or records do not reach back over it


@dataclass(frozen=True)
class Indicator:
    """One number of a KPI. `unit` is 'seconds', 'share', 'stars' or 'count'."""

    code: str
    unit: str
    now: Measured
    better: str  # 'lower' or 'higher'
    target: float | None = None
    before: Change | None = None
    year: Change | None = None

    @property
    def meets_target(self) -> bool | None:
        """None where there is no target, or too few to tell; never reached is not met."""
        if self.target is None or self.now.state in ("none", "too_few"):
            return None
        if self.now.value is None:
            return False
        if self.better == "lower":
            return self.now.value <= self.target
        return self.now.value >= self.target


@dataclass(frozen=True)
class Kpi:
    """The headline first, then what belongs to it; the trend is the headline's."""

    code: str  # 'response', 'officers', 'satisfaction', 'users'
    indicators: tuple[Indicator, ...]
    trend: tuple[Point, ...]
    step: str  # of the trend: 'day', 'week' or 'month'
    maturity: dict[str, Any] = field(default_factory=dict)  # what is still to come, by name

    @property
    def headline(self) -> Indicator:
        return self.indicators[0]
