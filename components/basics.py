"""Small pieces that every panel is made of."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.tokens import STATUS_CLASSES, STATUS_SHAPES
from components.words import status_word
from data.i18n import gettext as _
from data.vocabulary import Status


def icon(name: str) -> html.Span:
    """A picture from assets/icons, drawn in the colour of the text."""
    return html.Span(className=f"icon icon-{name}", **{"aria-hidden": "true"})


def icon_button(name: str, label: str, *, id: str, className: str = "") -> html.Button:
    """A button that shows an icon and says `label` to a screen reader and on hover."""
    return html.Button(
        icon(name),
        id=id,
        type="button",
        title=label,
        className=f"icon-button {className}".strip(),
        **{"aria-label": label},
    )


def status_mark(status: Status) -> html.Span:
    """Shape, word and colour of a status."""
    return mark(STATUS_SHAPES[status], status_word(status), STATUS_CLASSES[status])


def mark(shape: str, word: str, className: str) -> html.Span:
    """A shape and a word in one colour, so that colour alone carries no meaning."""
    return html.Span(
        [html.Span(shape, className="status-shape", **{"aria-hidden": "true"}), word],
        className=f"status {className}",
    )


def panel(
    title: str,
    children: Any,
    *,
    name: str,
    has_table: bool = False,
    note: Any = None,
    id: str | None = None,
) -> html.Section:
    """A titled part of the page that folds; whether it is open is remembered under `name`.

    One with an `id` is hidden until a callback shows it.
    """
    fold = html.Details(
        [
            html.Summary(
                [html.Span(title, className="panel-title"), html.Span(note, className="note")]
            ),
            html.Div(children, className="panel-body"),
        ],
        open=True,
        **{"data-fold": name},
    )
    parts = [fold, table_button()] if has_table else [fold]
    if id is None:
        return html.Section(parts, className="panel")
    return html.Section(parts, className="panel", id=id, hidden=True)


def table_button() -> html.Button:
    """Shows the numbers of the panel or legend it is in; assets/66-desk.js hears it."""
    return html.Button(
        icon("table"),
        type="button",
        className="icon-button small table-toggle",
        title=_("Show as a table"),
        **{"aria-label": _("Show as a table"), "aria-pressed": "false"},
    )


def labelled(label: str, control: Any, *, html_for: str | None = None) -> html.Div:
    """A control under its label."""
    return html.Div([html.Label(label, htmlFor=html_for), control], className="field")


def choices(
    options: Sequence[dict[str, Any]],
    *,
    id: str,
    placeholder: str,
    multi: bool = True,
    value: Any = None,
    clearable: bool = True,
    searchable: bool = True,
) -> dcc.Dropdown:
    """A dropdown in the reader's language."""
    return dcc.Dropdown(
        id=id,
        options=list(options),
        value=value if value is not None else ([] if multi else None),
        multi=multi,
        clearable=clearable,
        searchable=searchable,
        maxHeight=340,
        placeholder=placeholder,
        labels={
            "select_all": _("Select all"),
            "deselect_all": _("Deselect all"),
            "selected_count": _("{num_selected} chosen"),
            "search": _("Search"),
            "clear_search": _("Clear the search"),
            "clear_selection": _("Clear the choice"),
            "no_options_found": _("Nothing found"),
        },
    )
