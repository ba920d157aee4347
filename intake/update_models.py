"""The answers of `servicerequestupdates`: names and order of fields as FixMyStreet reads them."""

from intake.models import Answer


class RequestUpdate(Answer):
    """What changed about a complaint, as anyone may read it.

    `updated_datetime` is when it came to be known here: clients skip what lies outside the period
    they asked for, and the period is one of recording.
    """

    update_id: str
    service_request_id: str
    status: str
    external_status_code: str  # the kind of event that decided the status
    updated_datetime: str
    happened_datetime: str
    description: str | None
    media_url: str | None


class PostedRequestUpdate(Answer):
    """The answer to an update; `update_id` is the one under which it is listed, if it is."""

    update_id: str
    service_request_id: str
    status: str  # of the complaint, now: other than the one sent where that was kept as a comment
