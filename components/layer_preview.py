"""What files hold, before they become a layer: open questions, counts, repairs, first rows.

Drawn by assets/70-layer-upload.js from data; what has `data-choice` is asked anew when it changes.
"""

import json
from collections.abc import Sequence
from typing import Any

from dash import html

from components.layer_forms import about_fields
from components.layer_words import (
    extent_degrees,
    extent_words,
    field_kind_word,
    note_sentence,
)
from components.plain import Drawn, button, plain, quiet_button, select_field, text_field
from data.i18n import NOTHING, format_number, ngettext
from data.i18n import gettext as _
from data.layers.model import Choice, LayerInfo
from data.layers.reading import Inspection
from data.reference import Reference

_ROWS = 8
_COLUMNS = 12
_LONGEST_CELL = 60


def preview_parts(
    found: Inspection, choice: Choice, reference: Reference, *, replaces: str | None
) -> list[Any]:
    """From what it is to the button that publishes it, which is dead while a question is open."""
    return [
        _facts(found, choice),
        _questions(found, choice),
        _refusal(found),
        _hint(found, choice),
        _notes(found),
        _fields(found, is_open=_is_ready(found)),
        _rows(found),
        _publish(found, reference, replaces),
    ]


def _facts(found: Inspection, choice: Choice) -> html.Dl:
    facts = [
        (_("Format"), found.file_format),
        (
            _("Features"),
            NOTHING if found.features is None else format_number(found.features),
        ),
        (_("Coordinates"), _crs_words(found, choice)),
        (
            _("Extent"),
            html.Span(extent_words(found.extent), title=extent_degrees(found.extent)),
        ),
    ]
    return html.Dl(
        [part for term, words in facts for part in (html.Dt(term), html.Dd(words))],
        className="facts",
        key="facts",
    )


def _crs_words(found: Inspection, choice: Choice) -> str:
    if "crs" in found.questions or found.crs is None:
        return _("not said in the file")
    return _("{crs}, as chosen").format(crs=found.crs) if choice.crs else found.crs


def _questions(found: Inspection, choice: Choice) -> Any:
    """What the file does not say; answered ones stay, to be changed."""
    asked: list[Any] = []
    if len(found.layers) > 1:
        asked.append(_layer_question(found))
    if len(found.guess.record_paths) > 1 or "records" in found.questions:
        asked.append(_records_question(found, choice))
    if found.guess.columns or "coordinates" in found.questions:
        asked.append(_coordinates_question(found))
    if choice.crs or "crs" in found.questions:
        asked.append(_crs_question(choice))
    if choice.axes or (found.hint is not None and found.hint.swapped):
        asked.append(_axes_question(choice))
    return html.Div(asked, className="layer-questions", key="questions") if asked else None


def _layer_question(found: Inspection) -> html.Label:
    return select_field(
        _("Which of its {n} layers").format(n=format_number(len(found.layers))),
        [("", _("choose one")), *((one.name, _layer_words(one)) for one in found.layers)],
        name="layer",
        value=found.chosen,
        **{"data-choice": "layer"},
    )


def _layer_words(layer: LayerInfo) -> str:
    parts = [layer.geometry or ""]
    if layer.features is not None:
        parts.append(
            ngettext("{n} feature", "{n} features", layer.features).format(
                n=format_number(layer.features)
            )
        )
    about = ", ".join(part for part in parts if part)
    return f"{layer.name} ({about})" if about else layer.name


def _records_question(found: Inspection, choice: Choice) -> html.Label:
    return select_field(
        _("Which part is one record"),
        _options(found.guess.record_paths, found.guess.records),
        name="records",
        value=found.guess.records or choice.records,
        **{"data-choice": "records"},
    )


def _coordinates_question(found: Inspection) -> html.Div:
    """What is guessed is chosen already, and can be changed."""
    guess = found.guess
    return html.Div(
        [
            select_field(
                words,
                _options(guess.columns, getattr(guess, name)),
                name=name,
                value=getattr(guess, name),
                **{"data-choice": name},
            )
            for name, words in (
                ("latitude", _("Column of the latitude or northing")),
                ("longitude", _("Column of the longitude or easting")),
                ("wkt", _("or of well-known text (WKT)")),
            )
        ],
        className="field-row",
    )


def _options(names: Sequence[str], chosen: str | None) -> list[tuple[str, str]]:
    known = dict.fromkeys((*names, *([chosen] if chosen else [])))
    return [("", _("choose one")), *((name, name) for name in known)]


