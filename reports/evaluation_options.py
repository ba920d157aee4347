"""What the commands of `flask evaluation` share: their group, options, words of an edition."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from data.evaluation.editions import Edition, find_edition
from data.evaluation.method import MethodError
from data.evaluation.problems import EditionError
from data.i18n import format_instant, format_number, format_percent
from data.store import Store, current_store
from queries.evaluation.due import last_month
from queries.evaluation.month import MonthError, month_bounds
from queries.views import local_today
from reports.evaluation.lifecycle import newest_edition

NUMBER = click.IntRange(1, 2**31 - 1)  # what a database holds
evaluation = AppGroup("evaluation", help="The monthly evaluation of units and officers.")


def in_one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(command)
    def run(*given: Any, **options: Any) -> Any:
        try:
            return command(*given, **options)
        except (EditionError, MonthError, MethodError) as error:
            raise click.ClickException(str(error)) from error

    return run


def of_month(command: Callable[..., Any]) -> Callable[..., Any]:
    """A month as the argument or by its option; by default the one that ended last."""

    @in_one_sentence
    @functools.wraps(command)
    def run(given: str | None, month: str | None, **options: Any) -> Any:
        named = [text for text in (month, given) if text is not None]
        if len(named) == 2:
            raise MonthError(f"the month is given twice, as {month!r} and {given!r}; give one")
        chosen = named[0] if named else last_month(local_today(current_store()))
        month_bounds(chosen, current_store().reference().city.time_zone)
        return command(month=chosen, **options)

    run = click.option("--month", help="Such as 2026-10. [the last that ended]")(run)
    return click.argument("given", required=False, metavar="[MONTH]")(run)


def of_edition(command: Callable[..., Any]) -> Callable[..., Any]:
    option = click.option(
        "--edition",
        "edition_id",
        type=NUMBER,
        help="Its id, as `list` shows it. [newest of the month]",
    )
    return of_month(option(command))


def chosen_edition(
    store: Store, month: str, edition_id: int | None, *, prefer_issued: bool = False
) -> Edition:
    if edition_id is not None:
        return find_edition(store, edition_id)
    return newest_edition(store, month, prefer_issued=prefer_issued)


def line_of(store: Store, edition: Edition) -> str:
    state = edition.state
    if edition.issue is not None:
        state = f"issued as no. {edition.issue.number} by {edition.issue.by}"
    return "\t".join(
        (
            str(edition.id),
            edition.month,
            state,
            f"seen {seen_words(store, edition)}",
            maturity_words(edition),
            f"{len(edition.objections)} objections",
            f"method {edition.method}",
            edition.sha256[:12],
        )
    )


def seen_words(store: Store, edition: Edition) -> str:
    city = store.reference().city
    return format_instant(edition.seen_at, city.time_zone, city.zone_abbreviation)


def maturity_words(edition: Edition) -> str:
    found = edition.maturity
    received, share = format_number(found.get("received")), format_percent(found.get("share_open"))
    return f"{received} received, {share} of them open"


def instant_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise EditionError(f"seen-at {text!r} is no instant such as 2026-11-10T17:00:00+07:00")
    return found
