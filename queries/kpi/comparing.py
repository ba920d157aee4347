"""One measure, taken of the period chosen and of those it is compared with."""

from collections.abc import Callable, Mapping

from data.store import Store
from queries.kpi.model import Indicator, Scope, Window, change_between
from queries.measured import Measured

_HOUR = 3600.0


def indicators(
    store: Store,
    scope: Scope,
    units: Mapping[str, tuple[str, str, str | None]],
    measure: Callable[[Window], Mapping[str, Measured]],
) -> tuple[Indicator, ...]:
    """One for each of `units`: {code: (unit, which way is better, key of the target)}."""
    now = measure(scope.now)
    before = measure(scope.before) if scope.before else None
    year = measure(scope.year) if scope.year else None
    targets = store.reference().city.targets
    return tuple(
        Indicator(
            code,
            unit,
            now[code],
            better,
            target=_target(targets, key),
            before=None if before is None else change_between(now[code], before[code]),
            year=None if year is None else change_between(now[code], year[code]),
        )
        for code, (unit, better, key) in units.items()
    )


def _target(targets: Mapping[str, float], key: str | None) -> float | None:
    """In the indicator's own unit: seconds for hours."""
    if key is None or key not in targets:
        return None
    return targets[key] * _HOUR if key.endswith("_hours") and "within" not in key else targets[key]