def _crs_question(choice: Choice) -> html.Div:
    """A search; assets/71-layer-crs.js fills the list, the city's usual ones first."""
    return html.Div(
        [
            html.Label(
                [
                    html.Span(_("Which coordinate system"), className="plain-label"),
                    plain(
                        "input",
                        type="search",
                        id="crs-search",
                        className="plain-input",
                        placeholder=_("Code, name or place: 32748, UTM 48S, DGN95"),
                        autocomplete="off",
                        role="combobox",
                        maxLength="80",
                        **{
                            "aria-controls": "crs-list",
                            "aria-expanded": "true",
                            "data-chosen": choice.crs or "",
                        },
                    ),
                ],
                className="plain-field",
            ),
            html.Ul(
                id="crs-list",
                className="crs-list",
                role="listbox",
                **{"aria-label": _("Coordinate systems")},
            ),
        ],
        className="crs-question",
        key="crs",
    )


def _axes_question(choice: Choice) -> html.Label:
    return select_field(
        _("Which comes first in a pair of coordinates"),
        [("xy", _("longitude or easting, as usual")), ("yx", _("latitude or northing"))],
        name="axes",
        value=choice.axes or "xy",
        **{"data-choice": "axes"},
    )


def _is_ready(found: Inspection) -> bool:
    return not found.questions and found.refusal is None


def _refusal(found: Inspection) -> Any:
    if found.refusal is None:
        return None
    return html.P(found.refusal.said(), className="layer-fault", role="alert", key="refusal")


def _hint(found: Inspection, choice: Choice) -> Any:
    """What the coordinates look like, and a button that takes it at its word."""
    if found.hint is None:
        return None
    hint = found.hint
    axes = choice.axes or "xy"
    if hint.swapped:
        axes = "xy" if axes == "yx" else "yx"
        words = _("Take {crs}, axes swapped").format(crs=hint.code)
    else:
        words = _("Take {crs}").format(crs=hint.code)
    taken = json.dumps({"crs": hint.code, "axes": axes})
    return html.P(
        [
            html.Span(hint.sentence.said()),
            button(words, "button quiet", **{"data-take": taken}),
        ],
        className="layer-hint",
        role="status",
        key="hint",
    )


def _notes(found: Inspection) -> Any:
    if not found.notes:
        return None
    return html.Ul(
        [html.Li(note_sentence(note), key=note.kind) for note in found.notes],
        className="layer-notes",
        key="notes",
    )


def _fields(found: Inspection, *, is_open: bool) -> Any:
    """Which properties the layer keeps."""
    if not found.fields:
        return None
    return html.Fieldset(
        [
            html.Legend(_("Fields to keep"), className="plain-label"),
            html.Div(
                [
                    html.Label(
                        [
                            plain(
                                "input",
                                type="checkbox",
                                checked=True,
                                value=field.name,
                                **{"data-keep-field": "1"},
                            ),
                            html.Span(field.name),
                            html.Span(field_kind_word(field.kind), className="note"),
                        ],
                        className="plain-check",
                        key=field.name,
                    )
                    for field in found.fields
                ],
                className="keep-fields",
            ),
        ],
        key="fields",
        className="fields-to-keep",
        hidden=None if is_open else "hidden",
    )


def _rows(found: Inspection) -> Any:
    if not found.rows:
        return None
    names = list(dict.fromkeys(name for row in found.rows for name in row))[:_COLUMNS]
    return html.Div(
        html.Table(
            [
                html.Caption(_("First rows"), className="note"),
                html.Thead(html.Tr([html.Th(name, scope="col") for name in names])),
                html.Tbody(
                    [
                        html.Tr([html.Td(_cell(row.get(name))) for name in names])
                        for row in found.rows[:_ROWS]
                    ]
                ),
            ],
            className="first-rows",
        ),
        className="first-rows-frame",
        tabIndex="0",
        key="rows",
    )


def _cell(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _publish(found: Inspection, reference: Reference, replaces: str | None) -> Drawn:
    is_dead = not _is_ready(found)
    fields: list[Any] = []
    if replaces is None:
        fields = [
            html.H3(_("Describe it")),
            *about_fields(reference),
            text_field(
                _("Code in addresses; made from the name where it is empty"),
                name="code",
                maxLength="64",
                placeholder="fire-posts",
                pattern="[a-z0-9][a-z0-9\\-]*",
            ),
        ]
    return plain(
        "form",
        [
            *fields,
            html.Div(
                [
                    plain(
                        "button",
                        _("Replace the layer") if replaces else _("Publish"),
                        type="submit",
                        className="button",
                        disabled=is_dead,
                    ),
                    quiet_button(_("Discard"), id="layer-discard"),
                    html.Span(
                        _("First answer what is asked above.") if is_dead else None,
                        className="note",
                    ),
                ],
                className="form-end",
            ),
        ],
        id="layer-publish",
        className="layer-form",
        key="publish",
    )
