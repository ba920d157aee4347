"""On what a KPI rests, and what of it is still to come."""

from datetime import date

from data.i18n import format_date, format_number, format_percent, format_short_date
from data.i18n import gettext as _
from queries.kpi.model import Kpi


def maturity_words(kpi: Kpi) -> str:
    """n, and what is still to come."""
    found = kpi.maturity
    if kpi.code == "response":
        return _("n {n} · {waiting} ({share}) still without an answer").format(
            n=format_number(found["received"]),
            waiting=format_number(found["without_response"]),
            share=format_percent(found["without_response"] / max(found["received"], 1)),
        )
    if kpi.code == "officers":
        return _(
            "Against what is predicted: {worse} worse · {inside} alike · {better} better; {few} "
            "with too few cases. {due} cases due, {late} late; {not_due} not yet due"
        ).format(
            worse=format_number(found["worse"]),
            inside=format_number(found["as_expected"]),
            better=format_number(found["better"]),
            few=format_number(found["too_few"]),
            due=format_number(found["due"]),
            late=format_number(found["late"]),
            not_due=format_number(found["not_due"]),
        )
    if kpi.code == "satisfaction":
        return _("n {n} with stars · {open} ({share}) still open, not asked yet").format(
            n=format_number(kpi.headline.now.n),
            open=format_number(found["open"]),
            share=format_percent(found["open"] / max(found["received"], 1)),
        )
    return _users_words(kpi)


def _users_words(kpi: Kpi) -> str:
    found = kpi.maturity
    words = []
    if found["day"]:
        day = date.fromisoformat(found["day"])
        words.append(_("at the end of {day}").format(day=format_short_date(day)))
    if found["is_narrowed"]:
        words.append(_("users of the whole city: apps do not say where or why"))
    words.append(
        _("{n} complaints came with an account, {without} without").format(
            n=format_number(kpi.indicators[-1].now.n),
            without=format_number(found["without_account"]),
        )
    )
    if found["records_begin"]:
        began = date.fromisoformat(found["records_begin"])
        words.append(
            _("records begin on {day}: who reported earlier looks new").format(
                day=format_date(began)
            )
        )
    return " · ".join(words)
