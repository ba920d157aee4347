"""The monthly evaluations: all editions, one of them, and what changed between two."""

import zlib
from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from components import ids
from components.drawn import awaited, register_drawn
from components.report_heads import comparison_head, comparison_note, edition_head
from components.report_list import reports_list
from components.report_objections import objection_form, objections_view
from components.report_tables import changes_view
from components.report_words import ShownEdition
from data.evaluation.editions import Edition, find_edition, list_editions
from data.evaluation.problems import EditionError, NoEdition
from data.i18n import format_number, ngettext
from data.i18n import gettext as _
from data.store import Store, current_store
from pages.report_parts import figures_of
from pages.report_rows import change_rows, shown_edition, shown_editions, subject_names
from queries.evaluation.compare import compare_evaluations
from queries.evaluation.due import due_of, last_month
from queries.evaluation.month import has_complaints
from queries.views import local_today
from reports.evaluation.lifecycle import material_of_edition
from reports.evaluation.words import month_text

_LOOK_SECONDS = 30  # an edition is no event of the log: nothing else tells of it
_PARTS = (
    ids.REPORT_HEAD,
    ids.REPORT_SUMMARY,
    ids.REPORT_UNITS,
    ids.REPORT_FLAGS,
    ids.REPORT_FAIRNESS,
    ids.REPORT_METHOD,
    ids.REPORT_FILES,
)
_CONTESTED = (ids.REPORT_OBJECTIONS, ids.REPORT_FORM)


