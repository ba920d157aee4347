"""The legend of the map, and the place of the table it turns into."""

from dash import html

from components import ids
from components.basics import table_button
from components.drawn import drawn
from components.overlay_box import overlay_legends
from components.tokens import STATUS_CLASSES, STATUS_SHAPES
from components.words import status_word
from data.i18n import gettext as _
from data.vocabulary import Status

_SHOWN_STATUSES = (Status.WAITING, Status.IN_PROGRESS, Status.RESOLVED, Status.REJECTED)


def legend_box() -> html.Details:
    """One part per layer, shown while the layer is; the choropleth's turns into its table."""
    return html.Details(
        [
            html.Summary(_("Legend")),
            table_button(),
            *drawn(ids.LEGEND, className="legend", **{"data-layer": "districts"}),
            html.Div(
                id="district-table",
                className="table-view",
                **{
                    "data-district": _("District"),
                    "data-interval": _("95% interval"),
                    "data-change": _("Before → now"),
                    "data-caption": _("Districts: choose one to filter by it, a heading to sort"),
                },
            ),
            html.Div(
                [
                    html.H3(_("Complaints"), className="legend-title"),
                    html.Div(
                        [
                            html.Span(
                                [
                                    html.Span(STATUS_SHAPES[s], className="status-shape"),
                                    status_word(s),
                                ],
                                className=f"status {STATUS_CLASSES[s]}",
                            )
                            for s in _SHOWN_STATUSES
                        ],
                        className="legend-statuses",
                    ),
                    html.P(
                        _("A ring holds several; its colours are their shares."),
                        className="legend-note",
                    ),
                ],
                className="legend",
                **{"data-layer": "points"},
            ),
            html.Div(
                [
                    html.H3(_("Heat"), className="legend-title"),
                    html.Div(className="heat-ramp"),
                    html.P(
                        [html.Span(_("few complaints")), html.Span(_("many"))],
                        className="legend-ends",
                    ),
                ],
                className="legend",
                **{"data-layer": "heat"},
            ),
            overlay_legends(),
        ],
        open=True,
        className="map-box legend-box",
        **{"data-fold": "legend"},
    )
