"""The channels page, each channel's own page, and the mark in the navigation."""

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from flask import request

from components import ids
from components.basics import table_button
from components.channel_badge import badge_words
from components.channel_table import channels_table
from components.channel_tables import day_bars, day_table, key_table, refusal_table
from components.channel_view import channel_facts, channel_head, connect, unknown_channel
from components.drawn import awaited, register_drawn
from data.i18n import gettext as _
from data.reference import Reference
from data.store import current_store
from queries.channels import Overview, channel_overview

_MANUAL = "/open311/v2/docs"
UNKNOWN = "-"  # in the address, for requests of which no channel is known
_LOOK_SECONDS = 15  # refusals and silence are no events: nothing else tells of them
_PARTS = (
    ids.CHANNEL_HEAD,
    ids.CHANNEL_FACTS,
    ids.CHANNEL_DAYS,
    ids.CHANNEL_DAY_TABLE,
    ids.CHANNEL_REFUSALS,
    ids.CHANNEL_KEYS,
)


def layout() -> html.Div:
    """All channels."""
    return html.Div(
        [
            html.Header(
                [
                    html.H2(_("Channels")),
                    html.P(
                        _(
                            "Where complaints come from. Silent is a channel from which nothing "
                            "came for longer than its own rhythm of the last 30 days makes likely."
                        ),
                        className="note",
                    ),
                    html.P(
                        html.A(_("All methods and fields of the interface"), href=_MANUAL),
                        className="note",
                    ),
                ]
            ),
            *awaited(ids.CHANNEL_LIST),
            dcc.Store(id=ids.CHANNELS_STAMP),
            dcc.Interval(id=ids.CHANNELS_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page channels-page",
    )


def channel_layout(code: str) -> html.Div:
    """One channel; for UNKNOWN what came without a key in force."""
    reference = current_store().reference()
    if code != UNKNOWN and code not in reference.channel_by_code:
        return html.Div(unknown_channel(code, reference), className="text-page")
    sections = [
        _sheet(_("Facts"), awaited(ids.CHANNEL_FACTS), hidden=code == UNKNOWN),
        _days(),
        _sheet(_("Refused in 7 days"), awaited(ids.CHANNEL_REFUSALS)),
        _sheet(_("API keys"), awaited(ids.CHANNEL_KEYS), hidden=code == UNKNOWN),
    ]
    if code != UNKNOWN:
        sections.append(_sheet(_("Connect a client"), _connect(code, reference)))
    return html.Div(
        [
            html.P(html.A(_("All channels"), href="/channels", **{"data-page": "channels"})),
            *awaited(ids.CHANNEL_HEAD),
            html.Div(sections, className="sheets channel-sheets"),
            dcc.Store(id=ids.CHANNEL_SHOWN, data=code),
            dcc.Store(id=ids.CHANNEL_STAMP),
            dcc.Interval(id=ids.CHANNEL_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page channels-page",
    )


def register(app: Dash) -> None:
    register_drawn(app, ids.CHANNEL_LIST, *_PARTS)
    live = Input(ids.LIVE_SLOW, "data")

    @app.callback(
        Output(ids.parts(ids.CHANNEL_LIST), "data"),
        Output(ids.CHANNELS_STAMP, "data"),
        live,
        Input(ids.CHANNELS_LOOK, "n_intervals"),
        State(ids.CHANNELS_STAMP, "data"),
    )
    def follow_all(_live: Any, _look: Any, stamp: str | None) -> Any:
        store = current_store()
        overview = channel_overview(store)
        if overview.stamp == stamp:
            return no_update
        return channels_table(overview, store.reference()), overview.stamp

    @app.callback(
        *(Output(ids.parts(part), "data") for part in _PARTS),
        Output(ids.CHANNEL_STAMP, "data"),
        live,
        Input(ids.CHANNEL_LOOK, "n_intervals"),
        State(ids.CHANNEL_STAMP, "data"),
        State(ids.CHANNEL_SHOWN, "data"),
    )
    def follow_one(_live: Any, _look: Any, stamp: str | None, code: str) -> Any:
        store = current_store()
        overview = channel_overview(store)
        if overview.stamp == stamp:
            return no_update
        return *_parts(overview, code, store.reference()), overview.stamp

    @app.callback(
        Output(ids.CHANNEL_BADGE, "children"),
        Output(ids.CHANNEL_BADGE, "hidden"),
        Output(ids.CHANNEL_LINK, "title"),
        Output(ids.CHANNEL_LINK, "aria-label"),
        live,
        Input(ids.CHANNEL_CLOCK, "n_intervals"),
        State(ids.CHANNEL_LINK, "title"),
    )
    def mark(_live: Any, _clock: Any, title: str) -> Any:
        count, words = badge_words(channel_overview(current_store()))
        if words == title:
            return no_update
        return count, not count, words, words


def _parts(overview: Overview, code: str, reference: Reference) -> list[Any]:
    """In the order of _PARTS."""
    one = overview.of(code)
    if one is None:
        traffic = overview.unknown
        head: Any = html.Header(
            [
                html.H2(_("No channel")),
                html.P(_("Requests without a key in force, and those that could not be read.")),
            ],
            className="article-head",
        )
        return [
            head,
            None,
            day_bars(traffic),
            day_table(traffic),
            refusal_table(traffic, overview, reference),
            None,
        ]
    return [
        channel_head(one, overview, reference),
        channel_facts(one, overview, reference),
        day_bars(one.traffic),
        day_table(one.traffic),
        refusal_table(one.traffic, overview, reference),
        key_table(one, overview, reference),
    ]


def _sheet(title: str, children: Any, *, hidden: bool = False) -> html.Section:
    return html.Section([html.H3(title), *children], className="sheet", hidden=hidden)


def _days() -> html.Section:
    """Its button is no part of what is drawn anew, so that the table stays open."""
    return html.Section(
        [
            html.H3(_("Per day")),
            table_button(),
            *awaited(ids.CHANNEL_DAYS),
            html.Div(
                awaited(ids.CHANNEL_DAY_TABLE),
                className="table-view",
            ),
        ],
        className="sheet panel days-sheet",
    )


def _connect(code: str, reference: Reference) -> list[Any]:
    service = next(iter(reference.services.values()))
    place = (reference.city.latitude, reference.city.longitude)
    return connect(code, service.service_code, place, request.host_url.rstrip("/"))
