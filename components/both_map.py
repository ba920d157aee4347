"""Two measures of districts as nine colours, with their legend."""

from collections.abc import Iterable, Mapping
from typing import Any

from dash import html

from components.choropleth import NONE, NOT_REACHED, TOO_FEW
from components.exposure_words import any_measure_word, format_any_value
from data.i18n import format_number
from data.i18n import gettext as _
from queries.classes import NONE_COLOUR, NOT_REACHED_COLOUR
from queries.layers.both import STEPS, Both, Together

# The four corners; between them the colours are mixed. Orange is much of the first measure, blue
# much of the second, violet both: three hues that colour-blind readers tell apart, and none is a
# status. Lightness falls with either measure.
_NEITHER, _FIRST, _SECOND, _BOTH = (217, 222, 231), (230, 145, 56), (72, 143, 210), (92, 53, 116)
_STATES = {"too_few": TOO_FEW, "not_reached": NOT_REACHED, "none": NONE}


def both_colours() -> list[str]:
    """Nine, by cell: 3 × class of the second measure + class of the first."""
    return [
        _mixed(first / (STEPS - 1), second / (STEPS - 1))
        for second in range(STEPS)
        for first in range(STEPS)
    ]


def both_hideout(both: Both, first: str, second: str, layers: Mapping[str, str]) -> dict[str, Any]:
    """As `components.choropleth.hideout`; the rank is the first measure's value."""
    rows: Iterable[Any] = both.frame.itertuples()
    return {
        "colours": both_colours(),
        "notReached": NOT_REACHED_COLOUR,
        "none": NONE_COLOUR,
        "values": {
            row.code: [
                int(row.cell) if row.state == "ok" else _STATES[row.state],
                f"{format_any_value(first, row.first)} · {format_any_value(second, row.second)}",
                f"{any_measure_word(first, layers)} · {any_measure_word(second, layers)}",
                0 if row.n_first != row.n_first else int(row.n_first),
                float(row.first) if row.state == "ok" else None,
                format_any_value(second, row.second),
            ]
            for row in rows
        },
    }


def both_legend(
    both: Both, first: str, second: str, layers: Mapping[str, str], *, level_word: str
) -> list[Any]:
    """The square of nine colours between its two axes, and how the measures go together."""
    counts = both.frame["cell"].value_counts()
    colours = both_colours()
    cells = [
        html.Span(
            format_number(int(counts.get(STEPS * row + column, 0)) or None).replace("–", ""),
            className="both-cell",
            style={"background": colours[STEPS * row + column]},
        )
        for row in reversed(range(STEPS))
        for column in range(STEPS)
    ]
    without = int((both.frame["cell"] < 0).sum())
    return [
        html.H3(_("Two measures"), className="legend-title"),
        html.P(level_word, className="legend-unit"),
        html.Div(
            [
                html.Span(
                    [any_measure_word(second, layers), " →"], className="both-axis both-second"
                ),
                html.Div(cells, className="both-square"),
                html.Span(
                    [any_measure_word(first, layers), " →"], className="both-axis both-first"
                ),
            ],
            className="both-legend",
        ),
        html.P(
            limits_words(both, first, second),
            className="legend-note",
        ),
        html.P(together_words(both.together), className="legend-note"),
        html.P(
            _("{n} districts lack one of the two.").format(n=format_number(without)),
            className="legend-note",
        )
        if without
        else None,
    ]


def together_words(together: Together) -> str:
    """One sentence on how the two go together, with its interval."""
    if together.correlation != together.correlation:
        return _("Too few districts have both to say how they go together.")
    figures = f"ρ {format_number(together.correlation, 2)}"
    between = f"{format_number(together.low, 2)} – {format_number(together.high, 2)}"
    if together.low > 0:
        words = _("They rise together")
    elif together.high < 0:
        words = _("One falls where the other rises")
    else:
        words = _("They do not go together beyond chance")
    return _("{words}: {figures} (95% interval {between}, n {n}).").format(
        words=words, figures=figures, between=between, n=format_number(together.n)
    )


def limits_words(both: Both, first: str, second: str) -> str:
    """Where the classes of the two measures part."""
    return _(
        "Thirds of the districts, equal values together; limits: {first} and {second}."
    ).format(first=_limits(first, both.first_breaks), second=_limits(second, both.second_breaks))


def _limits(measure: str, breaks: tuple[float, ...]) -> str:
    return " / ".join(format_any_value(measure, limit) for limit in breaks) or "–"


def _mixed(first: float, second: float) -> str:
    channels = [
        round(
            (1 - first) * (1 - second) * neither
            + first * (1 - second) * one
            + (1 - first) * second * other
            + first * second * both
        )
        for neither, one, other, both in zip(_NEITHER, _FIRST, _SECOND, _BOTH, strict=True)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in channels)
