"""PUT app-usage/{date}: how many people a citizen app has, and how many used it that day."""

import re
from datetime import date
from typing import Annotated

from flask import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from data.limits import spend
from data.reasons import Reason
from data.store import current_store
from data.usage import DayOfUse, UsageError, record_usage
from intake.admission import take_body
from intake.answering import respond
from intake.checking import read_model
from intake.errors import Refused, problem
from intake.extension_models import AppUsage
from intake.parsing import Fields
from intake.submission import wrong
from intake.text import shown

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_MISSING = dict.fromkeys(("registered_users", "active_users"), "send how many people, in digits")


def _count(value: str, info: ValidationInfo) -> int:
    if not _COUNT.fullmatch(value.strip()):
        raise wrong(
            f"{info.field_name} {shown(value)} is not a whole number; "
            "send how many people, in digits"
        )
    return int(value)


class UsageSubmission(BaseModel):
    """The fields of PUT app-usage; what is not among them is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    registered_users: Annotated[int, BeforeValidator(_count)]
    active_users: Annotated[int, BeforeValidator(_count)]


def put_usage(day: str, ending: str) -> Response:
    """The numbers of the key's channel on a local date; a later PUT replaces them."""
    store = current_store()
    fields, key = take_body("write")
    usage = check_usage(day, fields, key.channel_code)
    spend(store.engine, (key.bucket,))
    try:
        record_usage(store, [usage])
    except UsageError as error:
        raise Refused(problem(str(error), Reason.TIME)) from None
    answer = AppUsage(
        date=usage.date.isoformat(),
        channel=usage.channel_code,
        registered_users=usage.registered_users,
        active_users=usage.active_users,
    )
    return respond("app_usage", answer)


def check_usage(day: str, fields: Fields, channel_code: str) -> DayOfUse:
    """Raises Refused with everything that is wrong."""
    on = _date(day)
    sent, problems = read_model(fields, UsageSubmission, context=None, missing=_MISSING)
    if on is None:
        words = f"date {shown(day)} is not a date; send one such as 2026-10-01"
        problems.insert(0, problem(words, Reason.TIME))
    if problems or sent is None or on is None:
        raise Refused(*problems)
    return DayOfUse(date=on, channel_code=channel_code, **sent.model_dump())


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
