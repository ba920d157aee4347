"""Forms about layers, as data for assets/61-draw.js; assets/72-layer-forms.js sends them."""

from typing import Any

from dash import html

from components.layer_words import css_colour
from components.plain import Drawn, check_field, plain, select_field, text_field
from data.i18n import gettext as _
from data.i18n import language_name
from data.layers.catalogue import Layer
from data.layers.model import About
from data.reference import Reference
from queries.layers.palette import PALETTE, Colour
from queries.layers.style import ICONS, MOST_CLASSES, chosen_label, style_of

_SIZES = (1, 12)  # pixels: the width of a line, the radius of a point
_CLASSES = (2, MOST_CLASSES)
_NO_ABOUT = About(names={})


def about_fields(reference: Reference, about: About = _NO_ABOUT) -> list[Any]:
    """Name and description in each language of the city, source, licence, owner."""
    languages = reference.city.languages
    return [
        html.Div(
            [
                text_field(
                    _("Name ({language})").format(language=language_name(code)),
                    name=f"name.{code}",
                    value=about.names.get(code, ""),
                    maxLength="200",
                    lang=code,
                )
                for code in languages
            ],
            className="field-row",
        ),
        html.Div(
            [
                text_field(
                    _("Description ({language})").format(language=language_name(code)),
                    name=f"description.{code}",
                    value=about.descriptions.get(code, ""),
                    long=True,
                    maxLength="2000",
                    lang=code,
                )
                for code in languages
            ],
            className="field-row",
        ),
        html.Div(
            [
                text_field(_("Source"), name="source", value=about.source, maxLength="500"),
                text_field(_("Licence"), name="licence", value=about.licence, maxLength="200"),
                text_field(_("Owner"), name="owner", value=about.owner, maxLength="200"),
            ],
            className="field-row",
        ),
        check_field(
            _("Approximate: drawn from general knowledge, not measured"),
            name="is_approximate",
            checked=about.is_approximate,
        ),
    ]


def about_form(layer: Layer, reference: Reference) -> Drawn:
    return _form("describe", layer, [*about_fields(reference, layer.about), _save()])


def style_form(layer: Layer) -> Drawn:
    """Colour, icon and size of points, label, and colour by a field."""
    given, style, geometry = layer.about.style, style_of(layer), layer.version.geometry
    names = [field.name for field in layer.version.fields]
    size = _number(_("Size in pixels"), "size", given.get("size", ""), _SIZES)
    icon = select_field(
        _("Icon"), [(icon, icon_word(icon)) for icon in ICONS], name="icon", value=style.icon
    )
    rows: list[Any] = [
        _colours(given.get("colour"), style.colour),
        html.Div([icon, size] if geometry in ("point", "mixed") else [size], className="field-row"),
    ]
    rows.append(
        html.Div(
            [
                select_field(
                    _("Label"),
                    [("", _("automatic")), *((name, name) for name in names)],
                    name="label",
                    value=chosen_label(layer) or "",
                ),
                select_field(
                    _("Colour by"),
                    [("", _("one colour for all")), *((name, name) for name in names)],
                    name="by.field",
                    value=style.by.field if style.by else "",
                ),
                select_field(
                    _("In classes by"),
                    [("", _("what fits the field")), *_methods()],
                    name="by.method",
                    value=style.by.method if style.by else "",
                ),
                _number(_("Classes"), "by.classes", style.by.classes if style.by else 5, _CLASSES),
            ],
            className="field-row",
        )
    )
    return _form("style", layer, [*rows, _save()])


def icon_word(icon: str) -> str:
    return {
        "dot": _("dot"),
        "pump": _("pump"),
        "hospital": _("hospital"),
        "fire": _("fire post"),
        "gate": _("floodgate"),
        "water": _("water level"),
        "school": _("school"),
        "bus": _("bus stop"),
    }.get(icon, icon)


def colour_word(name: str) -> str:
    return {
        "blue": _("blue"),
        "magenta": _("magenta"),
        "brown": _("brown"),
        "cyan": _("cyan"),
        "violet": _("violet"),
        "bone": _("bone"),
    }.get(name, name)


def _methods() -> list[tuple[str, str]]:
    return [
        ("categories", _("categories")),
        ("quantiles", _("quantiles: as many features in each")),
        ("breaks", _("natural breaks")),
    ]


def _colours(given: Any, shown: Colour) -> html.Fieldset:
    """The palette; and a colour of its own, where it has one."""
    offered = dict(PALETTE)
    chosen = next((name for name, colour in PALETTE.items() if colour == shown), None)
    if chosen is None:
        offered[chosen := str(given)] = shown
    return html.Fieldset(
        [
            html.Legend(_("Colour"), className="plain-label"),
            html.Div(
                [_swatch(name, colour, name == chosen) for name, colour in offered.items()],
                className="swatches",
            ),
        ]
    )


def _swatch(name: str, colour: Colour, is_chosen: bool) -> html.Label:
    return html.Label(
        [
            plain(
                "input",
                type="radio",
                name="colour",
                value=name,
                checked=is_chosen,
                className="visually-hidden",
            ),
            html.Span(className="colour-swatch", style={"background": css_colour(colour)}),
            html.Span(colour_word(name), className="visually-hidden"),
        ],
        title=colour_word(name),
    )


def _number(label: str, name: str, value: Any, limits: tuple[int, int]) -> html.Label:
    return html.Label(
        [
            html.Span(label, className="plain-label"),
            plain(
                "input",
                type="number",
                name=name,
                value=str(value),
                min=str(limits[0]),
                max=str(limits[1]),
                step="1",
                className="plain-input",
            ),
        ],
        className="plain-field",
    )


def _form(act: str, layer: Layer, children: list[Any]) -> Drawn:
    return plain(
        "form",
        children,
        className="layer-form",
        **{"data-layer-form": act, "data-layer": layer.code},
    )


def _save() -> html.Div:
    return html.Div(
        [
            plain("button", _("Save"), type="submit", className="button"),
            html.Span(className="form-said layer-fault", role="alert"),
        ],
        className="form-end",
    )
