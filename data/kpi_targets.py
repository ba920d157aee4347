"""What the programme wants to reach: the optional table [kpi] of a city pack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Each key with the largest value it may have. Times are at most, all others at least.
TARGETS: dict[str, float] = {
    "response_median_hours": 8_760.0,
    "response_p90_hours": 8_760.0,
    "response_within_24_hours": 1.0,  # shares
    "response_within_7_days": 1.0,
    "on_time": 1.0,
    "units_as_predicted": 1.0,
    "mean_stars": 5.0,
    "satisfied": 1.0,
    "solved": 1.0,
    "registered_users": 1e9,  # people
    "active_users": 1e9,
    "first_time_reporters": 1e9,
}


def check_targets(said: Any, path: Path, error: type[ValueError]) -> None:
    """Raises `error` naming the file, the key, the value and what to write instead."""
    if not isinstance(said, dict):
        raise error(f"{path}: kpi {said!r} is not a table; write [kpi] and a target on each line")
    for key, value in said.items():
        if key not in TARGETS:
            raise error(f"{path}: [kpi] {key} is no target; write one of {', '.join(TARGETS)}")
        largest = TARGETS[key]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value <= largest:
            raise error(
                f"{path}: [kpi] {key} {value!r} is not a number over 0 and up to {largest:g}; "
                "mend it, or leave the line out"
            )


def read_targets(city: Mapping[str, Any]) -> dict[str, float]:
    """Targets by key, from city.toml as it was checked; those not set are left out."""
    return {key: float(value) for key, value in city.get("kpi", {}).items()}
