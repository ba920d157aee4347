"""The four figures at the head of the right column."""

from collections.abc import Sequence
from urllib.parse import quote

from dash import html

from data.i18n import (
    NOTHING,
    format_change,
    format_duration,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from queries.figures import Figures


def figure_cards(
    now: Figures,
    *,
    daily: Sequence[int],
    received_before: int | None,
    before: Figures | None = None,
    before_word: str = "",
) -> list[html.Div]:
    """Four cards and the note on how mature the cohort is.

    `daily` are counts of received complaints, oldest first; `received_before` is the count of the
    comparison period, None where there is none; `before` adds the change to every card.
    """
    return [
        _card(
            _("Received"),
            format_number(now.received),
            sparkline(daily),
            change=_relative(now.received, received_before, before_word),
        ),
        _card(
            _("Median response"),
            _quantile(now.median_response_seconds, now.response_n),
            _("90% within {duration} · n {n}").format(
                duration=_quantile(now.p90_response_seconds, now.response_n),
                n=format_number(now.response_n),
            ),
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
            change=_relative(
                now.open_now, before.open_now if before else None, before_word, good="down"
            ),
            is_alarming=now.overdue_share > 0.5,
        ),
        html.P(maturity_note(now), className="maturity"),
    ]


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
    detail: html.Span | str,
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


def _relative(
    now: float, before: float | None, before_word: str, *, good: str | None = None
) -> html.Span | None:
    if not before:
        return None
    change = (now - before) / before
    tone = "" if good is None or round(change, 2) == 0 else " worse" if change > 0 else " better"
    return html.Span(
        [format_change(100 * change) + "%", html.Span(f" {before_word}", className="change-word")],
        className=f"change{tone}",
    )


def _duration_change(now: Figures, before: Figures | None) -> html.Span | None:
    if before is None:
        return None
    pair = (now.median_response_seconds, before.median_response_seconds)
    if NOTHING in [format_duration(seconds) for seconds in pair]:
        return None
    change = float(pair[0] or 0) - float(pair[1] or 0)
    sign = "" if change < 0 else "+"
    return html.Span(
        sign + format_duration(change), className=f"change {'worse' if change > 0 else 'better'}"
    )


def _share_change(now: float | None, before: float | None) -> html.Span | None:
    if NOTHING in (format_percent(now), format_percent(before)):
        return None
    change = 100 * (float(now or 0) - float(before or 0))
    return html.Span(
        _("{change} points").format(change=format_change(change, 1)),
        className=f"change {'worse' if change < 0 else 'better'}",
    )
