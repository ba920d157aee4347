"""Why something was refused, as it is counted."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused: a class, never a word of what was sent."""

    NO_KEY = "no_key"
    BAD_KEY = "bad_key"
    NOT_ALLOWED = "not_allowed"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    SERVICE = "service"
    LOCATION = "location"
    OUTSIDE = "outside"
    ATTRIBUTE = "attribute"
    MEDIA = "media"
    TOO_LONG = "too_long"
    IDENTITY = "identity"
    TIME = "time"
    STATUS = "status"
    CONFLICT = "conflict"
    ADDRESS = "address"
    UNAVAILABLE = "unavailable"
    FAILURE = "failure"
    OTHER = "other"


_OF_FIELDS = {
    Reason.SERVICE: "service service_code",
    Reason.LOCATION: "lat long latitude longitude district district_code address_id zipcode",
    Reason.MEDIA: "media media_url",
    Reason.IDENTITY: "external_id update_id service_request_id",
    Reason.STATUS: "status",
    Reason.TIME: (
        "requested acknowledged started closed due updated updated_datetime requested_datetime date"
    ),
    Reason.CONFLICT: "Idempotency-Key",
    Reason.OUTSIDE: "place",
}
_BY_FIELD = {name: reason for reason, names in _OF_FIELDS.items() for name in names.split()}


def reason_of_error(error: Exception) -> Reason:
    """Of a complaint that cannot be stored: by the field to mend."""
    return reason_of_field(getattr(error, "field", "status"))


def reason_of_field(name: str) -> Reason:
    """Where the value of this field is wrong."""
    return _BY_FIELD.get(name, Reason.OTHER)
