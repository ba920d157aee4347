"""What colours the map: a measure, its level and change, and what it is combined with."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from components import ids
from components.basics import choices, labelled
from components.exposure_words import any_measure_word, exposure_choices
from components.measures import DEFAULT_MEASURE, HOT_MEASURES, measure_word
from components.words import COMPARISONS, compare_word
from data.i18n import current_language
from data.i18n import gettext as _
from data.reference import Reference
from queries.districts import MEASURES


def measure_box(
    reference: Reference, layers: Mapping[str, str], geometries: Mapping[str, str]
) -> html.Div:
    """`layers` are the names of city layers and `geometries` what they are of, by code."""
    return html.Div(
        [
            _dropdown(
                _("Colour districts by"),
                [{"label": measure_word(m), "value": m} for m in (*MEASURES, *HOT_MEASURES)],
                id=ids.MEASURE,
                value=DEFAULT_MEASURE,
            ),
            _levels(reference),
            _dropdown(
                _("Compare with"),
                [{"label": compare_word(c), "value": c} for c in COMPARISONS],
                id=ids.COMPARE,
                value="off",
            ),
            html.Details(
                [
                    html.Summary(_("Combine")),
                    html.Div(
                        [
                            _dropdown(
                                _("and by a second measure"),
                                _second(layers, geometries),
                                id=ids.SECOND,
                                placeholder=_("none"),
                                clearable=True,
                            ),
                            _dropdown(
                                _("for each feature of"),
                                [{"label": layers[c], "value": c} for c in _by_name(layers)],
                                id=ids.AREAS,
                                placeholder=_("districts, not a layer"),
                                clearable=True,
                            ),
                        ],
                        className="combine-fields",
                    ),
                ],
                className="combine",
                **{"data-fold": "combine"},
            ),
        ],
        className="map-box measure-box",
    )


def _levels(reference: Reference) -> html.Fieldset:
    language = current_language()
    options = [
        {"label": reference.language_text(level.names, language).capitalize(), "value": level.id}
        for level in reference.city.levels
    ]
    return html.Fieldset(
        [
            html.Legend(_("Level")),
            dcc.RadioItems(
                id=ids.LEVEL,
                options=options,
                value=reference.city.levels[-1].id,
                className="segments",
                labelClassName="segment",
            ),
        ],
        className="field",
    )


def _second(layers: Mapping[str, str], geometries: Mapping[str, str]) -> list[dict[str, Any]]:
    measures = [*MEASURES, *exposure_choices(layers, geometries)]
    return [{"label": any_measure_word(one, layers), "value": one} for one in measures]


def _by_name(layers: Mapping[str, str]) -> list[str]:
    return sorted(layers, key=lambda code: layers[code].casefold())


def _dropdown(
    label: str,
    options: list[dict[str, Any]],
    *,
    id: str,
    value: str | None = None,
    placeholder: str = "",
    clearable: bool = False,
) -> html.Div:
    control = choices(
        options,
        id=id,
        placeholder=placeholder,
        multi=False,
        clearable=clearable,
        searchable=clearable,
        value=value,
    )
    return labelled(label, control, html_for=id)
