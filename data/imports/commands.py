"""`flask complaints import`: old data in."""

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from data.collector import without_collector
from data.imports.adapting import adapt
from data.imports.mapping import MissingColumns
from data.imports.preset import Preset, PresetError, load_preset
from data.imports.run import ImportReport, WrongCity, import_complaints
from data.imports.table import TableError
from data.linking import link_stored
from data.store import current_store

complaints = AppGroup("complaints", help="Complaints in and out.")


def init_app(app: Flask) -> None:
    app.cli.add_command(complaints)


@complaints.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preset", "preset_name", required=True, help="Name, or path of your own .toml.")
@click.option("--limit", type=click.IntRange(min=1), help="Read only so many rows.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--channel", help="Code of the channel, instead of the preset's.")
@click.option("--services", type=click.Path(path_type=Path), help="CSV of words and codes.")
@click.option("--fallback-service", help="Code for services that nobody knows.")
@click.option("--force", is_flag=True, help="Go on even if no complaint lies in the city.")
def import_command(
    file: Path,
    preset_name: str,
    limit: int | None,
    dry_run: bool,
    rejects: Path | None,
    channel: str | None,
    services: Path | None,
    fallback_service: str | None,
    force: bool,
) -> None:
    """Store the complaints of FILE: CSV, zipped CSV, XLSX, JSON or JSON lines.

    What is stored already is not stored again, so an import can be repeated; where the preset
    follows, later states become events. Refused rows go, with the reason, to FILE.rejects.csv.
    """
    try:
        preset = adapt(
            load_preset(preset_name),
            current_store().reference(),
            channel=channel,
            services=services,
            fallback_service=fallback_service,
        )
        with click.progressbar(length=1000, label=f"Reading {file.name}", file=sys.stderr) as bar:

            def show(position: int, size: int) -> None:
                bar.update(min(1000, position * 1000 // max(size, 1)) - bar.pos)

            with without_collector():
                report = import_complaints(
                    current_store(),
                    file,
                    preset,
                    limit=limit,
                    pretend=dry_run,
                    force=force,
                    rejects=rejects,
                    on_progress=show,
                )
    except (PresetError, TableError, MissingColumns, WrongCity) as error:
        raise click.ClickException(str(error)) from error
    for line in describe(report, preset):
        click.echo(line)
    if report.stopped is not None:
        raise click.ClickException(f"the file broke off: {report.stopped}")


def describe(report: ImportReport, preset: Preset) -> list[str]:
    """The counts and everything that was decided on the way, a line each."""
    would = " (dry run: nothing was stored)" if report.pretended else ""
    lines = [
        f"read                  {report.read:>9,}  {report.format}{would}",
        f"stored                {report.stored:>9,}  {_closed(report)}",
        f"already there         {report.already_there:>9,}",
        f"refused               {report.refused:>9,}  {report.rejects or ''}".rstrip(),
        f"without coordinates   {report.without_coordinates:>9,}  of those stored",
        f"outside the districts {report.outside:>9,}  of those stored{_no_boundaries(report)}",
    ]
    if preset.follow:
        lines.insert(3, f"brought up to date    {report.updated:>9,}  of those already there")
    for kind, words in report.added.items():
        if words:
            shown = ", ".join(words[:5]) + (" …" if len(words) > 5 else "")
            lines.append(f"new {kind}s: {len(words)} ({shown})")
    zone = preset.time_zone.key if preset.time_zone else "the city's time zone"
    if report.repeated_times:
        lines.append(
            f"{report.repeated_times} times fell in an hour that {zone} has twice; "
            "the first was taken, unless the complaint came after it"
        )
    if report.skipped_times:
        lines.append(
            f"{report.skipped_times} times fell in an hour that {zone} leaves out; "
            "they were moved on by it"
        )
    return lines


def _closed(report: ImportReport) -> str:
    if report.earliest is None or report.latest is None:
        return ""
    return (
        f"received {report.earliest:%Y-%m-%d %H:%M} to {report.latest:%Y-%m-%d %H:%M} UTC, "
        f"{report.closed:,} closed"
    )


def _no_boundaries(report: ImportReport) -> str:
    if report.has_boundaries:
        return ""
    return ": there are no boundaries yet, see `flask districts import`"


@complaints.command("link-duplicates")
def link_command() -> None:
    """Link complaints that repeat an earlier one; safe to repeat.

    New ones are linked as they come. This is for those stored before there were links, and for
    imports of files that are not in order of time.
    """
    linked = link_stored(current_store())
    click.echo(
        f"{linked.complaints:,} complaints with a place, {linked.repeats:,} of them repeat an "
        f"earlier one; {linked.changed:,} links are new or different"
    )
