"""What can be taken along: each result in each format, as small links."""

from typing import Any

from dash import html

from components.basics import icon
from data.i18n import gettext as _

# By the ending of the address: what people call the format.
FORMATS = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "shp.zip": "Shapefile",
    "kml": "KML",
}


def export_menu() -> html.Details:
    """The menu of the header. assets/60-state.js gives the links what is seen now;
    assets/73-exports.js fetches them, and adds a group for each city layer that is shown."""
    words = _("Take this view with you")
    return html.Details(
        [
            html.Summary(
                icon("download"),
                className="icon-button",
                title=words,
                **{"aria-label": words},
            ),
            html.Div(
                [
                    _group(_("Complaints"), "complaints"),
                    _group(_("What the map colours"), "map-areas"),
                    _group(_("Repeat places"), "repeat-places"),
                    html.Div(id="export-layers", className="export-layers"),
                    html.Section(
                        [
                            html.H3(_("Picture of the map")),
                            html.Div(
                                [_link("map", "png", "PNG"), _link("map", "svg", "SVG")],
                                className="export-formats",
                            ),
                        ],
                        className="export-group",
                    ),
                    html.P(
                        _("Without personal data. Each file says what it shows, when and whose."),
                        className="note",
                    ),
                ],
                className="menu-list export-list",
            ),
        ],
        className="menu",
    )


def layer_exports(code: str) -> html.Div:
    """Of one city layer, on its page."""
    return html.Div(
        [
            html.A(
                word,
                href=f"/export/layers/{code}.{ending}",
                download=True,
                **{"data-file": ending},
            )
            for ending, word in FORMATS.items()
        ],
        className="export-formats",
    )


def _group(title: str, name: str) -> html.Section:
    return html.Section(
        [
            html.H3(title),
            html.Div(
                [_link(name, ending, word) for ending, word in FORMATS.items()],
                className="export-formats",
            ),
        ],
        className="export-group",
    )


def _link(name: str, ending: str, word: str) -> html.A:
    is_streamed = name == "complaints" and ending in ("csv", "geojson")
    further: dict[str, Any] = {} if is_streamed else {"data-file": ending}
    return html.A(
        word,
        href=f"/export/{name}.{ending}",
        download=True,
        **{"data-export": f"{name}.{ending}", **further},
    )
