"""The KPI page: the four figures of the programme, and below them where, when and why."""

from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from components import ids
from components.basics import icon
from components.drawn import drawn, register_drawn
from components.kpi_about import about_words
from components.kpi_card import kpi_card
from components.kpi_charts import months_chart, months_table, survival_chart, survival_table
from components.kpi_hours import hours_grid
from components.kpi_lists import backlog_bars, promise_list, worse_list
from components.kpi_panel import detail_section, kpi_section
from components.kpi_places import district_table, peer_strip
from components.kpi_units import unit_list
from components.tokens import theme_of
from data.i18n import current_language
from data.i18n import gettext as _
from data.store import Store, current_store
from queries.filters import ComplaintFilter
from queries.kpi.panels import DETAILS, KPIS, PANELS, panel
from queries.kpi.scope import read_scope
from queries.points import newest

_LOOK_SECONDS = 60  # trends need no second hand
_COMPLAINTS = 25
_CHARTS = {"survival": ids.KPI_SURVIVAL, "months": ids.KPI_MONTHS}
_CONFIG = {"displayModeBar": False, "responsive": True}
_HEIGHTS = {"survival": 280, "months": 200}
_BLANK = {  # before it is drawn
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "xaxis": {"visible": False},
    "yaxis": {"visible": False},
}
_WITHOUT_TABLE = ("districts",)  # it is one
Drawing = Callable[[Store, ComplaintFilter, Any], Any]


def layout() -> html.Div:
    return html.Div(
        [
            html.Header(
                [
                    html.H2(_("Key figures")),
                    *drawn(ids.KPI_ABOUT, className="kpi-about note"),
                    html.P(
                        _(
                            "Being computed. The first time after a start of the server it reads "
                            "all complaints into memory, which takes some seconds."
                        ),
                        className="kpi-starting note",
                    ),
                    html.A(
                        [icon("download"), _("Brief (PDF)")],
                        href="/export/kpi.pdf",
                        download=True,
                        className="text-button kpi-print",
                        title=_("The four figures of this view on one page"),
                        **{"data-export": "kpi.pdf", "data-file": "pdf"},
                    ),
                    html.Button(
                        [icon("printer"), _("Print")],
                        type="button",
                        className="text-button kpi-print",
                        **{"data-print": "1"},
                    ),
                ],
                className="kpi-title",
            ),
            html.Div([kpi_section(name) for name in KPIS], className="kpi-cards"),
            html.Div(
                [
                    detail_section(name, _chart(name), has_table=name not in _WITHOUT_TABLE)
                    for name in DETAILS
                ],
                className="kpi-details",
            ),
            dcc.Interval(id=ids.KPI_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="kpi-page",
    )


def _chart(name: str) -> list[Any]:
    if name not in _CHARTS:
        return []
    return [
        dcc.Graph(
            id=_CHARTS[name],
            config=_CONFIG,
            className=f"series kpi-chart kpi-chart-{name}",
            figure={"layout": _BLANK | {"height": _HEIGHTS[name]}},
        )
    ]


def register(app: Dash) -> None:
    """One callback per part, so that they are computed at the same time."""
    register_drawn(app, ids.KPI_ABOUT)
    app.clientside_callback(ClientsideFunction("pantau", "kpiWait"), Input(ids.QUERY, "data"))
    draw = ClientsideFunction("pantau", "drawKpi")
    for name in PANELS:
        place = ids.kpi(name)
        app.clientside_callback(draw, Input(ids.parts(place), "data"), State(place, "id"))
        _register_panel(app, name)

    @app.callback(Output(ids.parts(ids.KPI_ABOUT), "data"), *_asked())
    def show_about(query: str | None, _look: Any) -> Any:
        if query is None:
            return no_update
        store = current_store()
        complaint_filter = ComplaintFilter.from_query(query)
        return about_words(read_scope(store, complaint_filter), store.reference())


def _asked() -> tuple[Input, Input]:
    return Input(ids.QUERY, "data"), Input(ids.KPI_LOOK, "n_intervals")


def _register_panel(app: Dash, name: str) -> None:
    output = Output(ids.parts(ids.kpi(name)), "data")
    if name not in _CHARTS:

        @app.callback(output, *_asked())
        def show(query: str | None, _look: Any) -> Any:
            if query is None:
                return no_update
            return drawing_of(current_store(), ComplaintFilter.from_query(query), name)

        return

    @app.callback(
        output,
        Output(_CHARTS[name], "figure"),
        *_asked(),
        Input(ids.THEME, "data"),
        Input(ids.SCALE, "data"),
    )
    def show_chart(query: str | None, _look: Any, theme: str | None, scale: float) -> Any:
        if query is None:
            return no_update, no_update
        store, complaint_filter = current_store(), ComplaintFilter.from_query(query)
        found = panel(store, complaint_filter, name, current_language())
        tokens = theme_of(theme)
        if name == "survival":
            return survival_table(found), survival_chart(found, theme=tokens, scale=scale)
        return months_table(found), months_chart(found, theme=tokens, scale=scale)


def drawing_of(store: Store, complaint_filter: ComplaintFilter, name: str) -> Any:
    """What is drawn into a part of the page."""
    language, reference = current_language(), store.reference()
    found = panel(store, complaint_filter, name, language)
    if name in KPIS:
        return kpi_card(found)
    if name == "districts":
        complaints = None
        if found.level is None:
            complaints = newest(store, complaint_filter, _COMPLAINTS)
        return district_table(found, complaints, reference, language)
    drawings: dict[str, Callable[[], Any]] = {
        "worse": lambda: worse_list(found, reference, language),
        "peers": lambda: peer_strip(found, reference, language),
        "units": lambda: unit_list(found),
        "on_time": lambda: promise_list(found, complaint_filter.services),
        "backlog": lambda: backlog_bars(found),
        "hours": lambda: hours_grid(found),
    }
    return drawings[name]()
