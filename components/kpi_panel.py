"""A part of the KPI page: its title, what stands behind it, and the place where it is drawn."""

from typing import Any

from dash import html

from components import ids
from components.basics import icon, panel, table_button
from components.drawn import drawn
from components.kpi_words import info, panel_note, panel_title
from data.i18n import gettext as _


def kpi_section(name: str, *, has_table: bool = True) -> html.Section:
    """One of the four at the top. What is drawn in it comes from a callback."""
    title = panel_title(name)
    return html.Section(
        [
            html.Header(
                [
                    html.H3(title, className="panel-title"),
                    info_button(name, title),
                    table_button() if has_table else None,
                ],
                className="kpi-head",
            ),
            *drawn(ids.kpi(name), className="kpi-drawn"),
        ],
        className="panel kpi-card",
        id=ids.kpi_panel(name),
        **{"data-waits": name},
    )


def detail_section(name: str, children: Any = None, *, has_table: bool = True) -> html.Section:
    """One of those below: it folds. `children` stand for what is drawn elsewhere."""
    title = panel_title(name)
    folding = panel(
        title,
        [*(children or []), *drawn(ids.kpi(name), className="kpi-drawn")],
        name=f"kpi-{name}",
        has_table=has_table,
        note=panel_note(name),
    )
    return html.Section(
        [*folding.children, info_button(name, title)],
        className=f"panel kpi-detail kpi-{name}",
        id=ids.kpi_panel(name),
        **{"data-waits": name},
    )


def info_button(name: str, title: str) -> html.Div:
    """An "i" and what it opens; assets/73-kpi.js hears it."""
    place = f"{ids.kpi(name)}-info"
    found = info(name)
    words = _("What is behind “{title}”").format(title=title)
    parts = (
        (_("Meaning"), found.definition),
        (_("Formula"), found.formula),
        (_("Data"), found.data),
    )
    return html.Div(
        [
            html.Button(
                icon("info-circle"),
                type="button",
                className="icon-button small",
                title=words,
                **{
                    "data-info": place,
                    "aria-label": words,
                    "aria-expanded": "false",
                    "aria-controls": place,
                },
            ),
            html.Div(
                [
                    html.Dl(
                        [part for word, text in parts for part in (html.Dt(word), html.Dd(text))]
                    )
                ],
                id=place,
                className="kpi-popover",
                hidden=True,
                role="region",
                **{"aria-label": words},
            ),
        ],
        className="kpi-info",
    )
