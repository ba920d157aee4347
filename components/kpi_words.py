"""What the parts of the KPI page are called, and what stands behind each of them."""

from dataclasses import dataclass

from data.i18n import format_number
from data.i18n import gettext as _
from queries.kpi.unit_cases import newest_method


@dataclass(frozen=True)
class Info:
    """What a number says, how it is computed, and from what."""

    definition: str
    formula: str
    data: str


def panel_title(name: str) -> str:
    return {
        "response": _("Response time"),
        "officers": _("Officer performance"),
        "satisfaction": _("Satisfaction"),
        "users": _("Users"),
        "worse": _("Where it got worse"),
        "districts": _("Districts"),
        "peers": _("Among its peers"),
        "units": _("Units against their case mix"),
        "survival": _("How long people wait, by service"),
        "on_time": _("Resolved on time, by service"),
        "backlog": _("Still open, by age"),
        "hours": _("When people report"),
        "months": _("The year, month by month"),
    }[name]


def panel_note(name: str) -> str:
    return {
        "worse": _("answered within 24 hours"),
        "districts": _("click to go down"),
        "peers": _("median response"),
        "units": _("cases on time, observed ÷ predicted"),
        "survival": _("share still without an answer"),
        "on_time": _("of those due"),
        "backlog": _("complaints of this period"),
        "hours": _("complaints an hour, local time"),
        "months": _("complaints a day, all years"),
    }.get(name, "")


def indicator_word(code: str) -> str:
    return {
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
    }[code]


def info(name: str) -> Info:
    """Of a part of the page."""
    return (_KPI_INFO.get(name) or _DETAIL_INFO[name])()


def _response() -> Info:
    return Info(
        _(
            "From the receipt of a complaint to the first act of a unit: acknowledged, started, "
            "submitted or resolved. Complaints without an answer count: they have waited until now."
        ),
        _(
            "Kaplan–Meier: the median is the time at which half are answered, “within 24 hours” "
            "is 1 − S(24 h). Open ones are censored now, rejected ones when they were rejected. "
            "Bounds are 95% (log(−log), Greenwood)."
        ),
        _("All complaints received in the period that the filter selects, seen now."),
    )


def _officers() -> Info:
    return Info(
        _(
            "Units that keep as many promises as their mix of services predicts, or more, but for "
            "chance. A unit answers only for the time it had a case; one handed over before half "
            "of its time was gone owes nothing, one rejected is a promise not kept. "
            "Whose services hardly another unit has is not judged."
        ),
        _(
            "Cases on time ÷ predicted; predicted is Σ cases due × the whole city's share on time "
            "in that service. Better or worse is a unit beyond the 99.8% limits of a funnel, "
            "widened by how much units differ anyway (overdispersion, Spiegelhalter 2005): the "
            "rule of the monthly evaluation. Under {n} cases of its own: not judged."
        ).format(n=format_number(newest_method().min_ranked)),
        _(
            "Spells of responsibility of the complaints received in the period, whose deadline has "
            "passed. The city's shares take the same services, channels and period."
        ),
    )


def _satisfaction() -> Info:
    return Info(
        _(
            "What reporters say once their complaint is closed: 1 to 5 stars, and whether it "
            "solved their problem. Those who answer are not all: the answer rates stand beside."
        ),
        _(
            "Mean of the last stars of each complaint; satisfied: 4 or 5 ÷ all stars; solved: yes "
            "÷ all answers; answer rate: answers ÷ complaints closed. Bounds are 95% (normal, "
            "with a vote of 1 and one of 5 more; Wilson)."
        ),
        _("The last feedback on each complaint received in the period."),
    )


def _users() -> Info:
    return Info(
        _(
            "People registered with the citizen apps at the end of a day, people active on it, and "
            "accounts that report for the first time in a year."
        ),
        _(
            "Sums over the apps of the last whole day of the period; the mean is over its days. "
            "First-time: the complaint is its account's first in a year; bounds are those of a "
            "Poisson count. Compared only with periods before which records reach back a year."
        ),
        _(
            "Numbers that apps send for each day: of the filter only the period and the channels "
            "count there. First-time reporters are counted among the complaints of the whole "
            "filter that came with an account; the accounts themselves are shown nowhere."
        ),
    )


def _worse() -> Info:
    return Info(
        _(
            "Districts and services whose share answered within 24 hours fell against the period "
            "before, the surest large fall first. What may well be chance is counted, not listed."
        ),
        _(
            "1 − S(24 h) now less the same then, with 95% bounds by MOVER (Zou & Donner). Listed "
            "so that of those listed one in twenty may be chance, however many are compared "
            "(Benjamini & Hochberg); first is whose bound is farthest from zero."
        ),
        _(
            "Complaints of both periods, each seen as many days after it. Under 20 in either: not "
            "compared."
        ),
    )


def _districts() -> Info:
    return Info(
        _("The districts one level down. A click on one goes into it, down to its complaints."),
        _(
            "As in the four figures above: Kaplan–Meier for response, kept ÷ due for on time, the "
            "mean of stars."
        ),
        _("Complaints of the period with a place in one of these districts."),
    )


def _peers() -> Info:
    return Info(
        _(
            "The median response time of every district of the same level; the chosen one stands "
            "out."
        ),
        _("Kaplan–Meier median with 95% bounds; the axis is logarithmic. Under 20: hollow."),
        _("The same filter, but for its districts."),
    )


def _units() -> Info:
    return Info(
        _(
            "Cases on time of each unit beside what its mix of services predicts: 1 is as "
            "predicted, 0.5 is half as many. The bar is where chance alone would put it; listed "
            "are those beyond, the farthest first."
        ),
        _officers().formula,
        _officers().data,
    )


def _survival() -> Info:
    return Info(
        _(
            "How many people still wait for the first answer after a time. A curve that stays up "
            "ends where nobody was watched for longer."
        ),
        _(
            "Kaplan–Meier with 95% bands (log(−log), Greenwood). Drawn are all services together "
            "and those with most complaints; the table has every one."
        ),
        _("Complaints received in the period; open ones are censored now."),
    )


def _on_time() -> Info:
    return Info(
        _(
            "Of the complaints whose deadline has passed, the share resolved by it. Open past the "
            "deadline is a failure; not yet due is counted beside."
        ),
        _("Resolved by the deadline ÷ due, with Wilson's 95% bounds. Under 20 due: not ranked."),
        _("Deadlines of each service; rejected complaints owe nothing, reopened ones are open."),
    )


def _backlog() -> Info:
    return Info(
        _("Complaints that are neither resolved nor rejected, by how long ago they were received."),
        _("Counts; overdue is what is past its deadline."),
        _("Complaints received in the period. For all that is open choose “All time”."),
    )


def _hours() -> Info:
    return Info(
        _("How many complaints come in an hour of the week."),
        _("Received in that hour ÷ how many such days the period has."),
        _("Complaints of the period, in the city's own time."),
    )


def _months() -> Info:
    return Info(
        _("Complaints a day in each month, year over year. Months not over yet count their days."),
        _("Received in the month ÷ its days."),
        _("All complaints that the filter selects, whatever its period."),
    )


_KPI_INFO = {
    "response": _response,
    "officers": _officers,
    "satisfaction": _satisfaction,
    "users": _users,
}
_DETAIL_INFO = {
    "worse": _worse,
    "districts": _districts,
    "peers": _peers,
    "units": _units,
    "survival": _survival,
    "on_time": _on_time,
    "backlog": _backlog,
    "hours": _hours,
    "months": _months,
}
