"""A number that was measured: its value, how sure it is, and what it rests on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A value, its 95% bounds, the cases it rests on, and whether that is enough.

    Durations in seconds, shares 0 to 1. `state` is 'none' (n is 0), 'too_few' (n is under what
    is enough; the value, if there is one, is shown and not ranked), 'not_reached' (a quantile
    later than all that was seen: value None; low may be known), 'nothing_expected' (a ratio to
    nothing: value None) or 'ok'.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    state: str

    @property
    def is_known(self) -> bool:
        return self.value is not None


NOTHING = Measured(None, None, None, 0, "none")


def state_of(n: int, is_unknown: bool, enough: int, unknown: str = "not_reached") -> str:
    if n == 0:
        return "none"
    if n < enough:
        return "too_few"
    return unknown if is_unknown else "ok"
