"""`flask evaluation`: draft, contest, answer, issue, verify and export a month's evaluation."""

import functools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from data.evaluation.editions import Edition, find_edition, list_editions
from data.evaluation.method import MethodError
from data.evaluation.objections import answer, object_to
from data.evaluation.problems import EditionError
from data.i18n import format_instant, format_number, format_percent
from data.reference import CityMissing
from data.store import Store, current_store
from queries.evaluation.compare import CITY, compare_evaluations
from queries.evaluation.due import last_month
from queries.evaluation.month import MonthError
from queries.views import local_today
from reports.evaluation.lifecycle import (
    check_subject,
    draft_edition,
    evaluation_of,
    export_edition,
    issue_edition,
    newest_edition,
    verify_edition,
)
from reports.evaluation.preview import preview
from reports.evaluation.written import write_all

evaluation = AppGroup("evaluation", help="The monthly evaluation of units and officers.")
_MOST_LINES = 40


def init_app(app: Flask) -> None:
    app.cli.add_command(evaluation)


def _in_one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(command)
    def run(*given: Any, **options: Any) -> Any:
        try:
            return command(*given, **options)
        except (EditionError, MonthError, MethodError, CityMissing) as error:
            raise click.ClickException(str(error)) from error

    return run


def _of_month(command: Callable[..., Any]) -> Callable[..., Any]:
    """A month as the argument or by its option; by default the one that ended last."""

    @functools.wraps(command)
    def run(given: str | None, month: str | None, **options: Any) -> Any:
        chosen = month or given or last_month(local_today(current_store()))
        return command(month=chosen, **options)

    run = click.option("--month", help="Such as 2026-10. [the last that ended]")(run)
    return click.argument("given", required=False, metavar="[MONTH]")(run)


def _of_edition(command: Callable[..., Any]) -> Callable[..., Any]:
    option = click.option(
        "--edition",
        "edition_id",
        type=int,
        help="Its id, as `list` shows it. [newest of the month]",
    )
    return _of_month(option(command))


_by = click.option("--by", required=True, metavar="NAME", help="Who does it; kept with it.")
_text = click.option("--text", required=True, help="What is kept for good.")


@evaluation.command("draft")
@_of_month
@_by
@click.option("--seen-at", metavar="INSTANT", help="Such as 2026-11-10T17:00:00+07:00. [now]")
@click.option("--reason", help="Of a correction: what is corrected and why.")
@click.option("--method", metavar="VERSION", help="[the newest]")
@click.option("--first", "is_first", is_flag=True, help="Do nothing where the month has a draft.")
@_in_one_sentence
def draft_command(
    month: str,
    by: str,
    seen_at: str | None,
    reason: str | None,
    method: str | None,
    is_first: bool,
) -> None:
    """Evaluate a month that has ended and keep the outcome as a draft."""
    store = current_store()
    if is_first and list_editions(store, month):
        click.echo(f"{month} is drafted already", err=True)
        return
    edition = draft_edition(
        store,
        month,
        by=by,
        seen_at=_instant(seen_at),
        reason=reason,
        method=method,
        is_first=is_first,
    )
    click.echo(_line(store, edition))
    for words in _looked_before(store, edition):
        click.echo(words)


@evaluation.command("object")
@_of_edition
@_by
@_text
@click.option("--subject", metavar="CODE", help="The unit or officer it is about.")
@_in_one_sentence
def object_command(
    month: str, edition_id: int | None, by: str, text: str, subject: str | None
) -> None:
    """Keep an objection of an officer or a unit."""
    store = current_store()
    edition = _edition(store, month, edition_id)
    if subject is not None:
        check_subject(store, edition, subject)
    kept = object_to(store, edition.id, text, by=by, subject=subject)
    click.echo(f"objection {kept.id} to edition {edition.id} of {edition.month}")


@evaluation.command("answer")
@click.argument("objection", type=int)
@_by
@_text
@_in_one_sentence
def answer_command(objection: int, by: str, text: str) -> None:
    """Answer an objection, once and for good."""
    answer(current_store(), objection, text, by=by)
    click.echo(f"objection {objection} is answered")


@evaluation.command("issue")
@_of_edition
@_by
@_in_one_sentence
def issue_command(month: str, edition_id: int | None, by: str) -> None:
    """Make the newest draft an issued edition, with its documents. It is never changed again."""
    store = current_store()
    edition = issue_edition(store, _edition(store, month, edition_id).id, by=by)
    assert edition.issue is not None
    click.echo(_line(store, edition))
    click.echo(f"SHA-256 {edition.issue.sha256}")