def layout() -> html.Div:
    """All editions, and the countdown."""
    return html.Div(
        [
            html.Header(
                [
                    html.H2(_("Monthly evaluations")),
                    html.P(
                        _(
                            "How units and officers handled the complaints of a calendar month, as "
                            "they stood at a stated instant. What is issued never changes; a "
                            "correction is a new edition that says what and why."
                        ),
                        className="note",
                    ),
                ]
            ),
            *awaited(ids.REPORT_LIST),
            dcc.Store(id=ids.REPORTS_STAMP),
            dcc.Interval(id=ids.REPORTS_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page reports-page",
    )


def edition_layout(number: str) -> html.Div:
    """One edition: what it says, who objects, and its files."""
    try:
        edition = _found(current_store(), number)
    except EditionError as error:
        return _absent(error)
    sections = (
        ("summary", _("Summary"), awaited(ids.REPORT_SUMMARY)),
        ("units", _("Units and officers"), awaited(ids.REPORT_UNITS)),
        ("flags", _("Flags"), awaited(ids.REPORT_FLAGS)),
        ("fairness", _("Would another rule say otherwise?"), awaited(ids.REPORT_FAIRNESS)),
        ("method", _("Method"), awaited(ids.REPORT_METHOD)),
        (
            "objections",
            _("Objections"),
            [
                *awaited(ids.REPORT_OBJECTIONS),
                html.Details(
                    [html.Summary(_("Object to this edition")), *awaited(ids.REPORT_FORM)],
                    className="objection-fold",
                ),
            ],
        ),
        ("files", _("Files"), awaited(ids.REPORT_FILES)),
    )
    return html.Div(
        [
            _back(),
            *awaited(ids.REPORT_HEAD),
            html.Nav(
                [html.A(title, href=f"#report-{name}") for name, title, _children in sections],
                className="report-contents",
                **{"aria-label": _("Contents")},
            ),
            *(
                html.Section(
                    [html.H3(title), *children], id=f"report-{name}", className="sheet report-sheet"
                )
                for name, title, children in sections
            ),
            dcc.Store(id=ids.REPORT_SHOWN, data=edition.id),
            dcc.Store(id=ids.REPORT_STAMP),
            dcc.Interval(id=ids.REPORT_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page reports-page",
    )


def compare_layout(number: str, before: str) -> html.Div:
    """What an edition says otherwise than one before."""
    store = current_store()
    try:
        new, old = (_found(store, one) for one in (number, before))
        if new.month != old.month:
            raise EditionError(_("The two editions are of different months; nothing changed."))
    except EditionError as error:
        return _absent(error)
    return html.Div(
        [
            _back(),
            *comparison_head(shown_edition(store, old), shown_edition(store, new)),
            *awaited(ids.REPORT_CHANGES),
            dcc.Store(id=ids.REPORT_PAIR, data=[old.id, new.id]),
        ],
        className="text-page reports-page",
    )


def register(app: Dash) -> None:
    places = (ids.REPORT_LIST, ids.REPORT_CHANGES, *_PARTS, *_CONTESTED)
    register_drawn(app, *places)

    @app.callback(
        Output(ids.parts(ids.REPORT_LIST), "data"),
        Output(ids.REPORTS_STAMP, "data"),
        Input(ids.REPORTS_LOOK, "n_intervals"),
        State(ids.REPORTS_STAMP, "data"),
    )
    def show_list(_look: Any, stamp: str | None) -> Any:
        store = current_store()
        shown, today = shown_editions(store), local_today(store)
        reference = store.reference()
        due = due_of(reference, last_month(today), today)
        filled = has_complaints(store, due.month)
        found = _stamp(today, filled, *(one.edition for one in shown))
        if found == stamp:
            return no_update
        listed = reports_list(
            shown,
            due,
            month_text(due.month),
            is_demo=reference.city.demo,
            has_complaints=filled,
        )
        return listed, found

    @app.callback(
        *(Output(ids.parts(place), "data") for place in (*_PARTS, *_CONTESTED)),
        Output(ids.REPORT_STAMP, "data"),
        Input(ids.REPORT_LOOK, "n_intervals"),
        Input(ids.REPORTS_CHANGED, "data"),
        State(ids.REPORT_STAMP, "data"),
        State(ids.REPORT_SHOWN, "data"),
    )
    def show_edition(_look: Any, _changed: Any, stamp: list[str] | None, number: int) -> Any:
        store = current_store()
        editions = list_editions(store, find_edition(store, number).month)
        edition = next(one for one in editions if one.id == number)
        found = [_stamp(edition.state), _stamp(*editions)]
        if found == stamp:
            return no_update
        # The form is drawn once: what is being typed must not be lost when others object.
        same = stamp is not None and stamp[0] == found[0]
        parts = [no_update] * (len(_PARTS) - 1) if same else figures_of(store, edition)
        head = edition_head(shown_edition(store, edition), _others(store, editions, number))
        return head, *parts, *_contested(store, edition, editions, stamp is None), found

    @app.callback(Output(ids.parts(ids.REPORT_CHANGES), "data"), Input(ids.REPORT_PAIR, "data"))
    def show_changes(pair: Sequence[int]) -> Any:
        store = current_store()
        before, after = (find_edition(store, number) for number in pair)
        old, new = (material_of_edition(store, one).evaluation for one in (before, after))
        heads = [_("Of whom"), _("Figure"), _("Before"), _("After")]
        rows, unseen = change_rows(compare_evaluations(old, new))
        words = ngettext(
            "{n} more figure differs only in digits that are not shown.",
            "{n} more figures differ only in digits that are not shown.",
            unseen,
        )
        note = html.P(words.format(n=format_number(unseen)), className="note")
        why = comparison_note(before, after) if rows or unseen else None
        return [why, *changes_view(heads, rows), note if unseen else None]


def _contested(
    store: Store, edition: Edition, editions: Sequence[Edition], is_first: bool
) -> list[Any]:
    """In the order of _CONTESTED."""
    names = subject_names(material_of_edition(store, edition).evaluation)
    shown = shown_edition(store, edition)
    others = _others(store, editions, edition.id)
    form = objection_form(shown, names) if is_first else no_update
    return [objections_view(shown, names, others), form]


def _others(store: Store, editions: Sequence[Edition], number: int) -> list[ShownEdition]:
    return [shown_edition(store, one) for one in editions if one.id != number]


def _found(store: Store, number: str) -> Edition:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise EditionError(_("There is no edition {number}.").format(number=number[:40]))
    try:
        return find_edition(store, int(number))
    except NoEdition:
        raise EditionError(_("There is no edition {number}.").format(number=number)) from None


def _stamp(*parts: Any) -> str:
    """The same in every process for the same parts."""
    return f"{zlib.crc32(repr(parts).encode()):x}"


def _back() -> html.P:
    return html.P(html.A(_("All evaluations"), href="/reports", **{"data-page": "reports"}))


def _absent(error: EditionError) -> html.Div:
    return html.Div(
        [html.H2(_("There is no such edition")), html.P(str(error)), _back()], className="text-page"
    )
