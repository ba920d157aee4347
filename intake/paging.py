"""Pages of an answer: which one is asked for, and the headers that lead to the others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, request

from intake.errors import Problem, problem
from intake.parsing import Fields
from intake.text import shown

PAGE_LIMIT = 1_000  # rows, the standard's own
_LAST_PAGE = 1_000_000
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Page:
    """Pages are counted from 1."""

    number: int = 1
    size: int = PAGE_LIMIT

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def read_page(fields: Fields, problems: list[Problem], *, most: int = PAGE_LIMIT) -> Page:
    """`page` and `page_size`; what is wrong with them is added to `problems`."""
    return Page(
        _whole(fields, "page", 1, _LAST_PAGE, problems),
        _whole(fields, "page_size", most, most, problems),
    )


def _whole(fields: Fields, name: str, usual: int, most: int, problems: list[Problem]) -> int:
    text = fields.first(name)
    if text is None:
        return usual
    if not _WHOLE.fullmatch(text.strip()) or not 1 <= int(text) <= most:
        problems.append(
            problem(f"{name} {shown(text)} is not a whole number from 1 to {most}; send one")
        )
        return usual
    return int(text)


def add_page_headers(
    response: Response, page: Page, total: int, pinned: Mapping[str, str]
) -> Response:
    """Counts as X- headers, and RFC 8288 links; `pinned` keeps the other pages on one period."""
    pages = max(-(-total // page.size), 1)
    response.headers["X-Total-Count"] = str(total)
    response.headers["X-Page"] = str(page.number)
    response.headers["X-Page-Size"] = str(page.size)
    response.headers["X-Page-Count"] = str(pages)
    links = {"first": 1, "last": pages}
    if page.number > 1:
        links["prev"] = min(page.number - 1, pages)
    if page.number < pages:
        links["next"] = page.number + 1
    response.headers["Link"] = ", ".join(
        f'<{_address(number, page.size, pinned)}>; rel="{relation}"'
        for relation, number in links.items()
    )
    return response


def _address(number: int, size: int, pinned: Mapping[str, str]) -> str:
    asked = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in ("page", "page_size", "api_key", *pinned)
    ]
    query = [*asked, *pinned.items(), ("page", str(number)), ("page_size", str(size))]
    return f"{request.base_url}?{urlencode(query, errors='replace')}"
