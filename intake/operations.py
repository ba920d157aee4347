"""Every operation of the intake, described once: the OpenAPI document and the manual come of it."""

from dataclasses import dataclass, field
from typing import Any

from data.extended_status import ExtendedStatus
from intake import extension_models, models, update_models
from intake.paging import PAGE_LIMIT
from intake.submission import Submission
from intake.update_query import UPDATE_LIMIT

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_DATE: Schema = {"type": "string", "examples": ["2026-10-01T00:00:00+07:00"]}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path, an address or a form."""

    name: str
    description: str
    schema: Schema = field(default_factory=lambda: _TEXT)
    is_required: bool = False
    example: Any = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`path` is without ending; `answer` in a list where `is_list`, under `root` in XML.

    `scope` is what the API key must be for, None where none is needed; `errors` are those beside
    the ones that every operation has.
    """

    method: str
    path: str
    section: str
    summary: str
    description: str = ""
    answer: type[models.Answer] | None
    root: str = ""
    is_list: bool = False
    answer_schema: Schema | None = None  # where no model says it
    formats: tuple[str, ...] = ("json", "xml")
    statuses: tuple[int, ...] = (200,)
    errors: tuple[int, ...] = ()
    query: tuple[Parameter, ...] = ()
    body: tuple[Parameter, ...] = ()
    body_model: type[Submission] | None = None
    json_body: Schema | None = None  # a body that is no form
    takes_photos: bool = False
    scope: str | None = None
    headers: tuple[str, ...] = ()

    def address(self, ending: str) -> str:
        """The path with its ending; photos have none."""
        return f"{self.path}.{ending}" if ending else self.path


