"""Saved views: the dialog that keeps one, the mark in the navigation, and the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html

from components import ids
from components.basics import icon, icon_button
from components.figure_cards import sparkline
from data.i18n import format_number, format_short_date, ngettext
from data.i18n import gettext as _
from data.saved_view_checks import FIGURES
from data.saved_view_tables import LONGEST_NAME
from data.saved_views import MOST_SHARED, Alert, SavedView, is_unseen
from queries.saved_views import ViewFigure

_CLOCK_SECONDS = 60  # a figure passes its limit without anybody clicking


@dataclass(frozen=True)
class ShownView:
    """A view with what it shows; `figure` is None where it speaks of what is gone (`problem`)."""

    view: SavedView
    sentence: str
    figure: ViewFigure | None
    alert: Alert | None
    problem: str = ""

    @property
    def is_alarming(self) -> bool:
        """Its owner has not looked since it passed its limit, though it may be below now."""
        return self.view.is_mine and is_unseen(self.alert)


def views_link() -> html.A:
    """Its badge counts alerts nobody has read yet; pages/views.py fills it."""
    words = _("Saved views")
    return html.A(
        [
            icon("star"),
            html.Span(id=ids.VIEWS_BADGE, className="nav-badge", hidden=True),
            dcc.Interval(id=ids.VIEWS_CLOCK, interval=_CLOCK_SECONDS * 1_000),
        ],
        id=ids.VIEWS_LINK,
        href="/views",
        title=words,
        className="nav-link",
        **{"aria-label": words, "data-page": "views"},
    )


def save_button() -> html.Button:
    return icon_button("bookmark-plus", _("Save this view"), id="view-save-open")


def save_dialog() -> html.Dialog:
    """Filled and read by assets/72-views.js, also to change a view."""
    return html.Dialog(
        [
            html.Div(
                [
                    html.H2(_("Save this view"), id="view-dialog-title"),
                    icon_button("x-lg", _("Close"), id="view-save-close"),
                ],
                className="dialog-head",
            ),
            html.Form(
                [
                    html.P(id="view-sentence", className="note"),
                    _field(
                        _("Name"),
                        dcc.Input(
                            id="view-name",
                            type="text",
                            maxLength=LONGEST_NAME,
                            required=True,
                            autoComplete="off",
                            className="text-input",
                        ),
                        "view-name",
                    ),
                    html.Div(
                        [
                            _field(_("Figure"), _figure_choice(), "view-figure"),
                            _field(
                                _("Alert me when it exceeds"),
                                dcc.Input(
                                    id="view-limit",
                                    type="number",
                                    min=0,
                                    step=1,
                                    placeholder=_("never"),
                                    className="text-input",
                                ),
                                "view-limit",
                            ),
                        ],
                        className="view-fields",
                    ),
                    dcc.Checklist(
                        id="view-shared",
                        options=[{"label": _("Others see it in their list, too"), "value": "1"}],
                        value=[],
                        className="chips",
                        labelClassName="chip",
                    ),
                    html.P(id="view-problem", className="form-problem", role="alert"),
                    html.Div(
                        html.Button(_("Save"), type="submit", className="button"),
                        className="dialog-foot",
                    ),
                ],
                id="view-form",
            ),
        ],
        id="view-dialog",
        className="help view-dialog",
        **{"aria-labelledby": "view-dialog-title"},
    )


def view_cards(shown: Sequence[ShownView]) -> html.Div:
    """A card for each view: what it says, its figure, its last days, and what can be done."""
    if not shown:
        return html.Div(
            [
                html.P(_("No view is saved yet.")),
                html.P(
                    _(
                        "Filter the map, then keep what you see with the bookmark at the top: "
                        "the filter, the layers and the place come back with one click."
                    )
                ),
            ],
            className="empty-note",
        )
    others = sum(not one.view.is_mine for one in shown)
    return html.Div(
        [
            html.Div([_card(one) for one in shown], className="view-cards"),
            html.P(
                _("Of what others share, the {n} views used last are listed.").format(n=others),
                className="note",
            )
            if others >= MOST_SHARED
            else None,
        ]
    )


def figure_word(figure: str) -> str:
    return {
        "received": _("received today"),
        "open": _("open now"),
        "overdue": _("overdue now"),
    }[figure]


def _card(shown: ShownView) -> html.Article:
    view = shown.view
    exceeds = shown.figure is not None and shown.figure.exceeds
    return html.Article(
        [
            html.Header(
                [
                    html.H3(html.A(view.name, href=f"/v/{view.slug}")),
                    html.Span(_("shared"), className="tag") if view.is_shared else None,
                ]
            ),
            html.P(shown.problem or shown.sentence, className="note view-words"),
            _figures(shown, exceeds),
            html.P(_limit_words(shown), className=_limit_look(shown)),
            _actions(shown) if view.is_mine else None,
        ],
        className="sheet view-card exceeding" if exceeds else "sheet view-card",
        key=view.slug,
    )


def _figures(shown: ShownView, exceeds: bool) -> html.Div | None:
    if shown.figure is None:
        return None
    return html.Div(
        [
            html.Span(
                [
                    html.Span("▲ ", **{"aria-hidden": "true"}) if exceeds else None,
                    format_number(shown.figure.value),
                ],
                className="figure-number",
            ),
            html.Span(figure_word(shown.view.figure), className="figure-title"),
            sparkline(shown.figure.daily),
            html.Span(_("30 days"), className="note"),
        ],
        className="view-figure",
    )


def _limit_words(shown: ShownView) -> str:
    limit = shown.view.alert_above
    if limit is None:
        return _("no alert")
    words = _("alert above {limit}").format(limit=format_number(limit))
    if shown.alert is not None:
        passed = _("last on {date}: {value}").format(
            date=format_short_date(shown.alert.day), value=format_number(shown.alert.value)
        )
        words = f"{words} · {passed}"
    return f"● {words} · {_('not seen yet')}" if shown.is_alarming else words


def _limit_look(shown: ShownView) -> str:
    return "note alarming-words" if shown.is_alarming else "note"


def _actions(shown: ShownView) -> html.Div:
    view = shown.view
    about = {
        "data-name": view.name,
        "data-figure": view.figure,
        "data-limit": "" if view.alert_above is None else f"{view.alert_above:g}",
        "data-shared": "1" if view.is_shared else "",
    }
    return html.Div(
        [
            html.Button(
                words,
                type="button",
                className="text-button",
                key=action,  # one that comes or goes must not change the others under a hand
                **{"data-view-action": action, "data-view": view.slug, **about},
            )
            for action, words in (
                *((("seen", _("Mark as seen")),) if shown.is_alarming else ()),
                ("copy", _("Copy the link")),
                ("change", _("Change")),
                ("delete", _("Delete")),
            )
        ],
        className="view-actions",
    )


def _field(label: str, control: object, html_for: str) -> html.Div:
    return html.Div([html.Label(label, htmlFor=html_for), control], className="field")


def _figure_choice() -> dcc.RadioItems:
    return dcc.RadioItems(
        id="view-figure",
        options=[{"label": figure_word(one), "value": one} for one in FIGURES],
        value=FIGURES[0],
        className="segments",
        labelClassName="segment",
    )


def alert_words(unread: int) -> str:
    if not unread:
        return _("Saved views")
    return ngettext(
        "Saved views: {n} passed its limit", "Saved views: {n} passed their limits", unread
    ).format(n=unread)