@evaluation.command("verify")
@_of_edition
@_in_one_sentence
def verify_command(month: str, edition_id: int | None) -> None:
    """Compute an edition again; exit code 1 if a single byte is another one.

    Without --edition: the newest issued edition of the month, else its newest draft.
    """
    store = current_store()
    edition = _edition(store, month, edition_id, prefer_issued=True)
    verdict = verify_edition(store, edition)
    click.echo(_line(store, edition))
    for name, found in verdict.differences[:_MOST_LINES]:
        click.echo(f"{name}: {found.place}: kept {found.kept!r}, now {found.found!r}")
    if (rest := len(verdict.differences) - _MOST_LINES) > 0:
        click.echo(f"and {rest} more differences")
    if not verdict.is_same:
        raise SystemExit(1)
    click.echo(f"the same, byte for byte: {', '.join(verdict.checked)}")


@evaluation.command("export")
@_of_edition
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@_in_one_sentence
def export_command(month: str, edition_id: int | None, out: Path) -> None:
    """Write all files of an edition to a directory, and their SHA256SUMS.

    Without --edition: the newest issued edition of the month, else its newest draft.
    """
    store = current_store()
    edition = _edition(store, month, edition_id, prefer_issued=True)
    for path in export_edition(store, edition, out):
        click.echo(path)


@evaluation.command("preview")
@_of_month
@click.option("--seen-at", metavar="INSTANT", help="Such as 2026-11-10T17:00:00+07:00. [now]")
@click.option("--method", metavar="VERSION", help="[the newest]")
@click.option("--language", "spoken", multiple=True, metavar="CODE", help="[all of the city]")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@_in_one_sentence
def preview_command(
    month: str, seen_at: str | None, method: str | None, spoken: tuple[str, ...], out: Path
) -> None:
    """Write the documents of a month, or of several such as 2026-07..2026-10, and keep nothing.

    They say that they are a preview and no edition.
    """
    files = preview(current_store(), month, seen_at=_instant(seen_at), method=method, spoken=spoken)
    for path in write_all(out, files):
        click.echo(path)


@evaluation.command("list")
@click.option("--month", help="Such as 2026-10. [all]")
@_in_one_sentence
def list_command(month: str | None) -> None:
    """Show the editions: id, month, state, seen at, how much was open then, objections."""
    store = current_store()
    found = list_editions(store, month)
    for edition in found:
        click.echo(_line(store, edition))
    if not found:
        click.echo("no editions", err=True)


@evaluation.command("compare")
@click.argument("before", type=int)
@click.argument("after", type=int)
@_in_one_sentence
def compare_command(before: int, after: int) -> None:
    """Show every figure that is another one in the edition AFTER than in BEFORE."""
    store = current_store()
    one, two = (evaluation_of(store, find_edition(store, number).id) for number in (before, after))
    if one.month != two.month:
        raise EditionError(f"edition {before} is of {one.month}, {after} of {two.month}; no change")
    for change in compare_evaluations(one, two):
        code = change.code if change.code != CITY else two.city
        click.echo(f"{code}\t{change.measure}\t{change.before}\t{change.after}")


def _edition(
    store: Store, month: str, edition_id: int | None, *, prefer_issued: bool = False
) -> Edition:
    if edition_id is not None:
        return find_edition(store, edition_id)
    return newest_edition(store, month, prefer_issued=prefer_issued)


def _line(store: Store, edition: Edition) -> str:
    state = edition.state
    if edition.issue is not None:
        state = f"issued as no. {edition.issue.number} by {edition.issue.by}"
    return "\t".join(
        (
            str(edition.id),
            edition.month,
            state,
            f"seen {_seen(store, edition)}",
            _maturity(edition),
            f"{len(edition.objections)} objections",
            f"method {edition.method}",
            edition.sha256[:12],
        )
    )


def _looked_before(store: Store, edition: Edition) -> list[str]:
    """The same month as it was seen at other instants: figures differ, for it matures."""
    others = [one for one in list_editions(store, edition.month) if one.id != edition.id]
    if not others:
        return []
    lines = [f"{edition.month} was also looked at before; figures grow with what was open then:"]
    return lines + [f"  edition {o.id}, seen {_seen(store, o)}: {_maturity(o)}" for o in others]


def _seen(store: Store, edition: Edition) -> str:
    city = store.reference().city
    return format_instant(edition.seen_at, city.time_zone, city.zone_abbreviation)


def _maturity(edition: Edition) -> str:
    found = edition.maturity
    received, share = format_number(found["received"]), format_percent(found["share_open"])
    return f"{received} received, {share} of them open"


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise EditionError(f"seen-at {text!r} is no instant such as 2026-11-10T17:00:00+07:00")
    return found
