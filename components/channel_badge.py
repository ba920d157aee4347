"""The link to the channels, and the mark on it when one of them needs somebody."""

from dash import dcc, html

from components import ids
from components.basics import icon
from components.channel_words import state_word
from data.i18n import format_list
from data.i18n import gettext as _
from queries.channels import Overview

_CLOCK_SECONDS = 60  # that nothing came is no event: somebody has to ask
_NAMED = 4


def channels_link() -> html.A:
    """Its badge is filled by pages/channels.py."""
    words = _("Channels")
    return html.A(
        [
            icon("broadcast"),
            html.Span(id=ids.CHANNEL_BADGE, className="nav-badge", hidden=True),
            dcc.Interval(id=ids.CHANNEL_CLOCK, interval=_CLOCK_SECONDS * 1_000),
        ],
        id=ids.CHANNEL_LINK,
        href="/channels",
        title=words,
        className="nav-link",
        **{"aria-label": words, "data-page": "channels"},
    )


def badge_words(overview: Overview) -> tuple[str, str]:
    """The number of channels that need somebody, empty for none; and which, in words."""
    ailing = overview.ailing
    if not ailing:
        return "", _("Channels")
    named = [f"{one.channel.name} ({state_word(one.state).lower()})" for one in ailing[:_NAMED]]
    if len(ailing) > _NAMED:
        named.append(_("{n} more").format(n=len(ailing) - _NAMED))
    return str(len(ailing)), _("Channels: {names}").format(names=format_list(named))
