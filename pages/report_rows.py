"""What the pages of editions show, from the store: editions in words, names, changes."""

from collections.abc import Sequence
from typing import Any

from components.report_words import ShownEdition
from data.evaluation.editions import Edition, list_editions
from data.i18n import NOTHING, format_number
from data.i18n import gettext as _
from data.store import Store
from queries.evaluation.compare import CITY, Change
from queries.evaluation.model import Evaluation
from reports.evaluation.components import components
from reports.evaluation.words import flag_titles, interval_of, month_text


def shown_editions(store: Store, month: str | None = None) -> tuple[ShownEdition, ...]:
    return tuple(shown_edition(store, one) for one in list_editions(store, month))


def shown_edition(store: Store, edition: Edition) -> ShownEdition:
    return ShownEdition(edition, month_text(edition.month), store.reference().city)


def subject_names(evaluation: Evaluation) -> dict[str, str]:
    """Units and officers by code."""
    return {one.code: one.name for one in (*evaluation.officers, *evaluation.units)}


def change_rows(changes: Sequence[Change]) -> tuple[list[list[str]], int]:
    """Of whom, which figure, before, after; and how many more differ in digits not shown."""
    rows = [
        [
            _("the city") if change.code == CITY else f"{change.name} · {change.code}",
            *_figure(change),
        ]
        for change in changes
    ]
    shown = [row for row in rows if row[2] != row[3]]
    return shown, len(rows) - len(shown)


def _figure(change: Change) -> tuple[str, str, str]:
    known = {one.code: one for one in components()}
    if change.measure in known:
        component = known[change.measure]
        return component.title, component.text(change.before), component.text(change.after)
    if change.measure == "rank":
        return _("Rank, 95%"), _rank(change.before), _rank(change.after)
    if change.measure == "differs":
        return _("Beyond chance"), _differs(change.before), _differs(change.after)
    if change.measure == "method":
        return _("Method"), change.before, change.after
    digits = 1 if change.measure == "score" else 0
    before, after = (format_number(value, digits) for value in (change.before, change.after))
    return _title(change.measure), before, after


def _title(measure: str) -> str:
    kind, space, flag = measure.partition(" ")
    if kind == "flag" and space:
        return _("Flag: {title}").format(title=flag_titles().get(flag, flag))
    words = {
        "score": _("Score"),
        "n": _("Cases"),
        "received": _("Received"),
        "open": _("Still open"),
        "due": _("Deadline passed, kept or not"),
        "not_yet_due": _("Not yet due"),
    }
    return words.get(measure, measure)


def _rank(rank: Any) -> str:
    return _("not ranked") if rank is None else interval_of(tuple(rank))


def _differs(kind: str | None) -> str:
    words = {
        "better": _("better than the city"),
        "worse": _("worse than the city"),
        "as_expected": _("as the city"),
        "no_other": _("no other to compare with"),
    }
    return words.get(kind or "", NOTHING)
