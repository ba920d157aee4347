"""How the values of KPIs are written, and what is said of a change."""

from dash import html

from data.i18n import (
    NOTHING,
    format_change,
    format_duration,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from queries.kpi.model import Change, Indicator
from queries.measured import Measured

_DIGITS = {"stars": 2, "count": 0}


def value_text(value: float | None, unit: str) -> str:
    """3.1 h, 81.4%, 3.80, 12,480."""
    if unit == "seconds":
        return format_duration(value)
    if unit == "share":
        return format_percent(value)
    return format_number(value, _DIGITS[unit])


def measured_text(found: Measured, unit: str) -> str:
    """The value, or why there is none."""
    if found.value is None and found.n:
        return _("not reached")
    return value_text(found.value, unit)


def bounds_text(found: Measured, unit: str) -> str:
    """95%: low – high; empty where it has none."""
    if found.low is None and found.high is None:
        return ""
    high = _("not reached") if found.high is None else value_text(found.high, unit)
    return f"{value_text(found.low, unit)} – {high}"


def hover_text(found: Measured, unit: str) -> str:
    """Value, interval and n."""
    bounds = bounds_text(found, unit)
    parts = [measured_text(found, unit)]
    if bounds:
        parts.append(f"95% {bounds}")
    if unit != "count":
        parts.append(f"n {format_number(found.n)}")
    return " · ".join(parts)


def difference_text(change: float | None, unit: str, was: float | None = None) -> str:
    """With its sign; of counts in percent of what it was."""
    if change is None:
        return NOTHING
    if unit == "seconds":
        return ("+" if change > 0 else "") + format_duration(change)
    if unit == "share":
        return _("{change} points").format(change=format_change(100 * change, 1))
    if unit == "count" and was:
        return f"{format_change(100 * change / was, 1)}%"
    return format_change(change, _DIGITS[unit])


def change_span(one: Indicator, change: Change | None, word: str) -> html.Span | None:
    """A change, coloured only where it is more than chance; the tooltip says what was."""
    if change is None or change.change is None:
        return None
    text = difference_text(change.change, one.unit, change.was.value)
    tone = ""
    if change.is_sure:
        tone = "better" if (change.change < 0) == (one.better == "lower") else "worse"
    has_bounds = change.low is not None and change.high is not None
    is_chance = has_bounds and not change.is_sure
    title = _("{word}: {value}").format(word=word, value=hover_text(change.was, one.unit))
    if has_bounds:
        title += " · " + _("change 95% {low} to {high}").format(
            low=difference_text(change.low, one.unit), high=difference_text(change.high, one.unit)
        )
    return html.Span(
        ["≈ " if is_chance else "", text],
        className=f"change {tone}".strip(),
        title=title + (" · " + _("within chance") if is_chance else ""),
    )


def target_mark(one: Indicator) -> html.Span | None:
    """Whether the target is met: a sign and words, in colour."""
    if one.target is None:
        return None
    sign = "≤" if one.better == "lower" else "≥"
    text = f"{sign} {_target_text(one.target, one.unit)}"
    met = one.meets_target
    if met is None:
        return html.Span(_("target {value}").format(value=text), className="target")
    words = _("target met: {value}") if met else _("target missed: {value}")
    return html.Span(
        [
            html.Span("✓ " if met else "✕ ", **{"aria-hidden": "true"}),
            html.Span(text, **{"aria-hidden": "true"}),
            html.Span(words.format(value=text), className="visually-hidden"),
        ],
        className="target met" if met else "target missed",
        title=words.format(value=text),
    )


def _target_text(target: float, unit: str) -> str:
    if unit == "share":
        return format_percent(target, 0)
    if unit == "stars":
        return format_number(target, 1)
    return value_text(target, unit)
