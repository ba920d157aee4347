"""One layer on its own page: what it is, its fields, its versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from components.channel_tables import table
from components.channel_words import age
from components.export_menu import layer_exports
from components.layer_words import (
    badges,
    count_words,
    extent_degrees,
    extent_words,
    field_kind_word,
    geometry_mark,
    in_language,
    layer_name,
    note_sentence,
)
from components.plain import button, quiet_button
from data.i18n import NOTHING, format_duration, format_instant, format_number
from data.i18n import gettext as _
from data.layers.catalogue import Layer, Version
from data.layers.shown_address import shown_address
from data.reference import Reference


def layer_head(layer: Layer, at: datetime) -> html.Header:
    return html.Header(
        [
            html.Div(
                [geometry_mark(layer), html.H2(layer_name(layer)), *badges(layer, at)],
                className="catalogue-name",
            ),
            html.P(in_language(layer.about.descriptions) or None, className="layer-about"),
        ],
        className="article-head",
    )


def layer_facts(layer: Layer, reference: Reference, at: datetime) -> html.Div:
    about, version = layer.about, layer.version
    facts: list[tuple[str, Any]] = [
        (_("Features"), count_words(version.geometry, version.features)),
        (
            _("Extent"),
            html.Span(extent_words(version.extent), title=extent_degrees(version.extent)),
        ),
        (_("Source"), about.source or NOTHING),
        (_("Licence"), about.licence or NOTHING),
        (_("Owner"), about.owner or NOTHING),
        (_("Version"), _version_words(version, reference)),
        (_("File"), f"{version.file_name} ({version.file_format})"),
        (_("Coordinates"), version.crs),
        (_("Code"), layer.code),
        (_("Take it along"), layer_exports(layer.code)),
        *_remote_facts(layer, at),
    ]
    notes = [html.Li(note_sentence(note), key=note.kind) for note in version.notes]
    return html.Div(
        [
            html.Dl(
                [part for term, words in facts for part in (html.Dt(term), html.Dd(words))],
                className="facts",
            ),
            html.Ul(notes, className="layer-notes") if notes else None,
        ]
    )


def fields_table(layer: Layer) -> Any:
    fields = layer.version.fields
    if not fields:
        return html.P(_("Its features have no fields."), className="note")
    return table(
        [_("Field"), _("Kind")],
        [[field.name, field_kind_word(field.kind)] for field in fields],
        caption=_("Fields of the layer"),
    )


def versions_table(layer: Layer, versions: Sequence[Version], reference: Reference) -> Any:
    """Newest first; every one but the one in force can be put in force again."""
    rows = [
        [
            format_number(version.number),
            _when(version.created_at, reference),
            count_words(version.geometry, version.features),
            version.file_name,
            _("in force")
            if version.id == layer.version.id
            else quiet_button(
                _("Restore"),
                **{
                    "data-layer-act": "restore",
                    "data-layer": layer.code,
                    "data-version": str(version.number),
                },
            ),
        ]
        for version in versions
    ]
    return html.Div(
        table(
            [_("Version"), _("Date"), _("Features"), _("File"), _("State")],
            rows,
            caption=_("Versions of the layer"),
        ),
        className="versions",
    )


def removal(layer: Layer) -> html.Div:
    """Asks before it removes; assets/72-layer-forms.js opens and hears the dialog."""
    return html.Div(
        [
            quiet_button(_("Remove the layer …"), **{"data-opens": "layer-removal"}),
            html.Dialog(
                [
                    html.H2(_("Remove {name}?").format(name=layer_name(layer))),
                    html.P(
                        _(
                            "It leaves the map and the list, and links that use it say so. "
                            "It can be brought back from the list of removed layers."
                        )
                    ),
                    html.Div(
                        [
                            button(
                                _("Remove"),
                                **{"data-layer-act": "remove", "data-layer": layer.code},
                            ),
                            quiet_button(_("Keep it"), **{"data-closes": "layer-removal"}),
                        ],
                        className="form-end",
                    ),
                ],
                id="layer-removal",
                className="help",
                **{"aria-label": _("Remove {name}?").format(name=layer_name(layer))},
            ),
        ]
    )


def unknown_layer(code: str) -> html.Div:
    return html.Div(
        [
            html.H2(_("No layer {code}").format(code=code[:64])),
            html.P(_("There is no layer of this code, or it was removed.")),
            html.P(html.A(_("All layers"), href="/layers", **{"data-page": "layers"})),
        ],
        className="empty-page",
        role="status",
    )


def _remote_facts(layer: Layer, at: datetime) -> list[tuple[str, Any]]:
    if layer.url is None or layer.every_seconds is None:
        return []
    facts: list[tuple[str, Any]] = [
        (_("Address"), html.Span(shown_address(layer.url), className="layer-url")),
        (_("Fetched"), _("every {duration}").format(duration=format_duration(layer.every_seconds))),
        (_("Last success"), age(layer.succeeded_at, at)),
    ]
    if layer.last_error is not None:
        facts.append(
            (_("Last failure"), html.Span(layer.last_error.said(), className="alarming-words"))
        )
    now_button = quiet_button(
        _("Fetch now"), **{"data-layer-act": "refresh", "data-layer": layer.code}
    )
    return [*facts, (_("Turn"), now_button)]


def _version_words(version: Version, reference: Reference) -> str:
    return _("{number} of {when}").format(
        number=format_number(version.number), when=_when(version.created_at, reference)
    )


def _when(instant: datetime, reference: Reference) -> str:
    city = reference.city
    return format_instant(instant, city.time_zone, city.zone_abbreviation)
