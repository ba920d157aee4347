"""The way in for files, before anything was sent; assets/70-layer-upload.js works it."""

import json
from typing import Any

from dash import html

from components import ids
from components.drawn import drawn
from components.plain import Drawn, plain, quiet_button, select_field, text_field
from data.i18n import format_duration
from data.i18n import gettext as _
from data.layers.uploads import FILE_LIMIT, SIZE_LIMIT

_INTERVALS = (60, 300, 900, 3_600, 6 * 3_600, 24 * 3_600, 7 * 24 * 3_600)  # seconds
_FORMATS = (
    "Shapefile (ZIP), GeoJSON, TopoJSON, GeoPackage, KML, KMZ, GPX, GML, XML, DWG, DXF, JSON, "
    "CSV, XLSX"
)


def upload_panel(*, replaces: str | None = None) -> html.Div:
    """Drop zone, progress, the place of the preview and its map. `replaces`: of that layer."""
    return html.Div(
        [
            *drawn(ids.LAYER_DROP),
            html.Div(
                [
                    html.Div(id=ids.LAYER_PREVIEW, className="layer-preview"),
                    html.Div(
                        id="layer-map", className="layer-map", **{"aria-label": _("Map preview")}
                    ),
                ],
                id="layer-look",
                className="layer-look",
                hidden=True,
            ),
        ],
        id="layer-upload",
        className="layer-upload",
        **{"data-replaces": replaces or "", "data-texts": _texts()},
    )


def drop_zone() -> list[Any]:
    """What is drawn in the panel before anything was chosen."""
    return [
        html.Label(
            [
                plain(
                    "input",
                    id="layer-files",
                    type="file",
                    multiple=True,
                    className="visually-hidden",
                ),
                html.Span(_("Drop files here, or choose them"), className="drop-title"),
                html.Span(_FORMATS, className="note"),
                html.Span(
                    _(
                        "{limit} MB at most; the parts of a Shapefile together, or as one ZIP"
                    ).format(limit=SIZE_LIMIT // 2**20),
                    className="note",
                ),
            ],
            className="drop-zone",
            id="layer-drop-zone",
        ),
        _address_form(),
        html.Div(
            [
                html.Span(id="layer-progress-words", role="status"),
                plain("progress", id="layer-progress", max="100"),
                quiet_button(_("Cancel"), id="layer-cancel"),
            ],
            id="layer-working",
            className="layer-working",
            hidden="hidden",
        ),
        html.P(id="layer-fault", className="layer-fault", role="alert", hidden="hidden"),
    ]


def _address_form() -> Drawn:
    """For data that change; hidden by assets/36-layers.css where a layer is replaced."""
    return plain(
        "form",
        [
            text_field(
                _("Or fetch it from an address"),
                name="url",
                type="url",
                placeholder="https://…/water-levels.geojson",
                maxLength="2000",
                required=True,
            ),
            select_field(
                _("How often"),
                [(str(seconds), _every(seconds)) for seconds in _INTERVALS],
                name="every_seconds",
                value=str(_INTERVALS[2]),
            ),
            plain("button", _("Look at it"), type="submit", className="button quiet"),
        ],
        id="layer-address",
        className="layer-address",
    )


def _every(seconds: int) -> str:
    return _("every {duration}").format(duration=format_duration(seconds))


def _texts() -> str:
    """What the script says, as JSON."""
    return json.dumps(
        {
            "limit": SIZE_LIMIT,
            "files": FILE_LIMIT,
            "tooLarge": _("{size} MB are chosen, and {limit} MB is the limit; choose fewer files"),
            "tooMany": _("{n} files are chosen, and {limit} is the limit; put them into one ZIP"),
            "fetching": _("Fetching {name} …"),
            "sending": _("Sending {name}: {percent}%"),
            "reading": _("Reading {name} …"),
            "publishing": _("Publishing {name} …"),
            "offline": _("The server does not answer; try again when it does."),
            "noMap": _("Once it is clear where it lies, the map shows it here."),
            "published": _("{name} is published with {n} features."),
            "nothingFound": _("No coordinate system is called like that."),
        }
    )
