"""The four figures at the head of the right column."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import html

from data.i18n import (
    NOTHING,
    format_change,
    format_duration,
    format_number,
    format_percent,
    ngettext,
)
from data.i18n import gettext as _
from queries.figures import Figures

_NEUTRAL_POINTS = 0.5  # of a share; less is neither better nor worse


def figure_cards(
    now: Figures,
    *,
    daily: Sequence[int],
    received_change: tuple[int, int] | None,
    before: Figures | None = None,
    before_word: str = "",
    is_empty_city: bool = False,
    all_time: int = 0,
) -> list[Any]:
    """Four cards and the note on how mature the cohort is.

    `daily` are counts of received complaints, oldest first; `received_change` counts the whole days
    of the period and those they are compared with, None where there are none; `before`
    adds the change to the times and shares. What is open now has none: an older cohort has
    had longer to be closed. `all_time` is how many there would be in any period.
    """
    return [
        _card(
            _("Received"),
            format_number(now.received),
            html.Div([sparkline(daily), _different(now)]),
            change=_relative(received_change, before_word),
        ),
        _card(
            _("Median response"),
            _quantile(now.median_response_seconds, now.response_n),
            _("90% within {duration} · n {n}")
            .format(
                duration=_quantile(now.p90_response_seconds, now.response_n),
                n=format_number(now.response_n),
            )
            .replace(" n ", " n\N{NO-BREAK SPACE}"),
            change=_duration_change(now, before),
        ),
        _card(
            _("On time"),
            format_percent(now.on_time_share),
            _("{due} due · {not_due} not yet due").format(
                due=format_number(now.due), not_due=format_number(now.not_due)
            ),
            change=_share_change(now.on_time_share, before.on_time_share if before else None),
        ),
        _card(
            _("Open now"),
            format_number(now.open_now),
            _("{overdue} overdue ({share})").format(
                overdue=format_number(now.overdue_now),
                share=format_percent(now.overdue_share, 0),
            ),
            is_alarming=now.overdue_share > 0.5,
        ),
        _empty_city() if is_empty_city else html.P(maturity_note(now), className="maturity"),
        _all_time(all_time) if all_time and not now.received else None,
    ]


def _different(now: Figures) -> html.Span | None:
    """Several people may report one thing; nothing to say where nobody did."""
    if now.different == now.received:
        return None
    return html.Span(
        ngettext("{n} different problem", "{n} different problems", now.different).format(
            n=format_number(now.different)
        ),
        title=_("Complaints that repeat no earlier one"),
        className="different",
    )


def _all_time(n: int) -> html.Button:
    """The way out of a period without complaints."""
    return html.Button(
        _("Show all time ({n})").format(n=format_number(n)),
        type="button",
        className="text-button",
        **{"data-period": "all"},
    )


def _empty_city() -> html.Div:
    return html.Div(
        [
            html.P(_("No complaints yet"), className="panel-title"),
            html.P(
                _(
                    "Connect a citizen app to the Open311 interface, import old data, "
                    "or fill the demo city: flask demo fill."
                )
            ),
        ],
        className="empty-city",
    )


def maturity_note(now: Figures) -> str:
    """How much of the cohort has not come to its end yet."""
    if not now.received:
        return _("No complaints match these filters. Widen the period or reset the filters.")
    return _("{share} of these are still open; times may change.").format(
        share=format_percent(now.open_share, 0)
    )


def unmapped_note(now: Figures) -> str:
    """Empty where everything has a place."""
    parts = []
    if now.unlocated:
        parts.append(_("Not on the map: {n}").format(n=format_number(now.unlocated)))
    if now.outside:
        parts.append(_("outside every district: {n}").format(n=format_number(now.outside)))
    return " · ".join(parts)


def sparkline(daily: Sequence[int]) -> html.Span:
    """Bars as a mask, so that they take the colour of the theme."""
    counts = list(daily)[-60:]
    if not any(counts):
        return html.Span(className="sparkline empty")
    top = max(counts)
    bars = "".join(
        f"<rect x='{index}' y='{20 - 20 * count / top:.1f}' width='.7' height='20'/>"
        for index, count in enumerate(counts)
    )
    picture = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {len(counts)} 20' "
        f"preserveAspectRatio='none'>{bars}</svg>"
    )
    mask = f'url("data:image/svg+xml,{quote(picture)}")'
    return html.Span(
        className="sparkline",
        style={"maskImage": mask, "WebkitMaskImage": mask},
        **{"aria-hidden": "true"},
    )


def _card(
    title: str,
    figure: str,
    detail: html.Div | str,
    *,
    change: html.Span | None = None,
    is_alarming: bool = False,
) -> html.Div:
    return html.Div(
        [
            html.H3(title, className="figure-title"),
            html.Div(
                [html.Span(figure, className="figure-number"), change], className="figure-line"
            ),
            html.Div(detail, className="figure-detail"),
        ],
        className="figure alarming" if is_alarming else "figure",
    )


def _quantile(seconds: float | None, n: int) -> str:
    if n and seconds is None:
        return _("not reached")
    text = format_duration(seconds)
    return _("not reached") if n and text == NOTHING else text


def _relative(change: tuple[int, int] | None, before_word: str) -> html.Span | None:
    if change is None or not change[1]:
        return None
    now, before = change
    share = format_change(100 * (now - before) / before) + "%"
    return html.Span(
        [share, html.Span(f" {before_word}", className="change-word")],
        className="change",
        title=_("Whole days only: today is not over yet."),
    )


def _duration_change(now: Figures, before: Figures | None) -> html.Span | None:
    if before is None:
        return None
    pair = (now.median_response_seconds, before.median_response_seconds)
    if any(math.isnan(seconds) for seconds in pair):
        return None
    change = pair[0] - pair[1]
    if abs(change) < 60:
        return _change(_("as before"), 0)
    return _change(("+" if change > 0 else "") + format_duration(change), change)


def _share_change(now: float, before: float | None) -> html.Span | None:
    if before is None or math.isnan(now) or math.isnan(before):
        return None
    points = round(100 * (now - before), 1)
    words = _("{change} points").format(change=format_change(points, 1))
    return _change(words, 0 if abs(points) < _NEUTRAL_POINTS else -points)


def _change(words: str, harm: float) -> html.Span:
    tone = " worse" if harm > 0 else " better" if harm < 0 else ""
    return html.Span(words, className=f"change{tone}")
