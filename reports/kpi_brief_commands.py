"""`flask kpi brief`: the governor's page as a file."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from data.i18n import languages
from data.reference import CityMissing
from data.store import current_store
from queries.filters import ComplaintFilter, FilterError
from queries.kpi.panels import KPIS
from queries.kpi.report import kpi_report
from queries.views import local_today
from reports.kpi_brief import brief_of, kpi_brief_pdf

_DAYS = 30
_DATE = click.DateTime(["%Y-%m-%d"])


def init_app(app: Flask) -> None:
    group = app.cli.commands.get("kpi")
    if not isinstance(group, click.Group):
        group = AppGroup("kpi", help="The programme's key figures.")
        app.cli.add_command(group)
    group.add_command(brief_command)


@click.command("brief")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--start", type=_DATE, help=f"First local date. [{_DAYS} days before the end]")
@click.option("--end", type=_DATE, help="Local date after the last. [today]")
@click.option("--language", type=click.Choice(languages()), help="[the city's first]")
@click.option("--service", "services", multiple=True, help="Service code; may be repeated.")
@click.option("--district", "districts", multiple=True, help="District code; may be repeated.")
@with_appcontext
def brief_command(
    out: Path,
    start: datetime | None,
    end: datetime | None,
    language: str | None,
    services: tuple[str, ...],
    districts: tuple[str, ...],
) -> None:
    """Write the KPIs of a period as a PDF of one page."""
    store = current_store()
    try:
        city = store.reference().city
        language = language or city.languages[0]
        last = end.date() if end else local_today(store)
        first = start.date() if start else last - timedelta(days=_DAYS)
        cohort = ComplaintFilter(start=first, end=last, services=services, districts=districts)
        report = kpi_report(store, cohort, language, (*KPIS, "worse"))
    except (CityMissing, FilterError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    out.write_bytes(kpi_brief_pdf(brief_of(report, city.zone_abbreviation), language))
    click.echo(f"{out}: {out.stat().st_size:,} bytes")
