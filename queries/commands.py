"""`flask stats`: the numbers of the pages, without a browser."""

import csv
import io
import json
import math
from datetime import date, datetime
from typing import Any

import click
import pandas as pd
from flask import Flask
from flask.cli import AppGroup

from data.reference import CityMissing
from data.store import current_store
from queries.filters import ComplaintFilter, FilterError
from queries.measures import CLOCKS, GROUPINGS, duration_summary

_HOUR = 3600.0
_COUNTS = ("n", "events", "censored")
_HOURS = {
    "median_hours": "median_seconds",
    "p90_hours": "p90_seconds",
    "median_low": "median_low",
    "median_high": "median_high",
}
_FIELDS = ("key", "name", *_COUNTS, *_HOURS, "due", "on_time", "on_time_share")

stats = AppGroup("stats", help="The numbers of the pages, without a browser.")


def init_app(app: Flask) -> None:
    app.cli.add_command(stats)


def _instant(_context: Any, _option: Any, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not like 2026-10-31T00:00:00+07:00") from None
    if instant.tzinfo is None:
        zone = current_store().reference().city.time_zone
        instant = instant.replace(tzinfo=zone)
    return instant


def _date(_context: Any, _option: Any, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date like 2026-10-31") from None


@stats.command("response-times")
@click.option("--by", required=True, type=click.Choice(GROUPINGS))
@click.option("--level", help="Level of the districts; the lowest unless given.")
@click.option("--measure", type=click.Choice(CLOCKS), default="response", show_default=True)
@click.option("--start", callback=_date, help="First local date on which received.")
@click.option("--end", callback=_date, help="Local date after the last.")
@click.option("--as-of", callback=_instant, help="Instant from which one looks; now unless given.")
@click.option("--service", "services", multiple=True, help="Service code; may be repeated.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--language", help="Of the names; the city's first unless given.")
def response_times(
    by: str,
    level: str | None,
    measure: str,
    start: date | None,
    end: date | None,
    as_of: datetime | None,
    services: tuple[str, ...],
    form: str,
    language: str | None,
) -> None:
    """Kaplan-Meier median and 90th percentile, and promises kept, per group.

    Times are in hours; median_low and median_high bound the median with 95%. An empty field
    (null in JSON) means "not reached".
    """
    try:
        cohort = ComplaintFilter(start=start, end=end, as_of=as_of, services=services)
        summary = duration_summary(
            current_store(), cohort, by=by, measure=measure, level=level, language=language
        )
    except (FilterError, CityMissing, ValueError) as error:
        raise click.ClickException(str(error)) from None
    rows = [_row(str(key), summary.loc[key]) for key in summary.index]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if form == "json" else _csv(rows))


def _row(key: str, values: "pd.Series[Any]") -> dict[str, Any]:
    hours = {field: _rounded(values[column] / _HOUR) for field, column in _HOURS.items()}
    return {
        "key": key,
        "name": values["name"],
        **{field: int(values[field]) for field in _COUNTS},
        **hours,
        "due": int(values["due"]),
        "on_time": int(values["on_time"]),
        "on_time_share": _rounded(values["on_time_share"]),
    }


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 6)


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, _FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")
