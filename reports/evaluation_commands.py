"""`flask evaluation`: draft, contest, answer and issue a month's evaluation."""

import click
from flask import Flask

from data.evaluation.editions import Edition, list_editions
from data.evaluation.objections import answer, object_to
from data.store import Store, current_store
from reports import evaluation_reading
from reports.evaluation.lifecycle import check_subject, draft_edition, issue_edition
from reports.evaluation_options import (
    NUMBER,
    chosen_edition,
    evaluation,
    in_one_sentence,
    instant_of,
    line_of,
    maturity_words,
    of_edition,
    of_month,
    seen_words,
)

_by = click.option("--by", required=True, metavar="NAME", help="Who does it; kept with it.")
_text = click.option("--text", required=True, help="What is kept for good.")


def init_app(app: Flask) -> None:
    evaluation_reading.init_app(app)


@evaluation.command("draft")
@of_month
@_by
@click.option("--seen-at", metavar="INSTANT", help="Such as 2026-11-10T17:00:00+07:00. [now]")
@click.option("--reason", help="Of a correction: what is corrected and why.")
@click.option("--method", metavar="VERSION", help="[the newest]")
@click.option("--first", "is_first", is_flag=True, help="Do nothing where the month has a draft.")
@in_one_sentence
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
        seen_at=instant_of(seen_at),
        reason=reason,
        method=method,
        is_first=is_first,
    )
    click.echo(line_of(store, edition))
    for words in _looked_before(store, edition):
        click.echo(words)


@evaluation.command("object")
@of_edition
@_by
@_text
@click.option("--subject", metavar="CODE", help="The unit or officer it is about.")
@in_one_sentence
def object_command(
    month: str, edition_id: int | None, by: str, text: str, subject: str | None
) -> None:
    """Keep an objection of an officer or a unit."""
    store = current_store()
    edition = chosen_edition(store, month, edition_id)
    if subject is not None:
        check_subject(store, edition, subject)
    kept = object_to(store, edition.id, text, by=by, subject=subject)
    click.echo(f"objection {kept.id} to edition {edition.id} of {edition.month}")


@evaluation.command("answer")
@click.argument("objection", type=NUMBER)
@_by
@_text
@in_one_sentence
def answer_command(objection: int, by: str, text: str) -> None:
    """Answer an objection, once and for good."""
    answer(current_store(), objection, text, by=by)
    click.echo(f"objection {objection} is answered")


@evaluation.command("issue")
@of_edition
@_by
@in_one_sentence
def issue_command(month: str, edition_id: int | None, by: str) -> None:
    """Make the newest draft an issued edition, with its documents. It is never changed again."""
    store = current_store()
    edition = issue_edition(store, chosen_edition(store, month, edition_id).id, by=by)
    assert edition.issue is not None
    click.echo(line_of(store, edition))
    click.echo(f"SHA-256 {edition.issue.sha256}")


def _looked_before(store: Store, edition: Edition) -> list[str]:
    """The same month as it was seen at other instants, or when less was known: figures differ."""
    others = [one for one in list_editions(store, edition.month) if one.id != edition.id]
    if not others:
        return []
    lines = [
        f"{edition.month} was looked at more than once; figures differ with what had happened, "
        "and was known, by then:"
    ]
    return lines + [
        f"  edition {o.id}, seen {seen_words(store, o)}: {maturity_words(o)}" for o in others
    ]
