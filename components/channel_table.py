"""All channels at a glance: a row each on a desk, a card each on a phone."""

import math
from typing import Any

from dash import html

from components.channel_words import age, clock, kind_word, reason_word, state_mark
from components.figure_cards import sparkline
from data.i18n import NOTHING, format_duration, format_number, format_percent
from data.i18n import gettext as _
from data.reference import Reference
from queries.channels import ChannelHealth, Overview, State, Traffic

_WORST_FIRST = (State.FAILING, State.SILENT, State.OK, State.UNUSED)


def channels_table(overview: Overview, reference: Reference) -> html.Div:
    """What needs somebody comes first, what was never used last; else the city's own order."""
    shown = sorted(overview.channels, key=lambda one: _WORST_FIRST.index(one.state))
    heads = _heads()
    rows = [_row(one, overview, reference, heads) for one in shown]
    if any(day.refused for day in overview.unknown.days):
        rows.append(_unknown_row(overview, reference, heads))
    return html.Div(
        [
            summary(overview),
            html.Table(
                [
                    html.Caption(_("Channels and their health"), className="visually-hidden"),
                    html.Thead(
                        html.Tr(
                            [html.Th(words, scope="col", role="columnheader") for words in heads],
                            role="row",
                        ),
                        role="rowgroup",
                    ),
                    html.Tbody(rows, role="rowgroup"),
                ],
                className="channels-table",
                role="table",
            ),
        ]
    )


def summary(overview: Overview) -> html.P:
    """How many channels are in which state."""
    counts = {state: 0 for state in _WORST_FIRST}
    for one in overview.channels:
        counts[one.state] += 1
    parts: list[Any] = []
    for state in _WORST_FIRST:
        if counts[state]:
            parts.append(
                html.Span([state_mark(state), " ", format_number(counts[state])], key=state.value)
            )
    return html.P(parts, className="channels-summary", role="status")


def _heads() -> list[str]:
    return [
        _("Channel"),
        _("State"),
        _("Last seen"),
        _("Accepted"),
        _("Refused, 7 days"),
        _("Delay, 7 days"),
        _("Open now"),
        _("API keys"),
    ]


def _row(one: ChannelHealth, overview: Overview, reference: Reference, heads: list[str]) -> html.Tr:
    return _line(
        one.channel.code,
        html.Div(
            [
                html.A(
                    one.channel.name,
                    href=f"/channels/{one.channel.code}",
                    **{"data-page": "channel"},
                ),
                html.Div(kind_word(one.channel.kind), className="note"),
            ]
        ),
        [
            state_mark(one.state),
            [
                age(one.last_complaint_at, overview.seen_at),
                html.Div(
                    clock(one.last_complaint_at, overview.seen_at, reference), className="note"
                ),
            ],
            _accepted(one),
            _refused(one.traffic),
            _delay(one),
            _open(one),
            _keys(one),
        ],
        heads,
    )


def _unknown_row(overview: Overview, reference: Reference, heads: list[str]) -> html.Tr:
    """Requests that no channel sent, as far as anyone can tell."""
    unknown = overview.unknown
    return _line(
        "unknown",
        html.Div(
            [
                html.A(_("No channel"), href="/channels/-", **{"data-page": "channel"}),
                html.Div(_("without a key in force"), className="note"),
            ]
        ),
        [
            NOTHING,
            [
                age(unknown.last_refused_at, overview.seen_at),
                html.Div(
                    clock(unknown.last_refused_at, overview.seen_at, reference), className="note"
                ),
            ],
            NOTHING,
            [
                format_number(unknown.refused_7d),
                html.Div(
                    reason_word(unknown.grounds[0].reason) if unknown.grounds else "",
                    className="note",
                ),
            ],
            NOTHING,
            NOTHING,
            NOTHING,
        ],
        heads,
    )


def _line(key: str, name: html.Div, cells: list[Any], heads: list[str]) -> html.Tr:
    return html.Tr(
        [
            html.Th(name, scope="row", role="rowheader"),
            *(
                html.Td(html.Div(cell), role="cell", **{"data-label": head})
                for cell, head in zip(cells, heads[1:], strict=True)
            ),
        ],
        key=key,
        role="row",
    )


def _accepted(one: ChannelHealth) -> list[Any]:
    return [
        html.Div(
            _("{today} today · {week} in 7 days").format(
                today=format_number(one.traffic.accepted_today), week=format_number(one.accepted_7d)
            )
        ),
        sparkline([day.accepted for day in one.traffic.days]),
    ]


def _refused(traffic: Traffic) -> list[Any]:
    if not traffic.grounds:
        return [NOTHING if math.isnan(traffic.refused_share) else format_percent(0.0, 0)]
    is_alarming = traffic.refused_share > 0.5
    words = _("{share} · {n}").format(
        share=format_percent(traffic.refused_share), n=format_number(traffic.refused_7d)
    )
    return [
        html.Div(words, className="alarming-words" if is_alarming else None),
        html.Div(reason_word(traffic.grounds[0].reason), className="note"),
    ]


def _delay(one: ChannelHealth) -> list[Any]:
    if not one.lag_7d.n:
        return [NOTHING]
    return [
        html.Div(format_duration(one.lag_7d.median_seconds)),
        html.Div(
            _("90% within {duration}").format(duration=format_duration(one.lag_7d.p90_seconds)),
            className="note",
        ),
    ]


def _open(one: ChannelHealth) -> list[Any]:
    if not one.total:
        return [NOTHING]
    return [
        html.Div(format_number(one.open_now)),
        html.Div(
            _("{share} of {n}").format(
                share=format_percent(one.open_share), n=format_number(one.total)
            ),
            className="note",
        ),
    ]


def _keys(one: ChannelHealth) -> str:
    in_use = sum(key.revoked_at is None for key in one.keys)
    return _("{n} in use").format(n=format_number(in_use))
