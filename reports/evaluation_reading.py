"""`flask evaluation`: verify, export, preview, list and compare editions."""

from pathlib import Path

import click
from flask import Flask

from data.evaluation.editions import find_edition, list_editions
from data.evaluation.problems import EditionError
from data.store import current_store
from queries.evaluation.compare import CITY, compare_evaluations
from queries.evaluation.month import month_bounds
from reports.evaluation.lifecycle import evaluation_of, export_edition
from reports.evaluation.page_files import unit_pages
from reports.evaluation.preview import preview
from reports.evaluation.verifying import verify_edition
from reports.evaluation.written import write_all
from reports.evaluation_options import (
    NUMBER,
    chosen_edition,
    evaluation,
    in_one_sentence,
    instant_of,
    line_of,
    of_edition,
    of_month,
)

_MOST_LINES = 40
_out = click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))


def init_app(app: Flask) -> None:
    app.cli.add_command(evaluation)


@evaluation.command("verify")
@of_edition
@in_one_sentence
def verify_command(month: str, edition_id: int | None) -> None:
    """Compute an edition again; exit code 1 if a single byte is another one.

    Without --edition: the newest issued edition of the month, else its newest draft.
    """
    store = current_store()
    edition = chosen_edition(store, month, edition_id, prefer_issued=True)
    verdict = verify_edition(store, edition)
    click.echo(line_of(store, edition))
    for name, found in verdict.differences[:_MOST_LINES]:
        click.echo(f"{name}: {found.place}: kept {found.kept!r}, now {found.found!r}")
    if (rest := len(verdict.differences) - _MOST_LINES) > 0:
        click.echo(f"and {rest} more differences")
    if not verdict.is_same:
        for tool in verdict.tools:
            click.echo(f"made with {tool.place} {tool.kept}; here it is {tool.found}")
        raise SystemExit(1)
    click.echo(f"the same, byte for byte: {', '.join(verdict.checked)}")


@evaluation.command("export")
@of_edition
@_out
@in_one_sentence
def export_command(month: str, edition_id: int | None, out: Path) -> None:
    """Write all files of an edition to a directory, and their SHA256SUMS.

    Without --edition: the newest issued edition of the month, else its newest draft.
    """
    store = current_store()
    edition = chosen_edition(store, month, edition_id, prefer_issued=True)
    for path in export_edition(store, edition, out):
        click.echo(path)


@evaluation.command("preview")
@of_month
@click.option("--seen-at", metavar="INSTANT", help="Such as 2026-11-10T17:00:00+07:00. [now]")
@click.option("--method", metavar="VERSION", help="[the newest]")
@click.option("--language", "spoken", multiple=True, metavar="CODE", help="[all of the city]")
@_out
@in_one_sentence
def preview_command(
    month: str, seen_at: str | None, method: str | None, spoken: tuple[str, ...], out: Path
) -> None:
    """Write the documents of a month, or of several such as 2026-07..2026-10, and keep nothing.

    They say that they are a preview and no edition.
    """
    files = preview(
        current_store(), month, seen_at=instant_of(seen_at), method=method, spoken=spoken
    )
    for path in write_all(out, files):
        click.echo(path)


@evaluation.command("units")
@of_edition
@click.option("--unit", "units", multiple=True, metavar="CODE", help="[all units and officers]")
@click.option("--language", default="id", show_default=True, metavar="CODE")
@_out
@in_one_sentence
def units_command(
    month: str, edition_id: int | None, units: tuple[str, ...], language: str, out: Path
) -> None:
    """Write a PDF with a page for each unit and officer of an edition."""
    store = current_store()
    edition = chosen_edition(store, month, edition_id, prefer_issued=True)
    for path in write_all(out, unit_pages(store, edition, language=language, codes=units)):
        click.echo(path)


@evaluation.command("list")
@click.option("--month", help="Such as 2026-10. [all]")
@in_one_sentence
def list_command(month: str | None) -> None:
    """Show the editions: id, month, state, seen at, how much was open then, objections."""
    store = current_store()
    if month is not None:
        month_bounds(month, store.reference().city.time_zone)
    found = list_editions(store, month)
    for edition in found:
        click.echo(line_of(store, edition))
    if not found:
        click.echo("no editions", err=True)


@evaluation.command("compare")
@click.argument("before", type=NUMBER)
@click.argument("after", type=NUMBER)
@in_one_sentence
def compare_command(before: int, after: int) -> None:
    """Show every figure that is another one in the edition AFTER than in BEFORE."""
    store = current_store()
    one, two = (evaluation_of(store, find_edition(store, number).id) for number in (before, after))
    if one.month != two.month:
        raise EditionError(f"edition {before} is of {one.month}, {after} of {two.month}; no change")
    for change in compare_evaluations(one, two):
        code = change.code if change.code != CITY else two.city
        click.echo(f"{code}\t{change.measure}\t{change.before}\t{change.after}")
