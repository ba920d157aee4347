"""What one channel sent and was refused, day by day and reason by reason, and its keys."""

from datetime import datetime
from typing import Any

from dash import html

from components.channel_words import age, reason_word
from data.i18n import NOTHING, format_instant, format_number, format_short_date
from data.i18n import gettext as _
from data.reference import Reference
from queries.channels import ChannelHealth, Overview, Traffic
from queries.refusals import KeyUse


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
                seen(ground.last_at, overview.seen_at, reference),
            ]
            for ground in traffic.grounds
        ],
        caption=_("Reasons for refusals in 7 days"),
    )


def key_table(one: ChannelHealth, overview: Overview, reference: Reference) -> Any:
    """Names, rights and dates; a key itself is known to nobody but its client."""
    if not one.keys:
        return html.P(_("No key was made for this channel."), className="note")
    zone = reference.city.time_zone
    return table(
        [_("Name"), _("Made"), _("Last used"), _("State")],
        [
            [
                html.Div([key.name, html.Div(_rights(key), className="note")]),
                format_short_date(key.created_at.astimezone(zone).date()),
                seen(key.used_at, overview.seen_at, reference),
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


def _rights(key: KeyUse) -> str:
    """Its scopes as they are called in commands, and its limit."""
    limit = _("{n} a minute at most").format(n=format_number(key.per_minute))
    return f"{', '.join(key.scopes)} · {limit}"


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


def seen(instant: datetime | None, seen_at: datetime, reference: Reference) -> html.Span | str:
    """How long ago, and when."""
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