_COUNT: Schema = {"type": "integer", "minimum": 0}
_STARS: Schema = {"type": "integer", "minimum": 1, "maximum": 5}
_JURISDICTION = Parameter("jurisdiction_id", "Accepted from clients of several cities; ignored.")
_LIST_HEADERS = ("X-Total-Count", "X-Page", "X-Page-Size", "X-Page-Count", "Link")
_PAGES = (
    Parameter("page", "Counted from 1.", {"type": "integer", "minimum": 1}),
    Parameter(
        "page_size",
        f"Rows of a page, at most {PAGE_LIMIT}.",
        {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT},
    ),
)
_EXTENSIONS = Parameter(
    "extensions",
    "`true` adds `extended_attributes` (detailed status, channel, districts, all photos) and the "
    "public history as `notes`.",
    {"type": "boolean"},
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/discovery",
        section="Discovery and services",
        summary="What this server offers",
        answer=models.Discovery,
        root="discovery",
    ),
    Operation(
        method="GET",
        path="/services",
        section="Discovery and services",
        summary="What can be reported",
        query=(_JURISDICTION,),
        answer=models.Service,
        root="services",
        is_list=True,
    ),
    Operation(
        method="GET",
        path="/services/{service_code}",
        section="Discovery and services",
        summary="What is asked for one service",
        query=(_JURISDICTION,),
        answer=models.ServiceDefinition,
        root="service_definition",
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/requests",
        section="Reporting",
        summary="Report a complaint",
        description="Answered after the complaint is safely stored. A retry with the same "
        "`Idempotency-Key` and content stores nothing new and gets the same answer. A place is "
        "needed: `lat` and `long`, or `address_string`, `address_id` or `district_code`. Answers "
        "to a service's questions come as `attribute[code]`, several as `attribute[code][]`; "
        "photos as files of a multipart body, in parts named `media`.",
        answer=models.CreatedRequest,
        root="service_requests",
        is_list=True,
        statuses=(201,),
        errors=(403, 404, 409, 413, 429),
        body_model=Submission,
        takes_photos=True,
        scope="write",
        headers=("Idempotency-Replayed",),
    ),
    Operation(
        method="GET",
        path="/requests",
        section="Reading",
        summary="Read complaints",
        description="Without a period: those received in the last 90 days, newest first, at most "
        f"{PAGE_LIMIT}. A list of ids overrides everything else. Names and contacts are never "
        "among it.",
        query=(
            _JURISDICTION,
            Parameter("service_request_id", "One or several, comma separated."),
            Parameter("service_code", "One or several, comma separated."),
            Parameter("status", "`open`, `closed`, or both with a comma."),
            Parameter("start_date", "Received at or after; a date alone is a local day.", _DATE),
            Parameter("end_date", "Received at or before; at most 90 days later.", _DATE),
            Parameter("updated_after", "Changed at or after.", _DATE),
            Parameter("updated_before", "Changed at or before.", _DATE),
            Parameter("bbox", "west,south,east,north in degrees.", example="106.8,-6.3,106.9,-6.1"),
            Parameter("lat", "Of the middle of a circle.", {"type": "number"}),
            Parameter("long", "Of the middle of a circle.", {"type": "number"}),
            Parameter("radius", "Of the circle, in metres.", {"type": "number"}),
            Parameter(
                "sort",
                "`requested_datetime` or `updated_datetime`, with a `-` for the latest first.",
            ),
            *_PAGES,
            _EXTENSIONS,
        ),
        answer=models.ServiceRequest,
        root="service_requests",
        is_list=True,
        headers=_LIST_HEADERS,
    ),
    Operation(
        method="GET",
        path="/requests/{service_request_id}",
        section="Reading",
        summary="Read one complaint",
        query=(_JURISDICTION, _EXTENSIONS),
        answer=models.ServiceRequest,
        root="service_requests",
        is_list=True,
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/requests/{service_request_id}/timeline",
        section="Reading",
        summary="What has happened to a complaint",
        answer=extension_models.TimelineEvent,
        root="timeline",
        is_list=True,
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/tokens/{token}",
        section="Reading",
        summary="The number of the complaint that has this token",
        query=(_JURISDICTION,),
        answer=models.RequestOfToken,
        root="service_requests",
        is_list=True,
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/photos/{file_name}",
        section="Reading",
        summary="A photo, by the address in media_url",
        answer=None,
        formats=("",),
        statuses=(200, 304),
        errors=(404,),
        headers=("ETag", "Cache-Control"),
    ),
    Operation(
        method="GET",
        path="/bulk/requests",
        section="Reading",
        summary="All complaints as one CSV file",
        description="Open data in the columns of GeoReport Bulk, without any free text. Streamed; "
        "ask with `If-None-Match` to be told that nothing has changed.",
        answer=None,
        formats=("csv",),
        statuses=(200, 304),
        headers=("ETag", "Content-Disposition"),
    ),
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
            _JURISDICTION,
            Parameter("service_request_id", "One or several, comma separated."),
            Parameter("start_date", "Recorded at or after; without dates, the last day.", _DATE),
            Parameter("end_date", "Recorded at or before; at most 90 days later.", _DATE),
            Parameter("page", "Counted from 1.", {"type": "integer", "minimum": 1}),
            Parameter(
                "page_size",
                f"Rows of a page, at most {UPDATE_LIMIT}.",
                {"type": "integer", "minimum": 1, "maximum": UPDATE_LIMIT},
            ),
        ),
        answer=update_models.RequestUpdate,
        root="service_request_updates",
        is_list=True,
        headers=_LIST_HEADERS,
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
            Parameter("service_request_id", "The complaint's.", is_required=True),
            Parameter("update_id", "Your own id of this update.", is_required=True),
            Parameter("status", "In any case.", {"type": "string", "enum": list(ExtendedStatus)}),
            Parameter("updated_datetime", "When it happened; without one: now.", _DATE),
            Parameter("description", "Public where the status changes."),
            Parameter(
                "media_url",
                "Web addresses of photos, at most ten.",
                {"type": "array", "items": _TEXT, "maxItems": 10},
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
        errors=(403, 404, 409, 413, 429),
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
        json_body={"type": ["object", "array"]},
        answer=None,
        answer_schema={"type": ["object", "array"]},
        statuses=(200, 201),
        errors=(403, 404, 413, 429),
        scope="write",
    ),
    Operation(
        method="POST",
        path="/requests/{service_request_id}/feedback",
        section="Afterwards",
        summary="Say how the complaint was answered",
        description="Only with the token that the reporter got, and once it is resolved or "
        "rejected.",
        body=(
            Parameter("token", "The complaint's own.", is_required=True),
            Parameter("stars", "1 to 5.", _STARS, is_required=True),
            Parameter("solved", "Did it solve the problem?", {"type": "boolean"}),
            Parameter("comment", "At most 2,000 characters; not public."),
        ),
        answer=extension_models.Feedback,
        root="feedback",
        statuses=(200, 201),
        errors=(403, 404, 409, 413, 429),
        scope="feedback",
    ),
    Operation(
        method="PUT",
        path="/app-usage/{day}",
        section="Afterwards",
        summary="How many people used your app on a day",
        description="A later PUT replaces the numbers of the same day and channel.",
        body=(
            Parameter("registered_users", "At the end of the day.", _COUNT, is_required=True),
            Parameter("active_users", "During the day.", _COUNT, is_required=True),
        ),
        answer=extension_models.AppUsage,
        root="app_usage",
        errors=(403, 413, 429),
        scope="write",
    ),
)
