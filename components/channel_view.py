"""The parts of one channel's own page."""

import math
from typing import Any

from dash import html

from components.channel_words import age, clock, kind_word, reason_word, state_mark
from data.i18n import (
    NOTHING,
    format_duration,
    format_instant,
    format_number,
    format_percent,
    format_short_date,
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
        (_("Last complaint"), _seen(one.last_complaint_at, seen_at, reference)),
        (_("Last attempt"), _seen(one.last_attempt_at, seen_at, reference)),
        (_("Last event"), _seen(one.last_event_at, seen_at, reference)),
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


def day_bars(traffic: Traffic) -> html.Div:
    """Accepted and refused of each day as bars, and the same as a table, newest first."""
    top = max(day.accepted + day.refused for day in traffic.days)
    if not top:
        return html.Div(_("Nothing came in 30 days."), className="empty-note")
    first, last = traffic.days[0].date, traffic.days[-1].date
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Span(
                                className="day-refused",
                                style={"height": f"{100 * day.refused / top:.1f}%"},
                            ),
                            html.Span(
                                className="day-accepted",
                                style={"height": f"{100 * day.accepted / top:.1f}%"},
                            ),
                        ],
                        className="day-bar",
                        title=_("{day}: {accepted} accepted, {refused} refused").format(
                            day=format_short_date(day.date),
                            accepted=format_number(day.accepted),
                            refused=format_number(day.refused),
                        ),
                    )
                    for day in traffic.days
                ],
                className="day-bars",
                role="img",
                **{"aria-label": _("Accepted and refused per day; the table has the numbers")},
            ),
            html.Div(
                [
                    html.Span(format_short_date(first)),
                    html.Span(_("highest: {n}").format(n=format_number(top))),
                    html.Span(format_short_date(last)),
                ],
                className="day-scale note",
            ),
            html.Div(
                [
                    html.Span(className="day-key day-accepted", **{"aria-hidden": "true"}),
                    _("accepted"),
                    html.Span(className="day-key day-refused", **{"aria-hidden": "true"}),
                    _("refused"),
                ],
                className="day-legend note",
            ),
        ],
        className="days-drawn",
    )


def day_table(traffic: Traffic) -> html.Table:
    return table(
        [_("Day"), _("Accepted"), _("Refused")],
        [
            [format_short_date(d.date), format_number(d.accepted), format_number(d.refused)]
            for d in reversed(traffic.days)
        ],
        caption=_("Accepted and refused per day"),
    )


def refusal_table(traffic: Traffic, overview: Overview, reference: Reference) -> Any:
    if not traffic.grounds:
        return html.P(_("Nothing was refused in 7 days."), className="note")
    return table(
        [_("Reason"), _("Code"), _("Times"), _("Last")],
        [
            [
                reason_word(ground.reason),
                str(ground.status),
                format_number(ground.count),
                _seen(ground.last_at, overview.seen_at, reference),
            ]
            for ground in traffic.grounds
        ],
        caption=_("Reasons for refusals in 7 days"),
    )


def key_table(one: ChannelHealth, overview: Overview, reference: Reference) -> Any:
    """Names and dates; a key itself is known to nobody but its client."""
    if not one.keys:
        return html.P(_("No key was made for this channel."), className="note")
    zone = reference.city.time_zone
    return table(
        [_("Name"), _("Made"), _("Last used"), _("State")],
        [
            [
                key.name,
                format_short_date(key.created_at.astimezone(zone).date()),
                _seen(key.used_at, overview.seen_at, reference),
                _("revoked {date}").format(
                    date=format_short_date(key.revoked_at.astimezone(zone).date())
                )
                if key.revoked_at
                else _("in use"),
            ]
            for key in one.keys
        ],
        caption=_("Keys of this channel"),
    )


def table(heads: list[str], rows: list[list[Any]], *, caption: str) -> html.Table:
    """The first column names the row."""
    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr([html.Th(row[0], scope="row"), *(html.Td(cell) for cell in row[1:])])
                    for row in rows
                ]
            ),
        ],
        className="numbers",
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


def _seen(instant: Any, seen_at: Any, reference: Reference) -> Any:
    if instant is None:
        return NOTHING
    city = reference.city
    return html.Span(
        [
            age(instant, seen_at),
            html.Span(
                format_instant(instant, city.time_zone, city.zone_abbreviation), className="note"
            ),
        ],
        className="seen",
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
