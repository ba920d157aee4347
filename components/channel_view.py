"""The parts of one channel's own page."""

import math
from typing import Any

from dash import html

from components.channel_tables import seen
from components.channel_words import clock, kind_word, state_mark
from data.i18n import (
    NOTHING,
    format_duration,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from data.reference import Reference
from queries.channels import ChannelHealth, Lag, Overview, State, Traffic
from queries.rhythm import LEAST_ARRIVALS, PERIOD_DAYS


def channel_head(one: ChannelHealth, overview: Overview, reference: Reference) -> html.Header:
    return html.Header(
        [
            html.P(kind_word(one.channel.kind), className="note"),
            html.H2(one.channel.name),
            html.Div(
                [state_mark(one.state), html.Span(explain(one, overview, reference))],
                className="card-status channel-state",
            ),
        ],
        className="article-head",
    )


def explain(one: ChannelHealth, overview: Overview, reference: Reference) -> str:
    """Why the channel is in this state, and what would change it."""
    if one.state is State.UNUSED:
        return _("Nothing has come from this channel yet.")
    if one.state is State.FAILING:
        return _("Most of what it sent today and yesterday was refused.")
    if one.rhythm is None:
        return _(
            "Too few arrivals in {days} days to know its rhythm: it takes {least} over a week."
        ).format(days=PERIOD_DAYS, least=LEAST_ARRIVALS)
    if one.state is State.SILENT:
        return _(
            "By its own rhythm about {expected} would have arrived since; "
            "that nothing came by chance is less likely than 1 in 1,000."
        ).format(expected=_rounded(one.rhythm.expected(one.rhythm.last, overview.seen_at)))
    if one.silent_from is None:
        return _("As usual.")
    return _("As usual. Without a complaint it will count as silent from {instant}.").format(
        instant=clock(one.silent_from, overview.seen_at, reference)
    )


def channel_facts(one: ChannelHealth, overview: Overview, reference: Reference) -> html.Dl:
    traffic, seen_at = one.traffic, overview.seen_at
    facts: list[tuple[str, Any]] = [
        (_("Last complaint"), seen(one.last_complaint_at, seen_at, reference)),
        (_("Last attempt"), seen(one.last_attempt_at, seen_at, reference)),
        (_("Last event"), seen(one.last_event_at, seen_at, reference)),
        (
            _("Accepted"),
            _("{today} today · {day} in 24 h · {week} in 7 days · {total} ever").format(
                today=format_number(traffic.accepted_today),
                day=format_number(one.accepted_24h),
                week=format_number(one.accepted_7d),
                total=format_number(one.total),
            ),
        ),
        (_("Refused"), _refused_words(traffic)),
        (_("Delay, 24 h"), _lag_words(one.lag_24h)),
        (_("Delay, 7 days"), _lag_words(one.lag_7d)),
        (
            _("Open now"),
            _("{n} ({share} of all)").format(
                n=format_number(one.open_now), share=format_percent(one.open_share)
            ),
        ),
    ]
    if one.loaded:
        facts.append(
            (
                _("From archives"),
                _(
                    "{n} loaded lately, over 30 days after they were reported; not counted above"
                ).format(n=format_number(one.loaded)),
            )
        )
    return html.Dl(
        [part for term, words in facts for part in (html.Dt(term), html.Dd(words))],
        className="facts",
    )


def connect(code: str, service_code: str, place: tuple[float, float], root: str) -> list[Any]:
    """How a client of this channel reports; `root` is the address of this server."""
    endpoint = f"{root}/open311/v2/requests.json"
    example = (
        f"curl {endpoint} \\\n"
        "  -H 'X-API-Key: KEY' \\\n"
        f"  -d service_code={service_code} \\\n"
        f"  -d lat={place[0]:.4f} -d long={place[1]:.4f} \\\n"
        "  -d description='…'"
    )
    return [
        html.P(_("Make a key for each client; it is shown once.")),
        html.Pre(html.Code(f"flask keys create NAME --channel {code}"), tabIndex="0"),
        html.P(_("With it the client reports:")),
        html.Pre(html.Code(example), tabIndex="0"),
        html.P(html.A(_("All methods and fields of the interface"), href="/open311/v2/docs")),
    ]


def unknown_channel(code: str, reference: Reference) -> html.Div:
    return html.Div(
        [
            html.H2(_("No channel {code}").format(code=code[:64])),
            html.P(_("{city} has no channel of this code.").format(city=reference.city.name)),
            html.P(html.A(_("All channels"), href="/channels", **{"data-page": "channels"})),
        ],
        className="empty-page",
        role="status",
    )


def _refused_words(traffic: Traffic) -> str:
    words = _("{today} today · {week} in 7 days").format(
        today=format_number(traffic.refused_today), week=format_number(traffic.refused_7d)
    )
    if math.isnan(traffic.refused_share):
        return words
    return f"{words} ({format_percent(traffic.refused_share)})"


def _lag_words(lag: Lag) -> str:
    if not lag.n:
        return NOTHING
    return _("median {median} · 90% within {p90} · n {n}").format(
        median=format_duration(lag.median_seconds),
        p90=format_duration(lag.p90_seconds),
        n=format_number(lag.n),
    )


def _rounded(expected: float) -> str:
    return format_number(expected, 0 if expected >= 10 else 1)
