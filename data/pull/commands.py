"""`flask complaints pull` and `flask complaints sources`."""

import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask, current_app

from data.imports.adapting import adapt
from data.imports.commands import complaints
from data.imports.preset import PresetError, load_preset
from data.pull.client import Client, PullError
from data.pull.run import PullOptions, PullReport, pull
from data.pull.state import list_states
from data.pull.sweep import WINDOW_DAYS
from data.store import current_store

_SOURCE_LENGTH = 64
_REASONS_SHOWN = 5


def init_app(app: Flask) -> None:
    if complaints.name not in app.cli.commands:
        app.cli.add_command(complaints)


@complaints.command("pull")
@click.argument("url")
@click.option("--channel", help="Code of the channel that its complaints came through.")
@click.option("--source", help="Its name here; the server's own where not given.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day of a first pull, UTC.")
@click.option("--preset", "preset_name", default="open311", show_default=True)
@click.option("--services", type=click.Path(path_type=Path), help="CSV of words and codes.")
@click.option("--fallback-service", help="Code for services that nobody knows.")
@click.option("--jurisdiction", help="jurisdiction_id, where the server wants one.")
@click.option("--api-key", envvar="PANTAU_PULL_API_KEY", help="Where reading needs a key.")
@click.option("--format", "form", type=click.Choice(["json", "xml"]), default="json")
@click.option("--pace", type=click.FloatRange(min=0), default=1.0, help="Seconds per request.")
@click.option("--page-size", type=click.IntRange(1, 10_000), default=500, show_default=True)
@click.option("--window-days", type=click.IntRange(1, WINDOW_DAYS), default=WINDOW_DAYS)
@click.option("--follow-days", type=click.IntRange(min=0), default=WINDOW_DAYS)
@click.option("--reread", is_flag=True, help="Read the last --follow-days again.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False))
def pull_command(
    url: str,
    channel: str | None,
    source: str | None,
    since: datetime | None,
    preset_name: str,
    services: Path | None,
    fallback_service: str | None,
    jurisdiction: str | None,
    api_key: str | None,
    form: str,
    pace: float,
    page_size: int,
    window_days: int,
    follow_days: int,
    reread: bool,
    rejects: Path | None,
) -> None:
    """Store what the Open311 server at URL has received, and follow what it changes.

    Say it again whenever you like: it goes on where it stopped.
    """
    store = current_store()
    try:
        client = Client(
            url,
            form=form,
            parameters={"jurisdiction_id": jurisdiction} if jurisdiction else {},
            api_key=api_key,
            pace_seconds=pace,
        )
        preset = adapt(
            load_preset(preset_name),
            store.reference(),
            channel=channel,
            services=services,
            fallback_service=fallback_service,
            source=source or source_of(client.address, jurisdiction),
        )
        options = PullOptions(
            since=since.replace(tzinfo=UTC) if since else None,
            overlap=timedelta(hours=6),
            follow_days=follow_days,
            window_days=window_days,
            page_size=page_size,
            reread=reread,
        )
        path = rejects or current_app.config["PANTAU"].var / f"{_file_name(preset.source)}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        report = pull(store, client, preset, options, rejects=path, on_answer=_show)
    except (PresetError, PullError) as error:
        raise click.ClickException(str(error)) from error
    for line in describe(report):
        click.echo(line)


@complaints.command("sources")
def sources_command() -> None:
    """Show the servers that are pulled, and how far each has been read."""
    for state in list_states(current_store()):
        through = state.received_through
        reach = f"{through:%Y-%m-%d %H:%M} UTC" if through else "not read to an end yet"
        click.echo(f"{state.source}\t{state.address}\t{reach}\t{state.last_error or ''}".rstrip())


def describe(report: PullReport) -> list[str]:
    """The counts, a line each, and the reasons that were given most often."""
    through = report.received_through
    lines = [
        f"read                  {report.read:>9,}  in {report.requests:,} requests",
        f"stored                {report.stored:>9,}",
        f"brought up to date    {report.updated:>9,}",
        f"refused               {report.refused:>9,}  {report.rejects or ''}".rstrip(),
    ]
    often = sorted(report.reasons.items(), key=lambda item: -item[1])[:_REASONS_SHOWN]
    lines += [f"  {count:,} times: {reason}" for reason, count in often]
    for at in report.crowded[:_REASONS_SHOWN]:
        lines.append(
            f"{at:%Y-%m-%d %H:%M:%S} UTC fills an answer of this server by itself: "
            "what else it received in that second it does not show"
        )
    if through is not None:
        lines.append(f"all that was received up to {through:%Y-%m-%d %H:%M} UTC is here")
    return lines


def source_of(address: str, jurisdiction: str | None) -> str:
    """What tells the complaints of this server from those of others; at most 64 characters."""
    parts = urlsplit(address)
    folder = parts.path.rpartition("/")[0]
    name = f"{parts.netloc}{folder}" + (f"#{jurisdiction}" if jurisdiction else "")
    if len(name) <= _SOURCE_LENGTH:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _SOURCE_LENGTH - 9]}~{digest}"


def _file_name(source: str) -> str:
    safe = "".join(c if c.isalnum() or c in ".-" else "-" for c in source)
    return f"pull-{safe}.rejects"


def _show(report: PullReport) -> None:
    print(f"read {report.read:,}, stored {report.stored:,}", file=sys.stderr, flush=True)
