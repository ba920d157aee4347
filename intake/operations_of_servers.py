"""The operations beyond reporting and reading: what servers and apps tell each other."""

from data.extended_status import ExtendedStatus
from intake import extension_models, update_models
from intake.feedback import COMMENT_LIMIT
from intake.operation import (
    COUNT,
    INSTANT,
    JURISDICTION,
    LIST_HEADERS,
    REQUEST_IDS,
    TEXT,
    Operation,
    Parameter,
    pages,
)
from intake.update_query import UPDATE_LIMIT

EXCHANGE: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/servicerequestupdates",
        section="Exchange with other servers",
        summary="What has changed about complaints",
        description="The events that concern the status, as FixMyStreet fetches them. Periods and "
        "`updated_datetime` are of recording, so that what is reported late is new when it is "
        "reported. The first page has the newest, in the order recorded. Citizens' comments are "
        "not among it.",
        query=(
            JURISDICTION,
            REQUEST_IDS,
            Parameter("start_date", "Recorded at or after; without dates, the last day.", INSTANT),
            Parameter("end_date", "Recorded at or before; at most 90 days later.", INSTANT),
            *pages(UPDATE_LIMIT),
        ),
        answer=update_models.RequestUpdate,
        root="service_request_updates",
        is_list=True,
        headers=LIST_HEADERS,
    ),
    Operation(
        method="POST",
        path="/servicerequestupdates",
        section="Exchange with other servers",
        summary="Say what you know of a complaint",
        description="A status that is news becomes the event it means, everything else a comment; "
        "the answer says where the complaint stands. The same `update_id` again stores nothing "
        "and gets the same answer.",
        body=(
            Parameter("service_request_id", "The complaint's.", is_required=True, example="184223"),
            Parameter("update_id", "Your own id of this update.", is_required=True, example="U-17"),
            Parameter(
                "status",
                "In any case.",
                {"type": "string", "enum": list(ExtendedStatus)},
                example="IN_PROGRESS",
            ),
            Parameter("updated_datetime", "When it happened; without one: now.", INSTANT),
            Parameter(
                "description",
                "Read by officials; public where the status changes and the key may publish.",
                example="Crew sent",
            ),
            Parameter(
                "media_url",
                "Web addresses of photos, at most ten.",
                {"type": "array", "items": TEXT, "maxItems": 10},
            ),
            *(
                Parameter(name, "Of the author; never public.")
                for name in ("title", "first_name", "last_name", "email", "phone", "account_id")
            ),
        ),
        answer=update_models.PostedRequestUpdate,
        root="service_request_updates",
        is_list=True,
        statuses=(201,),
        errors=(403, 404, 408, 409, 413, 429),
        scope="updates",
        headers=("Idempotency-Replayed",),
    ),
    Operation(
        method="POST",
        path="/feeds/{name}",
        section="Exchange with other servers",
        summary="Push records of another system in its own words",
        description="One JSON object or a list of them; the preset of that name says what they "
        "mean. Each record is judged alone, and answered in its place.",
        formats=("json",),
        json_body={"type": ["object", "array"], "items": {"type": "object"}},
        answer=None,
        answer_schema={"type": ["object", "array"]},
        statuses=(200, 201),
        errors=(403, 404, 408, 413, 429),
        scope="write",
    ),
)

AFTERWARDS: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path="/requests/{service_request_id}/feedback",
        section="Afterwards",
        summary="Say how the complaint was answered",
        description="Only with the token that the reporter got, as a field or as the header "
        "`X-Request-Token`, and once it is resolved or rejected.",
        body=(
            Parameter("token", "The complaint's own.", is_required=True, example="TOKEN"),
            Parameter(
                "stars",
                "1 to 5.",
                {"type": "integer", "minimum": 1, "maximum": 5},
                is_required=True,
                example=5,
            ),
            Parameter("solved", "Did it solve the problem?", {"type": "boolean"}, example=True),
            Parameter("comment", "Not public.", {"type": "string", "maxLength": COMMENT_LIMIT}),
        ),
        answer=extension_models.Feedback,
        root="feedback",
        statuses=(200, 201),
        errors=(403, 404, 408, 409, 413, 429),
        scope="feedback",
    ),
    Operation(
        method="PUT",
        path="/app-usage/{day}",
        section="Afterwards",
        summary="How many people used your app on a day",
        description="A later PUT replaces the numbers of the same day and channel.",
        body=(
            Parameter(
                "registered_users", "At the end of the day.", COUNT, is_required=True, example=81200
            ),
            Parameter("active_users", "During the day.", COUNT, is_required=True, example=5310),
        ),
        answer=extension_models.AppUsage,
        root="app_usage",
        errors=(403, 408, 413, 429),
        scope="write",
    ),
)
