"""Values by district → what the map script colours and says, and the legend beside it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from dash import html

from components.measures import (
    HIGHER_IS_BETTER,
    class_words,
    ends_word,
    format_difference,
    format_value,
    measure_word,
    not_reached_word,
    note_words,
    unit_word,
)
from data.i18n import format_number, ngettext
from data.i18n import gettext as _
from queries.classes import NONE_COLOUR, NOT_REACHED_COLOUR, Classes, classify

# Negative classes are states; assets/62-districts.js gives each its fill.
TOO_FEW, NOT_REACHED, NONE = -1, -2, -3
_STATE_CLASSES = {"too_few": TOO_FEW, "not_reached": NOT_REACHED, "none": NONE}


def classes_of(values: pd.DataFrame, *, measure: str, is_difference: bool = False) -> Classes:
    """Classes over the districts that have a value worth colouring."""
    return classify(
        values.loc[values["state"] == "ok", "value"],
        kind="diverging" if is_difference else "sequential",
        higher_is_better=measure in HIGHER_IS_BETTER,
    )


def hideout(
    values: pd.DataFrame, classes: Classes, *, measure: str, is_difference: bool = False
) -> dict[str, Any]:
    """{colours, notReached, none, values: {code: [class, value, detail, n, rank, between]}}.

    Value, detail and between (the interval, or what a difference is between) are words ready to
    show; n and rank (the value, None where there is none to tell) are what a table sorts by.
    """
    rows: Iterable[Any] = values.itertuples()
    return {
        "colours": list(classes.colours),
        "notReached": NOT_REACHED_COLOUR,
        "none": NONE_COLOUR,
        "values": {
            row.code: [
                classes.index(row.value) if row.state == "ok" else _STATE_CLASSES[row.state],
                _value_words(row, measure, is_difference),
                _detail_words(row, measure),
                int(row.n),
                float(row.value) if row.state == "ok" else None,
                _between_words(row, measure),
            ]
            for row in rows
        },
    }


def legend(
    values: pd.DataFrame,
    classes: Classes,
    *,
    measure: str,
    is_difference: bool = False,
    compared_with: str = "",
    level_word: str = "",
    boundaries: str = "",
) -> list[Any]:
    """Title, unit and n, then one line per class and state that occurs."""
    shown = values[values["state"] == "ok"]
    counts = classes.counts(shown["value"]) if len(shown) else (0,) * len(classes.colours)
    rows = [
        _row(colour, words, count)
        for colour, words, count in zip(
            classes.colours,
            class_words(classes, measure, is_difference=is_difference),
            counts,
            strict=True,
        )
        if len(shown)
    ]
    states = values["state"].value_counts()
    for state, css, words in (
        ("not_reached", "not-reached", not_reached_word(measure)),
        ("too_few", "too-few", _("Fewer than 20")),
        ("none", "none", _("No value")),
    ):
        if states.get(state, 0):
            rows.append(_row(None, words, int(states[state]), css=css))
    title = measure_word(measure)
    if is_difference:
        title = _("{measure}: difference").format(measure=title)
    subtitle = [unit_word(measure, is_difference=is_difference), level_word]
    subtitle.append(f"n\N{NO-BREAK SPACE}{format_number(values['n'].sum())}")
    return [
        html.H3(title, className="legend-title"),
        html.P(" · ".join(word for word in subtitle if word), className="legend-unit"),
        html.P(compared_with, className="legend-unit") if compared_with else None,
        html.Div(rows, className="legend-rows"),
        html.P(ends_word(measure), className="legend-note")
        if is_difference and len(classes.colours) > 1
        else None,
        html.P(note_words(measure), className="legend-note") if note_words(measure) else None,
        html.P(boundaries, className="legend-note") if boundaries else None,
    ]


def _row(colour: str | None, words: str, count: int, *, css: str = "") -> html.Div:
    return html.Div(
        [
            html.Span(
                html.Span(
                    className=f"swatch {css}".strip(),
                    style={"background": colour} if colour else None,
                ),
                className="swatch-ground",
            ),
            html.Span(words, className="legend-range"),
            html.Span(
                format_number(count),
                className="legend-count",
                title=ngettext("{n} district", "{n} districts", count).format(
                    n=format_number(count)
                ),
            ),
        ],
        className="legend-row",
    )


def _value_words(row: Any, measure: str, is_difference: bool) -> str:
    if row.state == "ok":
        return (format_difference if is_difference else format_value)(measure, row.value)
    return {
        "too_few": _("too few to tell"),
        "not_reached": _("not reached"),
        "none": _("no value"),
    }[row.state]


def _detail_words(row: Any, measure: str) -> str:
    between = _between_words(row, measure)
    if hasattr(row, "n_before"):
        count = _("n {n_before} → {n}").format(
            n_before=format_number(row.n_before), n=format_number(row.n)
        )
        return f"{between} · {count}" if between else count
    count = f"n {format_number(row.n)}"
    return f"{count} · {_('95% interval')} {between}" if between else count


def _between_words(row: Any, measure: str) -> str:
    """The interval of a value, or the two values of a difference; nothing where too few tell."""
    if row.state != "ok":
        return ""
    if hasattr(row, "n_before"):
        return f"{format_value(measure, row.before)} → {format_value(measure, row.now)}"
    if pd.isna(row.low):
        return ""
    high = _("not reached") if _is_open_ended(row.high) else format_value(measure, float(row.high))
    return f"{format_value(measure, float(row.low))} – {high}"


def _is_open_ended(value: Any) -> bool:
    return pd.isna(value) or not np.isfinite(float(value))
