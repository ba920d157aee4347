"""Districts of the KPI page: the way down, the rows of a level, and one among its peers."""

import math
from typing import Any

import pandas as pd
from dash import html

from components.channel_tables import table
from components.kpi_format import bounds_text, hover_text, measured_text
from components.kpi_lists import both
from components.newest_list import newest_list
from data.i18n import NOTHING, format_duration, format_number
from data.i18n import gettext as _
from data.instants import now
from data.reference import Reference
from queries.kpi.districts import DistrictRow, Down, Peer, Peers
from queries.measured import Measured

_APART = 14.0  # percent of the width
_TICKS = tuple(
    [minutes * 60 for minutes in (1, 2, 5, 15, 30)]
    + [hours * 3600 for hours in (1, 2, 4, 8, 12)]
    + [days * 86_400 for days in (1, 2, 3, 7, 14, 30, 90, 365)]
)


def district_table(
    found: Down, complaints: pd.DataFrame | None, reference: Reference, language: str
) -> list[Any]:
    """The way down to here, and what lies below: districts, or complaints at the lowest level."""
    parts: list[Any] = [_path(found, reference)]
    if found.level is None:
        if complaints is None or complaints.empty:
            parts.append(html.P(_("None yet."), className="empty-note"))
        else:
            parts.append(newest_list(complaints, reference, today=now()))
        return parts
    rows = [row for row in found.rows if row.received]
    if not rows:
        words = _("No complaints match these filters. Widen the period or reset the filters.")
        return [*parts, html.P(words, className="empty-note")]
    level = next(level for level in reference.city.levels if level.id == found.level)
    heads = [
        reference.language_text(level.names, language),
        _("Received"),
        _("Median response"),
        _("Within 24 hours"),
        _("On time"),
        _("Stars"),
        _("Open"),
    ]
    parts.append(_table(heads, rows))
    notes = []
    if found.outside:
        notes.append(_("{n} in none of these districts").format(n=format_number(found.outside)))
    if any("too_few" in (one.state for one in _measures(row)) for row in rows):
        notes.append(_("* from fewer than 20"))
    if notes:
        parts.append(html.P(" · ".join(notes), className="note"))
    return parts


def _measures(row: DistrictRow) -> tuple[Measured, ...]:
    return row.response_median, row.response_within_24_hours, row.on_time, row.mean_stars


def _path(found: Down, reference: Reference) -> html.Nav:
    """Where one is; each step back is a button."""
    steps = [("", reference.city.name), *((one.code, one.name) for one in found.path)]
    shown: list[Any] = []
    for place, (code, name) in enumerate(steps):
        is_here = place == len(steps) - 1
        if place:
            shown.append(html.Span("›", className="path-mark", **{"aria-hidden": "true"}))
        shown.append(
            html.Span(name, className="path-here", **{"aria-current": "true"})
            if is_here
            else html.Button(
                name, type="button", className="text-button", **{"data-drill": code or "-"}
            )
        )
    return html.Nav(shown, className="kpi-path", **{"aria-label": _("The way down")})


