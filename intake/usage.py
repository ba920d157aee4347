"""PUT app-usage/{date}: how many people a citizen app has, and how many used it that day."""

import re
from datetime import date

from flask import Response, request

from data.limits import spend
from data.store import current_store
from data.usage import DayOfUse, UsageError, record_usage
from intake.admission import authorise
from intake.answering import respond
from intake.errors import Problem, Refused, problem
from intake.extension_models import AppUsage
from intake.parsing import Fields, read_body
from intake.text import shown

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_COUNTS = ("registered_users", "active_users")


def put_usage(day: str, ending: str) -> Response:
    """The numbers of the key's channel on a local date; a later PUT replaces them."""
    store = current_store()
    fields = read_body(request)
    key = authorise(fields, "write")
    usage = check_usage(day, fields, key.channel_code)
    spend(store.engine, (key.bucket,))
    try:
        record_usage(store, [usage])
    except UsageError as error:
        raise Refused(problem(str(error))) from None
    answer = AppUsage(
        date=usage.date.isoformat(),
        channel=usage.channel_code,
        registered_users=usage.registered_users,
        active_users=usage.active_users,
    )
    return respond("app_usage", answer)


def check_usage(day: str, fields: Fields, channel_code: str) -> DayOfUse:
    """Raises Refused with everything that is wrong."""
    problems: list[Problem] = []
    on = _date(day, problems)
    counts = {name: _count(fields, name, problems) for name in _COUNTS}
    if problems:
        raise Refused(*problems)
    return DayOfUse(date=on, channel_code=channel_code, **counts)


def _date(text: str, problems: list[Problem]) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    problems.append(problem(f"date {shown(text)} is not a date; send one such as 2026-10-01"))
    return date.min


def _count(fields: Fields, name: str, problems: list[Problem]) -> int:
    text = (fields.first(name) or "").strip()
    if _COUNT.fullmatch(text):
        return int(text)
    said = f"{name} {shown(text)} is not a whole number" if text else f"{name} is missing"
    problems.append(problem(f"{said}; send how many people, in digits"))
    return 0
