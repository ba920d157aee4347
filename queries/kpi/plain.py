"""The parts of the KPI page as plain values: for JSON, and as one long table."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from data.reference import District, Unit
from queries.kpi.model import Change, Indicator, Kpi, Point
from queries.kpi.services import TIMES, ServiceCurve
from queries.kpi.times import Hours
from queries.measured import Measured

COLUMNS = (
    "panel",
    "item",
    "name",
    "measure",
    "value",
    "low",
    "high",
    "n",
    "state",
)


def to_plain(found: Any) -> Any:
    """Dictionaries, lists, numbers, texts and None."""
    if isinstance(found, District):
        return {"code": found.code, "name": found.name}
    if isinstance(found, Unit):
        return {"code": found.code, "name": found.name, "kind": found.kind}
    if is_dataclass(found):
        plain = {one.name: to_plain(getattr(found, one.name)) for one in fields(found)}
        if isinstance(found, Indicator):
            plain["meets_target"] = found.meets_target
        return plain
    if isinstance(found, datetime | date):
        return found.isoformat()
    if isinstance(found, dict):
        return {key: to_plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [to_plain(one) for one in found]
    return found


Row = tuple[Any, ...]


def to_rows(name: str, found: Any) -> Iterator[Row]:
    """Rows of COLUMNS. What it is compared with is a measure of its own."""
    if isinstance(found, Kpi):
        yield from _kpi_rows(found)
    elif isinstance(found, Hours):
        yield from _hour_rows(name, found)
    elif name == "survival":
        for curve in found:
            yield from _curve_rows(name, curve)
    elif is_dataclass(found):
        for one in fields(found):
            yield from _rows(name, "", "", one.name, getattr(found, one.name))
    else:
        for one in found:
            yield from _item_rows(name, one)


def _hour_rows(panel: str, hours: Hours) -> Iterator[Row]:
    """Items are weekday and hour, such as 1-08 for Monday at eight; n are days."""
    for day, counts in enumerate(hours.counts):
        for hour, received in enumerate(counts):
            item = f"{day + 1}-{hour:02d}"
            yield (panel, item, "", "received", received, None, None, hours.days[day], "")


def _curve_rows(panel: str, curve: ServiceCurve) -> Iterator[Row]:
    yield _measured(panel, curve.code, curve.name, "median", curve.median)
    for place, seconds in enumerate(TIMES):
        value, low, high = (side[place] for side in (curve.waiting, curve.low, curve.high))
        measure = f"waiting_after_{seconds}_s"
        yield (panel, curve.code, curve.name, measure, value, low, high, curve.n, "")


def _kpi_rows(kpi: Kpi) -> Iterator[Row]:
    for one in kpi.indicators:
        yield _measured(kpi.code, one.code, "", "now", one.now)
        yield _number(kpi.code, one.code, "", "target", one.target)
        for word, change in (("before", one.before), ("year", one.year)):
            if change is not None:
                yield from _change_rows(kpi.code, one.code, "", word, change)
    for point in kpi.trend:
        yield _point(kpi.code, point)
    for key, value in kpi.maturity.items():
        yield _number(kpi.code, "maturity", "", key, value)


def _rows(panel: str, item: str, name: str, measure: str, value: Any) -> Iterator[Row]:
    if isinstance(value, Measured):
        yield _measured(panel, item, name, measure, value)
    elif isinstance(value, Change):
        yield from _change_rows(panel, item, name, measure, value)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            if is_dataclass(one):
                yield from _item_rows(panel, one, measure)
            else:
                yield from _rows(panel, item, name, f"{measure}_{place}", one)
    elif is_dataclass(value) and not isinstance(value, District | Unit):
        for one in fields(value):
            yield from _rows(panel, item, name, f"{measure}.{one.name}", getattr(value, one.name))
    elif not isinstance(value, District | Unit):
        yield _number(panel, item, name, measure, value)


_NAMING = ("code", "name", "unit", "year", "month", "parent", "from_days", "to_days")


def _item_rows(panel: str, one: Any, prefix: str = "") -> Iterator[Row]:
    if isinstance(one, District):
        yield (panel, one.code, one.name, prefix, None, None, None, None, "")
        return
    unit = getattr(one, "unit", None)
    if isinstance(unit, Unit):
        item, name = unit.code, unit.name
    elif hasattr(one, "month"):
        item, name = f"{one.year}-{one.month:02d}", ""
    elif hasattr(one, "from_days"):
        item, name = f"{one.from_days}-{one.to_days or ''}", "days"
    else:
        item, name = getattr(one, "code", ""), getattr(one, "name", "")
    for field in fields(one):
        if field.name not in _NAMING:
            measure = f"{prefix}.{field.name}" if prefix not in ("", "rows") else field.name
            yield from _rows(panel, item, name, measure, getattr(one, field.name))


def _measured(panel: str, item: str, name: str, measure: str, value: Measured) -> Row:
    return (panel, item, name, measure, value.value, value.low, value.high, value.n, value.state)


def _change_rows(panel: str, item: str, name: str, measure: str, change: Change) -> Iterator[Row]:
    yield _measured(panel, item, name, f"{measure}.was", change.was)
    yield (panel, item, name, f"{measure}.change", change.change, change.low, change.high, None, "")


def _point(panel: str, point: Point) -> Row:
    item = point.start.isoformat()
    return _measured(panel, item, point.end.isoformat(), "trend", point.value)


def _number(panel: str, item: str, name: str, measure: str, value: Any) -> Row:
    if isinstance(value, datetime | date):
        value = value.isoformat()
    return (panel, item, name, measure, value, None, None, None, "")
