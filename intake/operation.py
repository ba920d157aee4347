"""What an operation of the intake is, and the parameters that several of them take."""

from dataclasses import dataclass, field
from typing import Any

from intake.models import Answer
from intake.paging import PAGE_LIMIT
from intake.submission import Submission

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INSTANT: Schema = {
    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]
}
COUNT: Schema = {"type": "integer", "minimum": 0}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path, an address or a form.

    `is_list`: `schema` is that of one item, and an address has them with commas between.
    """

    name: str
    description: str
    schema: Schema = field(default_factory=lambda: TEXT)
    is_required: bool = False
    example: Any = None
    is_list: bool = False


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
    answer: type[Answer] | None
    extended: type[Answer] | None = None  # the answer with `extensions=true`
    root: str = ""
    is_list: bool = False
    answer_schema: Schema | None = None  # where no model says it
    formats: tuple[str, ...] = ("json", "xml")
    statuses: tuple[int, ...] = (200,)
    errors: tuple[int, ...] = ()
    query: tuple[Parameter, ...] = ()
    sent_headers: tuple[Parameter, ...] = ()
    body: tuple[Parameter, ...] = ()
    body_model: type[Submission] | None = None
    json_body: Schema | None = None  # a body that is no form
    takes_photos: bool = False
    scope: str | None = None
    headers: tuple[str, ...] = ()

    def address(self, ending: str) -> str:
        """The path with its ending; photos have none."""
        return f"{self.path}.{ending}" if ending else self.path

    @property
    def path_names(self) -> list[str]:
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]


JURISDICTION = Parameter("jurisdiction_id", "Accepted from clients of several cities; ignored.")
LANGUAGE = Parameter(
    "Accept-Language", "The language of names and texts, one of the city's.", example="en"
)
UNCHANGED = Parameter("If-None-Match", "The `ETag` of the last answer: unchanged is 304.")
REQUEST_IDS = Parameter("service_request_id", "One or several.", is_list=True)
LIST_HEADERS = ("X-Total-Count", "X-Page", "X-Page-Size", "X-Page-Count", "Link")
EXTENSIONS = Parameter(
    "extensions",
    "`true` adds `extended_attributes` (detailed status, channel, districts, all photos) and the "
    "public history as `notes`.",
    {"type": "boolean"},
)


def pages(limit: int = PAGE_LIMIT) -> tuple[Parameter, ...]:
    return (
        Parameter("page", "Counted from 1.", {"type": "integer", "minimum": 1}),
        Parameter(
            "page_size",
            f"Rows of a page, at most {limit:,}.",
            {"type": "integer", "minimum": 1, "maximum": limit},
        ),
    )
