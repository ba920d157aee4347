"""An update as FixMyStreet words it, checked: everything wrong, at once."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo

from data.extended_status import ExtendedStatus, read_extended_status
from data.posted_updates import Author, PostedUpdate
from data.reference import Reference
from intake import instants
from intake.errors import Problem, Refused, problem
from intake.parsing import Fields
from intake.submission import DESCRIPTION_LIMIT, WebAddresses, limited_text, wrong
from intake.text import shown

_AUTHOR = ("title", "first_name", "last_name", "email", "phone", "account_id")


def _status(value: str) -> ExtendedStatus:
    try:
        return read_extended_status(value)
    except ValueError:
        words = ", ".join(ExtendedStatus)
        raise wrong(f"status {shown(value)} is not known; send one of {words}") from None


def _instant(value: str, info: ValidationInfo) -> datetime:
    reference: Reference = info.context  # type: ignore[assignment]
    try:
        return instants.read(value, reference.city.time_zone)
    except ValueError:
        raise wrong(
            f"updated_datetime {shown(value)} is not a date; "
            "send W3C, such as 2026-10-01T09:00:00+07:00"
        ) from None


class UpdateSubmission(BaseModel):
    """The fields of POST servicerequestupdates; what is not among them is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service_request_id: Annotated[str, limited_text(64)]
    update_id: Annotated[str, limited_text(255)]
    updated_datetime: Annotated[datetime | None, BeforeValidator(_instant)] = None
    status: Annotated[ExtendedStatus | None, BeforeValidator(_status)] = None
    description: Annotated[str | None, limited_text(DESCRIPTION_LIMIT)] = None
    title: Annotated[str | None, limited_text(64)] = None
    first_name: Annotated[str | None, limited_text(200)] = None
    last_name: Annotated[str | None, limited_text(200)] = None
    email: Annotated[str | None, limited_text(320)] = None
    phone: Annotated[str | None, limited_text(64)] = None
    account_id: Annotated[str | None, limited_text(200)] = None
    media_url: WebAddresses = []


def check_update(fields: Fields, reference: Reference) -> PostedUpdate:
    """Raises Refused with every problem of the update."""
    problems = _repeated(fields)
    try:
        sent = UpdateSubmission.model_validate(_values(fields), context=reference)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
        raise Refused(*problems) from None
    if problems:
        raise Refused(*problems)
    return PostedUpdate(
        service_request_id=sent.service_request_id.strip(),
        update_id=sent.update_id.strip(),
        status=sent.status,
        at=sent.updated_datetime,
        note=sent.description,
        media_urls=tuple(sent.media_url),
        author=Author(**{name: getattr(sent, name) for name in _AUTHOR}),
    )


def _values(fields: Fields) -> dict[str, Any]:
    return {
        name: values if name == "media_url" else values[0]
        for name, values in fields.values.items()
        if name in UpdateSubmission.model_fields
    }


def _repeated(fields: Fields) -> list[Problem]:
    return [
        problem(f"{name} is given {len(values)} times with different values; send it once")
        for name, values in fields.values.items()
        if name in UpdateSubmission.model_fields and name != "media_url" and len(set(values)) > 1
    ]


def _problem(detail: Any) -> Problem:
    name = detail["loc"][0]
    if detail["type"] != "missing":
        return Problem(detail["ctx"]["code"], detail["ctx"]["description"])
    if name == "update_id":
        return problem("update_id is missing; send your own id of this update, the same each time")
    return problem(f"{name} is missing; send the number that the report was answered with")
