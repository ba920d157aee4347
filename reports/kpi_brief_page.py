"""The texts and lines of the KPI brief, in the current language."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from data.i18n import (
    NOTHING,
    current_language,
    format_change,
    format_date_range,
    format_duration,
    format_instant,
    format_number,
    format_percent,
)
from data.i18n import gettext as _
from reports.demo_mark import demo_words
from reports.printable import printable

if TYPE_CHECKING:
    from reports.kpi_brief import Fall, Figure, KpiBrief, Panel, Shift

_WIDTH, _HEIGHT = 76.0, 11.0  # mm, of a trend
_MOST_FALLS = 8
_LONGEST_NAME = 44


def page_values(brief: "KpiBrief") -> dict[str, Any]:
    seen = format_instant(brief.seen_at, abbreviation=brief.zone_abbreviation)
    heading = _("KPI brief")
    return {
        "language": current_language(),
        "title": f"{printable(brief.city)}: {heading}",
        "footer": _("{city} · seen {instant}").format(city=printable(brief.city), instant=seen),
        "demo": demo_words(brief.is_demo),
        "fingerprint": "",
        "city": printable(brief.city),
        "heading": heading,
        "sentence": printable(brief.sentence, longest=300),
        "maturity": _maturity(brief),
        "panels": [_panel(panel) for panel in brief.panels],
        "worse_title": _("Where it got worse"),
        "worse_note": _(
            "Share answered within 24 hours, against the period before; only falls beyond chance."
        ),
        "worse": [
            _worse(_("Districts"), brief.districts),
            _worse(_("Services"), brief.services),
        ],
        "note": _(
            "≈: the change may be chance (its 95% interval holds zero). ✓ ✕: the target is met, or"
            " missed. Open complaints count for as long as they have waited."
        ),
    }


def figure_word(code: str) -> str:
    words = {
        "response_median": _("Median"),
        "response_p90": _("90% answered within"),
        "response_within_24_hours": _("Within 24 hours"),
        "response_within_7_days": _("Within 7 days"),
        "units_as_predicted": _("Units no worse than predicted"),
        "mean_stars": _("Mean stars"),
        "satisfied": _("Satisfied (4–5 stars)"),
        "rated": _("Answered: stars"),
        "solved": _("“It solved my problem”"),
        "said_whether_solved": _("Answered: solved or not"),
        "registered_users": _("Registered"),
        "active_users": _("Active that day"),
        "active_a_day": _("Active, mean a day"),
        "first_time_reporters": _("First-time reporters"),
    }
    return words.get(code) or printable(code.replace("_", " "), longest=_LONGEST_NAME)


def value_text(value: float | None, unit: str) -> str:
    if unit == "seconds":
        return format_duration(value)
    if unit == "share":
        return format_percent(value)
    return format_number(value, 2 if unit == "stars" else 0)


def change_text(shift: "Shift | None", unit: str) -> str:
    """With its sign; of counts in percent of what it was. ≈ where it may be chance."""
    if shift is None or shift.change is None:
        return NOTHING
    return ("≈ " if _may_be_chance(shift) else "") + _difference(shift.change, unit, shift.was)


def _difference(change: float, unit: str, was: float | None) -> str:
    if unit == "seconds":
        return ("+" if change > 0 else "") + format_duration(change)
    if unit == "share":
        return _("{change} points").format(change=format_change(100 * change, 1))
    if unit == "count" and was:
        return f"{format_change(100 * change / was, 1)}%"
    return format_change(change, 2 if unit == "stars" else 0)


def _may_be_chance(shift: "Shift") -> bool:
    return shift.low is not None and shift.high is not None and not shift.is_sure


def _panel(panel: "Panel") -> dict[str, Any]:
    titles = {
        "response": _("Response time"),
        "officers": _("Officer performance"),
        "satisfaction": _("Satisfaction"),
        "users": _("Users"),
    }
    first = panel.figures[0]
    return {
        "title": titles.get(panel.code) or printable(panel.code),
        "headline": _value(first),
        "about": " · ".join(
            part for part in (figure_word(first.code), _bounds(first), _n(first)) if part
        ),
        "target": _target(first),
        "changes": [_change(words, shift, first) for words, shift in _shifts(first)],
        "trend": _trend(panel.trend),
        "trend_words": _trend_words(panel),
        "rows": [
            [
                figure_word(one.code),
                " ".join(part for part in (_mark(one), _value(one)) if part),
                _bounds(one),
                change_text(one.before, one.unit),
                change_text(one.year, one.unit),
            ]
            for one in panel.figures[1:]
        ],
        "notes": _notes(panel),
        "head": ["", "", "95%", _("before"), _("a year ago")],
    }


def _notes(panel: "Panel") -> str:
    """Of the units, how many lie on either side, and on what that rests."""
    found = panel.maturity
    if panel.code != "officers" or "worse" not in found:
        return ""
    return _(
        "Against what is predicted: {worse} worse · {inside} alike · {better} better; {few} with "
        "too few cases. {due} cases due, {late} late; {not_due} not yet due"
    ).format(
        worse=format_number(found["worse"]),
        inside=format_number(found["as_expected"]),
        better=format_number(found["better"]),
        few=format_number(found["too_few"]),
        due=format_number(found["due"]),
        late=format_number(found["late"]),
        not_due=format_number(found["not_due"]),
    )


def _shifts(figure: "Figure") -> list[tuple[str, "Shift | None"]]:
    return [
        (_("on the period before"), figure.before),
        (_("on a year before"), figure.year),
    ]


def _change(words: str, shift: "Shift | None", figure: "Figure") -> list[str]:
    tone = ""
    if shift is not None and shift.change and shift.is_sure:
        tone = "good" if (shift.change < 0) == (figure.better == "lower") else "bad"
    return [change_text(shift, figure.unit), words, tone]


def _value(figure: "Figure") -> str:
    if figure.value is None and figure.n:
        return _("not reached")
    return value_text(figure.value, figure.unit)


def _bounds(figure: "Figure") -> str:
    if figure.low is None and figure.high is None:
        return ""
    if figure.high is None:
        return f"≥ {value_text(figure.low, figure.unit)}"
    return f"{value_text(figure.low, figure.unit)}–{value_text(figure.high, figure.unit)}"


def _n(figure: "Figure") -> str:
    if figure.state == "too_few":
        return _("n {n}: too few").format(n=format_number(figure.n))
    return "" if figure.unit == "count" else f"n {format_number(figure.n)}"


def _target(figure: "Figure") -> list[str]:
    """Words, and whether it is met: yes, no or unknown."""
    if figure.target is None:
        return ["", ""]
    sign = "≤" if figure.better == "lower" else "≥"
    text = f"{sign} {value_text(figure.target, figure.unit)}"
    if figure.meets_target is None:
        return [_("target {value}").format(value=text), "unknown"]
    if figure.meets_target:
        return ["✓ " + _("target met: {value}").format(value=text), "yes"]
    return ["✕ " + _("target missed: {value}").format(value=text), "no"]


def _mark(figure: "Figure") -> str:
    """Whether the target is met, of those that stand below the headline."""
    return {True: "✓", False: "✕", None: ""}[figure.meets_target]


def _trend_words(panel: "Panel") -> str:
    """What the line is, where there is one."""
    if panel.since is None or not _trend(panel.trend):
        return ""
    words = {
        "week": _("by week since {day}, from zero"),
        "month": _("by month since {day}, from zero"),
    }.get(panel.step, "")
    return words.format(day=format_date_range(panel.since, panel.since + timedelta(days=1)))


def _trend(values: Sequence[float | None]) -> list[list[float]]:
    """Places in millimetres from the upper left, zero at the foot; what is not known is left"
    " out."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or max(known) <= 0:
        return []
    step, top = _WIDTH / (len(values) - 1), max(known)
    return [
        [round(place * step, 2), round(_HEIGHT * (1 - max(value, 0) / top), 2)]
        for place, value in enumerate(values)
        if value is not None
    ]


def _worse(title: str, falls: Sequence["Fall"] | None) -> dict[str, Any]:
    if falls is None:
        return {"title": title, "rows": [], "none": _("no period before it to compare with")}
    return {"title": title, "rows": _falls(falls), "none": _("none beyond chance")}


def _falls(falls: Sequence["Fall"]) -> list[list[str]]:
    return [
        [
            printable(fall.name, longest=_LONGEST_NAME),
            format_percent(fall.value),
            _difference(fall.change or 0, "share", None),
            _interval(fall),
            f"n {format_number(fall.n)}",
        ]
        for fall in falls[:_MOST_FALLS]
    ]


def _interval(fall: "Fall") -> str:
    if fall.low is None or fall.high is None:
        return ""
    low, high = (format_change(100 * bound, 1) for bound in (fall.low, fall.high))
    return f"{low} … {high}"


def _maturity(brief: "KpiBrief") -> str:
    if brief.received is None or brief.open is None:
        return ""
    share = brief.open / brief.received if brief.received else None
    return _("{n} complaints received, {open} ({share}) of them still open.").format(
        n=format_number(brief.received),
        open=format_number(brief.open),
        share=format_percent(share),
    )
