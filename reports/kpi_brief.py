"""The governor's brief: the four KPIs of a period and where it got worse, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.i18n import use_language
from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.panels import KPIS
from queries.kpi.report import kpi_report
from reports.kpi_brief_page import page_values
from reports.typesetting import typeset


@dataclass(frozen=True)
class Shift:
    """A change against an earlier period, with 95% bounds where there are any.

    `is_sure`: they exclude zero, and neither value rests on too few.
    """

    change: float | None
    low: float | None
    high: float | None
    was: float | None
    is_sure: bool = False


@dataclass(frozen=True)
class Figure:
    """`unit` is seconds, share, stars or count; `better` lower or higher."""

    code: str
    unit: str
    better: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    state: str
    target: float | None = None
    meets_target: bool | None = None
    before: Shift | None = None
    year: Shift | None = None


@dataclass(frozen=True)
class Panel:
    """A KPI: its headline first; the trend is the headline's, None where it is not known.

    `maturity` is how much is still to come, and what else was counted, by name.
    """

    code: str
    figures: tuple[Figure, ...]
    trend: tuple[float | None, ...] = ()
    maturity: Mapping[str, Any] = field(default_factory=dict)
    step: str = ""  # of the trend: 'week' or 'month'
    since: date | None = None  # when it begins


@dataclass(frozen=True)
class Fall:
    """A district or service whose share answered within 24 hours surely fell, and by how much."""

    name: str
    value: float | None
    n: int
    change: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class KpiBrief:
    city: str
    sentence: str
    seen_at: datetime
    zone_abbreviation: str
    panels: tuple[Panel, ...]
    districts: tuple[Fall, ...] | None = ()  # None: there is nothing to compare with
    services: tuple[Fall, ...] | None = ()
    received: int | None = None
    open: int | None = None
    is_demo: bool = False


def kpi_brief_pdf(brief: KpiBrief, language: str) -> bytes:
    """One A4 page. The same brief gives the same bytes."""
    with use_language(language):
        values = page_values(brief)
    return typeset("kpi_brief", values, at=brief.seen_at)


def make_kpi_brief(store: Store, complaint_filter: ComplaintFilter, language: str) -> bytes:
    """Of what the filter selects, with the numbers of `kpi_report`. Raises FilterError."""
    report = kpi_report(store, complaint_filter, language, (*KPIS, "worse"))
    city = store.reference().city
    return kpi_brief_pdf(brief_of(report, city.zone_abbreviation, is_demo=city.demo), language)


def brief_of(
    report: Mapping[str, Any], zone_abbreviation: str = "", *, is_demo: bool = False
) -> KpiBrief:
    """From the plain values that `queries.kpi.report.kpi_report` answers."""
    kpis, worse = report["kpis"], report["details"].get("worse") or {}
    maturity = kpis.get("response", {}).get("maturity", {})
    seen_at = datetime.fromisoformat(report["seen_at"])
    return KpiBrief(
        city=report["city"],
        sentence=report["sentence"],
        seen_at=seen_at.astimezone(ZoneInfo(report["time_zone"])),
        zone_abbreviation=zone_abbreviation,
        panels=tuple(_panel(found) for found in kpis.values()),
        districts=_falls(worse.get("districts")),
        services=_falls(worse.get("services")),
        received=maturity.get("received"),
        open=maturity.get("open"),
        is_demo=is_demo,
    )


def _panel(found: Mapping[str, Any]) -> Panel:
    points = [point for point in found["trend"] if point["is_whole"]]
    trend = tuple(point["value"]["value"] for point in points)
    since = date.fromisoformat(points[0]["start"]) if points else None
    figures = tuple(_figure(one) for one in found["indicators"])
    return Panel(found["code"], figures, trend, found["maturity"], found["step"], since)


def _figure(found: Mapping[str, Any]) -> Figure:
    now = found["now"]
    return Figure(
        code=found["code"],
        unit=found["unit"],
        better=found["better"],
        value=now["value"],
        low=now["low"],
        high=now["high"],
        n=now["n"],
        state=now["state"],
        target=found["target"],
        meets_target=found["meets_target"],
        before=_shift(found["before"]),
        year=_shift(found["year"]),
    )


def _shift(found: Mapping[str, Any] | None) -> Shift | None:
    if found is None:
        return None
    return Shift(
        found["change"], found["low"], found["high"], found["was"]["value"], found["is_sure"]
    )


def _falls(found: Mapping[str, Any] | None) -> tuple[Fall, ...] | None:
    if found is None:
        return None
    rows: Sequence[Mapping[str, Any]] = found["worse"]
    return tuple(
        Fall(
            row["name"],
            row["now"]["value"],
            row["now"]["n"],
            *(row["change"][part] for part in ("change", "low", "high")),
        )
        for row in rows
    )
