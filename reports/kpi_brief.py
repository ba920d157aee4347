"""The governor's brief: the four KPIs of a period and where it got worse, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.i18n import use_language
from reports.kpi_brief_page import page_values
from reports.typesetting import typeset


@dataclass(frozen=True)
class Shift:
    """A change against an earlier period, with 95% bounds where there are any."""

    change: float | None
    low: float | None
    high: float | None
    was: float | None


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
    """A KPI: its headline first; the trend is the headline's, None where it is not known."""

    code: str
    figures: tuple[Figure, ...]
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Fall:
    """A district or service that is surely answered later: its share within 24 h, and by how"
    " much."""

    name: str
    value: float | None
    n: int
    change: float | None


@dataclass(frozen=True)
class KpiBrief:
    city: str
    sentence: str
    seen_at: datetime
    zone_abbreviation: str
    panels: tuple[Panel, ...]
    districts: tuple[Fall, ...] = ()
    services: tuple[Fall, ...] = ()
    received: int | None = None
    open: int | None = None


def kpi_brief_pdf(brief: KpiBrief, language: str) -> bytes:
    """One A4 page. The same brief gives the same bytes."""
    with use_language(language):
        values = page_values(brief)
    return typeset("kpi_brief", values, at=brief.seen_at)


def brief_of(report: Mapping[str, Any], zone_abbreviation: str = "") -> KpiBrief:
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
    )


def _panel(found: Mapping[str, Any]) -> Panel:
    trend = tuple(point["value"]["value"] for point in found["trend"] if point["is_whole"])
    return Panel(found["code"], tuple(_figure(one) for one in found["indicators"]), trend)


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
    return Shift(found["change"], found["low"], found["high"], found["was"]["value"])


def _falls(found: Mapping[str, Any] | None) -> tuple[Fall, ...]:
    rows: Sequence[Mapping[str, Any]] = (found or {}).get("worse", ())
    return tuple(
        Fall(row["name"], row["now"]["value"], row["now"]["n"], row["change"]["change"])
        for row in rows
    )
