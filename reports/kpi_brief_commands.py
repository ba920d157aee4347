"""`flask kpi brief`: the governor's page as a file, and `flask kpi follow`: one each day."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from data.i18n import languages
from data.layers.remote_commands import stop_when_ended
from data.reference import CityMissing
from data.store import Store, current_store
from queries.filters import ComplaintFilter, FilterError
from queries.views import local_today
from reports.kpi_brief import make_kpi_brief
from reports.kpi_brief_follow import DAYS, BriefKeeper, write_day_brief, write_day_briefs

_DATE = click.DateTime(["%Y-%m-%d"])
_FOLDER = "briefs"  # of PANTAU_VAR
brief_hour = click.option(
    "--brief-at",
    "at",
    type=click.DateTime(["%H:%M"]),
    default="05:00",
    envvar="PANTAU_BRIEF_AT",
    show_default=True,
    help="Local time from which each day's brief is seen, and at which it is made.",
)


def init_app(app: Flask) -> None:
    group = app.cli.commands.get("kpi")
    if not isinstance(group, click.Group):
        group = AppGroup("kpi", help="The programme's key figures.")
        app.cli.add_command(group)
    group.add_command(brief_command)
    group.add_command(follow_command)


def briefs_folder() -> Path:
    folder: Path = current_app.config["PANTAU"].var / _FOLDER
    return folder


def brief_keeper(at: datetime) -> BriefKeeper:
    return BriefKeeper(current_store(), briefs_folder(), at.time(), tell=_tell)


def _tell(line: str) -> None:
    click.echo(f"brief: {line}", err=True)


@click.command("follow")
@brief_hour
@with_appcontext
def follow_command(at: datetime) -> None:
    """Write each day's brief until stopped; `flask follow` does so, too."""
    brief_keeper(at).run(stop_when_ended())


@click.command("brief")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="[with --day: var/briefs/…]"
)
@click.option("--start", type=_DATE, help=f"First local date. [{DAYS} days before the end]")
@click.option("--end", type=_DATE, help="Local date after the last. [today]")
@click.option("--day", type=_DATE, help="The daily brief of a local date, as it stood then.")
@brief_hour
@click.option("--language", type=click.Choice(languages()), help="[the first; all with --day]")
@click.option("--service", "services", multiple=True, help="Service code; may be repeated.")
@click.option("--district", "districts", multiple=True, help="District code; may be repeated.")
@with_appcontext
def brief_command(
    out: Path | None,
    start: datetime | None,
    end: datetime | None,
    day: datetime | None,
    at: datetime,
    language: str | None,
    services: tuple[str, ...],
    districts: tuple[str, ...],
) -> None:
    """Write the KPIs of a period as a PDF of one page."""
    store = current_store()
    try:
        if day is not None:
            if out or start or end or services or districts:
                raise ValueError("--day has a period, a place and a file of its own; give it alone")
            paths = (
                [write_day_brief(store, briefs_folder(), day.date(), at.time(), language)]
                if language
                else write_day_briefs(store, briefs_folder(), day.date(), at.time())
            )
        else:
            if out is None:
                raise ValueError("--out is missing; name the file to write, or a --day")
            spoken = language or store.reference().city.languages[0]
            out.write_bytes(_brief(store, start, end, services, districts, spoken))
            paths = [out]
    except (CityMissing, FilterError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    for path in paths:
        click.echo(f"{path}: {path.stat().st_size:,} bytes")


def _brief(
    store: Store,
    start: datetime | None,
    end: datetime | None,
    services: tuple[str, ...],
    districts: tuple[str, ...],
    language: str,
) -> bytes:
    last = end.date() if end else local_today(store)
    first = start.date() if start else last - timedelta(days=DAYS)
    wanted = ComplaintFilter(start=first, end=last, services=services, districts=districts)
    return make_kpi_brief(store, wanted, language)
