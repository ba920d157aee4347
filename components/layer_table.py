"""All layers at a glance: a row each on a desk, a card each on a phone; and those removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from components.channel_words import age
from components.layer_words import (
    badges,
    count_words,
    extent_degrees,
    extent_words,
    geometry_mark,
    in_language,
    layer_name,
)
from components.plain import quiet_button
from data.i18n import NOTHING, format_duration, format_instant, format_number, format_short_date
from data.i18n import gettext as _
from data.layers.catalogue import Layer
from data.reference import Reference


def layers_table(layers: Sequence[Layer], reference: Reference, at: datetime) -> html.Div:
    """By name; says what to do where there are none."""
    if not layers:
        return html.Div(
            [
                html.P(_("No layers yet."), className="empty-title"),
                html.P(
                    _(
                        "A layer is any other data of the city: pumps, rivers, roads, flood "
                        "extents. Add the first one above, from a file or an address."
                    )
                ),
            ],
            className="empty-note layers-empty",
            role="status",
        )
    heads = [_("Layer"), _("Features"), _("Extent"), _("Source"), _("Licence"), _("Owner")]
    heads += [_("Date"), _("Version")]
    rows = [
        _row(layer, reference, heads, at)
        for layer in sorted(layers, key=lambda one: layer_name(one).casefold())
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(_("City layers"), className="visually-hidden"),
                html.Thead(
                    html.Tr(
                        [html.Th(words, scope="col", role="columnheader") for words in heads],
                        role="row",
                    ),
                    role="rowgroup",
                ),
                html.Tbody(rows, role="rowgroup"),
            ],
            className="layers-table",
            role="table",
        )
    )


def removed_list(layers: Sequence[Layer], reference: Reference) -> Any:
    """Nothing where none was removed."""
    if not layers:
        return None
    zone, zone_name = reference.city.time_zone, reference.city.zone_abbreviation
    return html.Details(
        [
            html.Summary(
                _("Removed layers ({n})").format(n=format_number(len(layers))),
                className="fold-line",
            ),
            html.Ul(
                [
                    html.Li(
                        [
                            html.Span([geometry_mark(one), layer_name(one)]),
                            html.Span(
                                _("removed {when}").format(
                                    when=format_instant(one.removed_at, zone, zone_name)
                                ),
                                className="note",
                            ),
                            quiet_button(
                                _("Bring back"),
                                **{"data-layer-act": "bring-back", "data-layer": one.code},
                            ),
                        ],
                        key=one.code,
                    )
                    for one in layers
                ],
                className="removed-layers",
            ),
        ]
    )


def _row(layer: Layer, reference: Reference, heads: list[str], at: datetime) -> html.Tr:
    about, version = layer.about, layer.version
    name = html.Div(
        [
            html.Div(
                [
                    geometry_mark(layer),
                    html.A(
                        layer_name(layer),
                        href=f"/layers/{layer.code}",
                        **{"data-page": "layer"},
                    ),
                    *badges(layer, at),
                ],
                className="catalogue-name",
            ),
            html.Div(in_language(about.descriptions), className="note layer-about"),
        ]
    )
    cells: list[Any] = [
        count_words(version.geometry, version.features),
        html.Span(extent_words(version.extent), title=extent_degrees(version.extent)),
        about.source or _remote_source(layer) or NOTHING,
        about.licence or NOTHING,
        about.owner or NOTHING,
        _date(layer, reference, at),
        format_number(version.number),
    ]
    return html.Tr(
        [
            html.Th(name, scope="row", role="rowheader"),
            *(
                html.Td(cell, role="cell", **{"data-label": f"{head} "})
                for head, cell in zip(heads[1:], cells, strict=True)
            ),
        ],
        key=layer.code,
        role="row",
    )


def _date(layer: Layer, reference: Reference, at: datetime) -> Any:
    if layer.url is not None:
        return age(layer.succeeded_at, at)
    return format_short_date(layer.version.created_at.astimezone(reference.city.time_zone).date())


def _remote_source(layer: Layer) -> str:
    if layer.url is None or layer.every_seconds is None:
        return ""
    return _("fetched every {duration}").format(duration=format_duration(layer.every_seconds))
