"""What complaints are counted by."""

CLOCKS = ("response", "resolution")
PLAIN = (
    "service_id",
    "status",
    "channel_id",
    "unit_id",
    "district_id",
    "x",
    "y",
    "day",
    "rating",
    "is_repeat",
)
_CLOCK_PARTS = ("outcome", "bin", "open_minute", "sla")

# Whether a complaint has a district; else whether it has coordinates at all.
PLACE_DISTRICT, PLACE_OUTSIDE, PLACE_UNKNOWN = 0, 1, 2
# The states of a promise at the instant from which one looks.
SLA_NONE, SLA_NOT_DUE, SLA_MET, SLA_MISSED = 0, 1, 2, 3


def split_axis(name: str) -> tuple[str, str]:
    """The clock and the part of an axis such as `response_bin`. Raises ValueError for others."""
    clock, _, part = name.partition("_")
    if clock not in CLOCKS or part not in _CLOCK_PARTS:
        raise ValueError(f"axis {name!r} is not one that complaints are counted by")
    return clock, part


def moves_with_time(name: str) -> bool:
    """Whether counts along this axis change though nothing happens."""
    return name == "overdue" or name.endswith("_sla")
