"""The filter, as controls. Scripts read and write them; the URL mirrors them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import ids
from components.basics import choices, icon, icon_button, labelled, status_mark
from components.layer_filter import layer_filter
from components.words import period_word
from data.i18n import current_language
from data.i18n import gettext as _
from data.reference import District, Reference
from data.vocabulary import Status
from queries.periods import PERIODS


def filter_panel(
    reference: Reference, *, today: date, layers: Sequence[dict[str, Any]] = ()
) -> html.Aside:
    """Everything one can filter by; `today` bounds the dates (local)."""
    return html.Aside(
        [
            html.Div(
                [
                    html.H2(_("Filters"), className="aside-title"),
                    html.Button(
                        _("Reset"), id="filter-reset", type="button", className="text-button"
                    ),
                    icon_button(
                        "x-lg", _("Close the filters"), id="filter-close", className="phone-only"
                    ),
                ],
                className="aside-head",
            ),
            _text(),
            _period(today),
            _services(reference),
            _statuses(),
            _districts(reference),
            layer_filter(layers),
            labelled(
                _("Unit"),
                choices(
                    sorted(
                        ({"label": u.name, "value": u.code} for u in reference.units.values()),
                        key=lambda option: option["label"],
                    ),
                    id=ids.UNITS,
                    placeholder=_("All units"),
                ),
                html_for=ids.UNITS,
            ),
            labelled(
                _("Channel"),
                choices(
                    [{"label": c.name, "value": c.code} for c in reference.channels.values()],
                    id=ids.CHANNELS,
                    placeholder=_("All channels"),
                ),
                html_for=ids.CHANNELS,
            ),
            dcc.Store(id=ids.AS_OF),
        ],
        id="filters",
        className="filters",
        **{"aria-label": _("Filters")},
    )


def _text() -> html.Div:
    return html.Div(
        [
            icon("search"),
            dcc.Input(
                id=ids.TEXT,
                type="search",
                debounce=0.4,
                placeholder=_("Text or number"),
                autoComplete="off",
                maxLength=200,
                className="text-input",
            ),
            html.Kbd("/", **{"aria-hidden": "true"}),
        ],
        className="search-field",
        role="search",
    )


def _period(today: date) -> html.Div:
    options = [{"label": period_word(period), "value": period} for period in PERIODS]
    dates = [
        html.Label(
            [
                html.Span(label),
                dbc.Input(
                    id=id,
                    type="date",
                    max=today.isoformat(),
                    debounce=True,
                    className="date-input",
                ),
            ]
        )
        for id, label in ((ids.START, _("From")), (ids.END, _("Until")))
    ]
    return html.Div(
        [
            labelled(
                _("Period received"),
                choices(
                    options,
                    id=ids.PERIOD,
                    placeholder=_("Chosen dates"),
                    multi=False,
                    clearable=False,
                    searchable=False,
                ),
                html_for=ids.PERIOD,
            ),
            html.Div(dates, className="dates"),
        ]
    )


def _services(reference: Reference) -> html.Div:
    language = current_language()
    services = [
        {"label": reference.language_text(s.names, language), "value": s.service_code}
        for s in reference.services.values()
    ]
    groups = [
        {"label": reference.language_text(names, language), "value": code}
        for code, names in reference.groups.items()
    ]
    return html.Div(
        [
            labelled(
                _("Service"),
                choices(
                    sorted(services, key=lambda option: option["label"]),
                    id=ids.SERVICES,
                    placeholder=_("All services"),
                ),
                html_for=ids.SERVICES,
            ),
            labelled(
                _("Group of services"),
                choices(groups, id=ids.GROUPS, placeholder=_("All groups")),
                html_for=ids.GROUPS,
            ),
        ],
        className="fields",
    )


def _statuses() -> html.Fieldset:
    return html.Fieldset(
        [
            html.Legend(_("Status")),
            dcc.Checklist(
                id=ids.STATUSES,
                options=[{"label": status_mark(s), "value": s.code} for s in Status],
                value=[],
                className="chips",
                labelClassName="chip",
            ),
            dcc.Checklist(
                id=ids.OVERDUE,
                options=[{"label": _("Only overdue"), "value": "1"}],
                value=[],
                className="chips",
                labelClassName="chip",
            ),
        ],
        className="field",
    )


def _districts(reference: Reference) -> html.Div:
    return labelled(
        _("District"),
        choices(
            [
                {"label": district_label(reference, district), "value": district.code}
                for district in sorted(
                    reference.districts.values(), key=lambda d: (d.level, d.name)
                )
            ],
            id=ids.DISTRICTS,
            placeholder=_("The whole city"),
        ),
        html_for=ids.DISTRICTS,
    )


def district_label(reference: Reference, district: District) -> str:
    """Name and level, and the parent where there is one: many names repeat."""
    level = reference.language_text(reference.city.levels[district.level].names, current_language())
    parent = reference.districts.get(district.parent_id or 0)
    where = f", {parent.name}" if parent else ""
    return f"{district.name} · {level}{where}"
