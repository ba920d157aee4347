"""What each component of an evaluation measures, and how its values are written."""

from collections.abc import Callable
from dataclasses import dataclass

from data.i18n import NOTHING, format_change, format_duration, format_number, format_percent
from data.i18n import gettext as _
from queries.measured import Measured


@dataclass(frozen=True)
class Component:
    """`kind` says what a value is: duration (seconds), share, ratio, stars, change (of a share)."""

    code: str
    kind: str
    title: str
    short: str
    meaning: str

    def text(self, value: float | None) -> str:
        return _WRITERS[self.kind](value)


_WRITERS: dict[str, Callable[[float | None], str]] = {
    "duration": format_duration,
    "share": format_percent,
    "ratio": lambda value: format_number(value, 2),
    "stars": lambda value: format_number(value, 2),
    "change": lambda share: NOTHING if share is None else f"{format_change(100 * share, 1)}%",
}


def components() -> tuple[Component, ...]:
    """All of them in the order of COMPONENTS, in the current language."""
    return (
        Component(
            "median_response",
            "duration",
            _("Median response time"),
            _("Response"),
            _(
                "From the hour a unit got the case to its first act. Open cases count for as long"
                " as they have waited; a case handed over counts until then (Kaplan–Meier)."
            ),
        ),
        Component(
            "on_time_ratio",
            "ratio",
            _("On time, for its mix of services"),
            _("On time ÷ expected"),
            _(
                "Cases solved by their deadline, divided by those expected if each service had the"
                " city's rate. 1 is what the city would reach with the same cases; more is better."
            ),
        ),
        Component(
            "resolution_share",
            "share",
            _("Resolved"),
            _("Resolved"),
            _("The share of cases, rejected ones too, that were resolved and have stayed so."),
        ),
        Component(
            "satisfaction",
            "stars",
            _("Satisfaction"),
            _("Stars"),
            _("The mean of the stars, 1 to 5, that reporters gave."),
        ),
        Component(
            "answer_share",
            "share",
            _("Rated by citizens"),
            _("Rated by"),
            _("The share of solved or rejected cases whose reporter gave stars."),
        ),
        Component(
            "reopened_share",
            "share",
            _("Reopened within 14 days"),
            _("Reopened"),
            _("The share of solved cases that were opened again within 14 days; less is better."),
        ),
        Component(
            "sent_back_share",
            "share",
            _("Sent back by verifiers"),
            _("Sent back"),
            _("The share of cases offered as solved that verifiers sent back; less is better."),
        ),
        Component(
            "backlog_change",
            "change",
            _("Change of backlog"),
            _("Backlog"),
            _(
                "Cases that came less those that were settled, as a share of the cases; less is"
                " better."
            ),
        ),
        Component(
            "handover_share",
            "share",
            _("Handed over"),
            _("Handed over"),
            _("The share of cases that the unit passed on to another."),
        ),
        Component(
            "rejected_share",
            "share",
            _("Rejected"),
            _("Rejected"),
            _(
                "The share of cases not passed on that the unit rejected. It earns and costs"
                " nothing by itself: a rejected case counts as not resolved, and as late once its"
                " deadline is past; what is expected has the city's rejections within."
            ),
        ),
        Component(
            "proven_share",
            "share",
            _("Proven closings"),
            _("Proven"),
            _(
                "The share of closings shown to be work: by a photo that is on no other complaint,"
                " by a verification that was passed, or by 3 stars or more; unusually quick ones by"
                " stars alone. What a unit gains counts as far as this share is as its services"
                " have it in the city."
            ),
        ),
        Component(
            "doubted_share",
            "share",
            _("Closings in doubt"),
            _("In doubt"),
            _(
                "The share of closings that were unusually quick and for which no citizen vouches."
                " What a unit gains counts the less the more there are than elsewhere; a fifth more"
                " leaves nothing."
            ),
        ),
    )


def on_time_share() -> Component:
    """Beside the components: the plain share, which no score is made of."""
    return Component(
        "on_time_share",
        "share",
        _("On time, as it is"),
        _("On time"),
        _("The share of cases solved by their deadline, whatever the mix of services."),
    )


def interval_text(component: Component, measured: Measured) -> str:
    """3.2 h–5.1 h, or −2.3 … +3.7%; a bound that was never reached is said, not guessed."""
    if measured.low is None and measured.high is None:
        return NOTHING
    if measured.high is None:
        return f"≥ {component.text(measured.low)}"
    if measured.low is None:
        return f"≤ {component.text(measured.high)}"
    low, high = component.text(measured.low), component.text(measured.high)
    if component.kind == "change":  # a dash between signs would read as a minus
        return f"{low.removesuffix('%')} … {high}"
    return f"{low}–{high}"


def value_text(component: Component, measured: Measured) -> str:
    """With a star where it rests on too few; see `few_note`."""
    is_late = component.kind == "duration" and measured.n and not measured.is_known
    text = _("not reached") if is_late else component.text(measured.value)
    return f"{text}*" if is_few(measured) else text


def is_few(measured: Measured) -> bool:
    return measured.state == "too_few"