def _table(heads: list[str], rows: list[DistrictRow]) -> html.Table:
    body = [
        html.Tr(
            [
                html.Th(
                    html.Button(
                        row.name, type="button", className="row-button", **{"data-drill": row.code}
                    ),
                    scope="row",
                ),
                html.Td(format_number(row.received), **{"data-label": heads[1]}),
                *(
                    _cell(value, unit, head)
                    for value, unit, head in (
                        (row.response_median, "seconds", heads[2]),
                        (row.response_within_24_hours, "share", heads[3]),
                        (row.on_time, "share", heads[4]),
                        (row.mean_stars, "stars", heads[5]),
                    )
                ),
                html.Td(format_number(row.open), **{"data-label": heads[6]}),
            ]
        )
        for row in rows
    ]
    return html.Table(
        [
            html.Caption(_("Districts one level down"), className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(body),
        ],
        className="numbers districts-down",
    )


def _cell(value: Measured, unit: str, head: str) -> html.Td:
    if value.state == "too_few":
        return html.Td(
            [measured_text(value, unit), html.Span(" *", **{"aria-hidden": "true"})],
            className="too-few-value",
            title=_("n {n}: too few").format(n=format_number(value.n)),
            **{"data-label": head},
        )
    return html.Td(
        measured_text(value, unit), title=hover_text(value, unit), **{"data-label": head}
    )


def peer_strip(found: Peers, reference: Reference, language: str) -> list[Any]:
    """A dot for each district of the level; the chosen one is large and named."""
    known = [one for one in found.rows if one.median.value is not None]
    if not known:
        return [html.P(_("Nothing to compare here."), className="empty-note")]
    low, high = _ends([one.median.value or 1.0 for one in known])
    ticks = _ticks(low, high)
    chosen = next((one for one in known if one.code == found.chosen), None)
    level = next(level for level in reference.city.levels if level.id == found.level)
    strip = html.Div(
        [
            *(
                html.Span(
                    format_duration(tick),
                    className="strip-tick",
                    style=_at(_place(tick, low, high)),
                )
                for tick in ticks
            ),
            *(_dot(one, place, found.chosen, low, high) for place, one in enumerate(known)),
        ],
        className="strip",
        role="group",
        **{"aria-label": reference.language_text(level.names, language)},
    )
    rows = [
        [
            one.name,
            one.parent or NOTHING,
            measured_text(one.median, "seconds"),
            bounds_text(one.median, "seconds") or NOTHING,
            format_number(one.median.n),
        ]
        for one in found.rows
        if one.median.n
    ]
    heads = [_("District"), _("Within"), _("Median response"), "95%", "n"]
    return both(
        [html.P(_standing(found, chosen, known), className="note"), strip],
        table(heads, rows, caption=_("Median response of districts of one level")),
    )


def _standing(found: Peers, chosen: Peer | None, known: list[Peer]) -> str:
    """Where the chosen one stands among those with enough complaints."""
    ranked = [one for one in known if one.median.state == "ok"]
    if chosen is None:
        if found.chosen:
            return _("Nothing to compare here.")
        return _("{n} districts; choose one to see where it stands.").format(
            n=format_number(len(known))
        )
    words = f"{chosen.name}: {hover_text(chosen.median, 'seconds')}"
    if chosen.median.state != "ok" or len(ranked) < 2:
        return words
    value = chosen.median.value or 0.0
    faster = sum((one.median.value or 0.0) < value for one in ranked)
    return f"{words} · " + _("{n} of {all} are faster").format(
        n=format_number(faster), all=format_number(len(ranked) - 1)
    )


def _ends(values: list[float]) -> tuple[float, float]:
    """Of the axis: with room at either side, and two marks at least, or nobody could read it."""
    low, high = max(min(values), 60.0) / 1.3, max(*values, 120.0) * 1.3
    if len(_ticks(low, high)) < 2:
        low = max((tick for tick in _TICKS if tick <= low), default=low)
        high = min((tick for tick in _TICKS if tick >= high), default=high)
    return low, high


def _at(place: float) -> dict[str, str]:
    """Words at this percent of the width, shifted so that those at an end do not leave it."""
    return {"left": f"{place:.1f}%", "translate": f"-{place:.1f}% 105%"}


def _ticks(low: float, high: float) -> list[int]:
    """Those within, and not so near to the one before that their words would meet."""
    found: list[int] = []
    for tick in _TICKS:
        if not low <= tick <= high:
            continue
        if not found or _place(tick, low, high) - _place(found[-1], low, high) > _APART:
            found.append(tick)
    return found


def _place(value: float, low: float, high: float) -> float:
    return 100 * (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))


def _dot(one: Peer, place: int, chosen: str | None, low: float, high: float) -> html.Button:
    is_chosen = one.code == chosen
    kind = " chosen" if is_chosen else " few" if one.median.state == "too_few" else ""
    words = f"{one.name}: {hover_text(one.median, 'seconds')}"
    return html.Button(
        html.Span(one.name, className="strip-name") if is_chosen else None,
        type="button",
        className=f"strip-dot{kind}",
        title=words,
        style={
            "left": f"{_place(one.median.value or low, low, high):.2f}%",
            "top": "50%" if is_chosen else f"{18 + (place * 37) % 64}%",
        },
        **{"data-drill": one.code, "aria-label": words},
    )
