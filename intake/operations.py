"""Every operation of the intake, described once: the OpenAPI document and the manual come of it."""

from intake import extension_models, models
from intake.idempotency import PATTERN
from intake.operation import (
    EXTENSIONS,
    INSTANT,
    JURISDICTION,
    LANGUAGE,
    LIST_HEADERS,
    REQUEST_IDS,
    UNCHANGED,
    Operation,
    Parameter,
    pages,
)
from intake.operations_of_servers import AFTERWARDS, EXCHANGE
from intake.paging import PAGE_LIMIT
from intake.submission import Submission

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
        description="Where `metadata` is true, the service asks questions: read its definition.",
        query=(JURISDICTION,),
        sent_headers=(LANGUAGE,),
        answer=models.Service,
        root="services",
        is_list=True,
    ),
    Operation(
        method="GET",
        path="/services/{service_code}",
        section="Discovery and services",
        summary="What is asked for one service",
        description="Answers are sent with the report, as `attribute[code]`. Where `variable` is "
        "false there is only something to read.",
        query=(JURISDICTION,),
        sent_headers=(LANGUAGE,),
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
        errors=(403, 404, 408, 409, 413, 429),
        sent_headers=(
            Parameter(
                "Idempotency-Key",
                "Recognises a retry; a UUID, say.",
                {"type": "string", "pattern": f"^{PATTERN}$"},
            ),
            LANGUAGE,
        ),
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
        f"{PAGE_LIMIT:,}. A list of ids overrides everything else. Names and contacts are never "
        "among it.",
        query=(
            JURISDICTION,
            REQUEST_IDS,
            Parameter("service_code", "One or several.", is_list=True),
            Parameter(
                "status",
                "One or both.",
                {"type": "string", "enum": ["open", "closed"]},
                is_list=True,
            ),
            Parameter("start_date", "Received at or after; a date alone is a local day.", INSTANT),
            Parameter("end_date", "Received at or before; at most 90 days later.", INSTANT),
            Parameter("updated_after", "Changed at or after.", INSTANT),
            Parameter("updated_before", "Changed at or before.", INSTANT),
            Parameter("bbox", "West, south, east, north in degrees.", example="106.8,-6.3,107,-6"),
            Parameter(
                "lat",
                "Of the middle of a circle.",
                {"type": "number", "minimum": -90, "maximum": 90},
            ),
            Parameter(
                "long",
                "Of the middle of a circle.",
                {"type": "number", "minimum": -180, "maximum": 180},
            ),
            Parameter(
                "radius",
                "Of the circle, in metres; 1,000 where none is sent.",
                {"type": "number", "minimum": 0, "maximum": 100_000},
            ),
            Parameter(
                "sort",
                "With a `-` the latest first.",
                {
                    "type": "string",
                    "enum": [
                        f"{sign}{name}_datetime"
                        for name in ("requested", "updated")
                        for sign in ("-", "")
                    ],
                },
            ),
            *pages(),
            EXTENSIONS,
        ),
        sent_headers=(LANGUAGE,),
        answer=models.ServiceRequest,
        extended=extension_models.ExtendedRequest,
        root="service_requests",
        is_list=True,
        headers=LIST_HEADERS,
    ),
    Operation(
        method="GET",
        path="/requests/{service_request_id}",
        section="Reading",
        summary="Read one complaint",
        query=(JURISDICTION, EXTENSIONS),
        sent_headers=(LANGUAGE,),
        answer=models.ServiceRequest,
        extended=extension_models.ExtendedRequest,
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
        query=(JURISDICTION,),
        answer=models.RequestOfToken,
        root="service_requests",
        is_list=True,
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/photos/{file_name}",
        section="Reading",
        summary="A photo",
        description="At the address that `media_url` gives.",
        answer=None,
        formats=("",),
        statuses=(200, 304),
        errors=(404,),
        sent_headers=(UNCHANGED,),
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
        sent_headers=(UNCHANGED,),
        headers=("ETag", "Content-Disposition"),
    ),
    *EXCHANGE,
    *AFTERWARDS,
)
