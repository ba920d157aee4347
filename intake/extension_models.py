"""The answers that go beyond GeoReport v2, as other Open311 servers shape them."""

from intake.models import Answer, AttributeValue, ServiceRequest


class DistrictOfRequest(Answer):
    level: str
    code: str
    name: str


class Photo(Answer):
    media_url: str


class AnsweredAttribute(Answer):
    """A number, date or choice; free text may be personal and stays inside."""

    code: str
    description: str
    values: list[AttributeValue]


class ExtendedAttributes(Answer):
    status: str  # waiting, assigned, in_progress, verifying, resolved, rejected
    channel: str
    agency_code: str | None
    district_code: str | None
    districts: list[DistrictOfRequest]  # from the largest to the smallest
    duplicate_of: str | None  # the first complaint of the same problem; None: it is the first
    photos: list[Photo]
    attributes: list[AnsweredAttribute]


class Note(Answer):
    """What happened to the status; `type` is the kind of event."""

    datetime: str
    type: str
    description: str | None


class ExtendedRequest(ServiceRequest):
    """With `extensions=true`."""

    extended_attributes: ExtendedAttributes
    notes: list[Note]


class TimelineEvent(Answer):
    datetime: str
    kind: str
    agency_responsible: str | None
    note: str | None


class Feedback(Answer):
    service_request_id: str
    stars: int
    solved: bool | None


class AppUsage(Answer):
    date: str
    channel: str
    registered_users: int
    active_users: int
