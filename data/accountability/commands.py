"""`flask officers`: who is in office, in and out."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from data.accountability.listing import Term, read_terms
from data.accountability.officer_file import read_officers
from data.accountability.officers import OfficerError, find_stored_overlaps, keep_terms
from data.accountability.term_checks import Problem, Told
from data.database import read
from data.imports.table import TableError
from data.instants import now
from data.reference import CityMissing, Reference
from data.spreadsheets import safe_text
from data.store import Store, current_store

_MOST_LINES = 100

officers = AppGroup("officers", help="Who holds which post, and from when until when.")


def init_app(app: Flask) -> None:
    app.cli.add_command(officers)


@officers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="The file has all terms of its posts: drop others.")
@click.option("--dry-run", is_flag=True, help="Say what is wrong in the file; store nothing.")
def import_command(file: Path, replace: bool, dry_run: bool) -> None:
    """Store the terms of office in FILE, CSV or XLSX; see docs/accountability.md.

    All of it is stored, or nothing. Repeating an import changes nothing.
    """
    store = current_store()
    try:
        told = _read(store, file, replace)
        if dry_run:
            are = "term" if len(told) == 1 else "terms"
            click.echo(f"{len(told):,} {are} can be stored; nothing was")
            return
        kept = keep_terms(store, told, replace=replace)
    except OfficerError as error:
        problems = sorted(error.problems, key=lambda problem: problem.line)
        lines = [str(problem) for problem in problems]
        more = len(lines) - _MOST_LINES
        lines[_MOST_LINES:] = [f"and {more:,} more"] if more > 0 else []
        text = "\n".join(lines)
        raise click.ClickException(f"nothing was stored from {file.name}:\n{text}") from None
    except (TableError, CityMissing) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{kept.added:,} terms added, {kept.changed:,} changed, "
        f"{kept.withdrawn:,} withdrawn, {kept.unchanged:,} as they were"
    )


@officers.command("list")
@click.option("--unit", "unit_code", help="Code of one unit.")
@click.option("--at", "at", callback=lambda *given: _date(given[2]), help="Local date. [today]")
@click.option("--all", "every", is_flag=True, help="Former and future terms too.")
def list_command(unit_code: str | None, at: date | None, every: bool) -> None:
    """Say who is in office, one line each, and which units have nobody."""
    try:
        reference = current_store().reference()
    except CityMissing as error:
        raise click.ClickException(str(error)) from None
    if unit_code is not None and unit_code not in reference.unit_by_code:
        raise click.ClickException(f"unit {unit_code!r} is not known here; see units.csv")
    day = at or now().astimezone(reference.city.time_zone).date()
    shown = [
        term
        for term in _terms()
        if unit_code in (None, reference.units[term.unit_id].code)
        and (every or _is_in_office(term, day))
    ]
    for term in shown:
        until = term.until_date or "…"
        title = reference.language_text(term.titles, reference.city.languages[0])
        post = f"{term.post_code} {title}".strip()
        unit = reference.units[term.unit_id]
        click.echo(f"{unit.code}\t{post}\t{term.officer_name}\t{term.from_date} – {until}")
    if not every and unit_code is None:
        without = len(reference.units) - len({term.unit_id for term in shown})
        click.echo(f"{without:,} of {len(reference.units):,} units have nobody on {day}")


@officers.command("export")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV. [stdout]")
def export_command(out: Path | None) -> None:
    """Write all terms as CSV that `flask officers import` reads again."""
    try:
        text = terms_csv(_terms(), current_store().reference())
    except CityMissing as error:
        raise click.ClickException(str(error)) from None
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None


def terms_csv(found: list[Term], reference: Reference) -> str:
    """A line for each term; texts are safe to open in a spreadsheet."""
    languages = [*reference.city.languages]
    languages += sorted({code for term in found for code in term.titles} - {*languages})
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    titles = [f"title_{language}" for language in languages]
    writer.writerow(
        ["unit_code", "unit_name", "post_code", *titles]
        + ["officer_code", "officer_name", "from_date", "until_date"]
    )
    for term in found:
        unit = reference.units[term.unit_id]
        cells: list[Any] = [unit.code, unit.name, term.post_code]
        cells += [term.titles.get(language, "") for language in languages]
        cells += [term.officer_code, term.officer_name, term.from_date, term.until_date or ""]
        writer.writerow(safe_text(cell) if isinstance(cell, str) else cell for cell in cells)
    return file.getvalue()


def _read(store: Store, file: Path, replace: bool) -> list[Told]:
    """Raises OfficerError with all that is wrong, in the file and beside what is stored."""
    wrong: tuple[Problem, ...] = ()
    try:
        told = read_officers(file, store.reference())
    except OfficerError as error:
        told, wrong = list(error.told), error.problems
    problems = [*wrong, *find_stored_overlaps(store, told, replace=replace)]
    if problems:
        raise OfficerError(problems)
    return told


def _terms() -> list[Term]:
    with read(current_store().engine) as connection:
        return read_terms(connection)


def _is_in_office(term: Term, day: date) -> bool:
    return term.from_date <= day <= (term.until_date or date.max)


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date like 2026-10-31") from None
