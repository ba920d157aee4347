"""An update as FixMyStreet words it, checked: everything wrong, at once."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from data.extended_status import ExtendedStatus, read_extended_status
from data.posted_updates import Author, PostedUpdate
from data.prepare import DESCRIPTION_LIMIT
from data.reference import Reference
from intake import instants
from intake.checking import read_model
from intake.errors import Refused
from intake.parsing import Fields
from intake.submission import WebAddresses, limited_text, wrong
from intake.text import shown

_MISSING = {
    "service_request_id": "send the number that the report was answered with",
    "update_id": "send your own id of this update, the same each time",
}
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
    sent, problems = read_model(fields, UpdateSubmission, context=reference, missing=_MISSING)
    if problems or sent is None:
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
