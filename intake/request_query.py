"""What GET requests asks for: identifiers, or a period, services, statuses and a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from data.instants import now
from data.reference import Reference
from data.request_filter import RequestFilter
from data.requests import Order
from intake import instants
from intake.area import read_box, read_circle
from intake.booleans import read_boolean
from intake.errors import Problem, Refused, problem
from intake.paging import PAGE_LIMIT, Page, read_page
from intake.parsing import Fields
from intake.text import shown

SPAN = timedelta(days=90)
_STATUSES = ("open", "closed")
_ORDERS: dict[str, Order] = {"requested_datetime": "requested", "updated_datetime": "changed"}


@dataclass(frozen=True)
class RequestQuery:
    """`pinned` are the parameters that make a later page continue this one."""

    filter: RequestFilter
    page: Page
    order: Order
    ascending: bool
    pinned: Mapping[str, str] = field(default_factory=dict)


def read_query(fields: Fields, reference: Reference) -> tuple[str, ...] | RequestQuery:
    """The identifiers asked for, which override everything else, or else a query.

    Raises Refused with every problem of the query.
    """
    ids = read_list(fields, "service_request_id")
    if len(ids) > PAGE_LIMIT:
        raise Refused(
            problem(f"{len(ids)} service_request_ids are asked for; ask {PAGE_LIMIT} at a time")
        )
    if ids or fields.first("service_request_id"):  # a comma alone names none, and means none
        return ids
    problems: list[Problem] = []
    codes, statuses = _codes(fields, reference, problems), _statuses(fields, problems)
    instant = {
        name: read_instant(fields, name, reference, problems)
        for name in ("start_date", "end_date", "updated_after", "updated_before")
    }
    box, circle = read_box(fields, problems), read_circle(fields, problems)
    page = read_page(fields, problems)
    order, ascending = _order(fields, problems)
    after, before = instant["updated_after"], instant["updated_before"]
    if after and before and before < after:
        problems.append(problem("updated_before lies before updated_after; exchange them"))
    start, end = instant["start_date"], instant["end_date"]
    is_default = start is None and end is None and after is None and before is None
    if start or end or is_default:
        start, end = _period(start, end, problems)
    if problems:
        raise Refused(*problems)
    return RequestQuery(
        RequestFilter(
            start=start,
            end=end,
            changed_after=after,
            changed_before=before,
            service_ids=tuple(reference.service_by_code[code].id for code in codes),
            is_open=None if len(statuses) != 1 else statuses[0] == "open",
            box=box,
            circle=circle,
        ),
        page,
        order,
        ascending,
        # Without an end, complaints that come in meanwhile would move others to the next page.
        pinned_period(start, end) if is_default else {},
    )


def wants_extensions(fields: Fields) -> bool:
    """Whether `extensions=true` is asked for. Raises Refused for what is no yes or no."""
    problems: list[Problem] = []
    wanted = read_boolean(fields, "extensions", problems)
    if problems:
        raise Refused(*problems)
    return bool(wanted)


def _codes(fields: Fields, reference: Reference, problems: list[Problem]) -> tuple[str, ...]:
    codes = read_list(fields, "service_code")
    problems += [
        problem(
            f"service_code {shown(code)} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json"
        )
        for code in codes
        if code not in reference.service_by_code
    ]
    return codes


def _statuses(fields: Fields, problems: list[Problem]) -> tuple[str, ...]:
    statuses = tuple(dict.fromkeys(status.lower() for status in read_list(fields, "status")))
    problems += [
        problem(f"status {shown(status)} is not known; ask for open, closed or both")
        for status in statuses
        if status not in _STATUSES
    ]
    return statuses


def read_list(fields: Fields, name: str) -> tuple[str, ...]:
    """Comma separated, given once or several times; each value once, in the order given."""
    parts: Iterable[str] = (
        part.strip() for value in fields.values.get(name, ()) for part in value.split(",")
    )
    return tuple(dict.fromkeys(part for part in parts if part))


def read_instant(
    fields: Fields, name: str, reference: Reference, problems: list[Problem]
) -> datetime | None:
    text = fields.first(name)
    if text is None:
        return None
    is_end = name in ("end_date", "updated_before")
    try:
        return instants.read(text, reference.city.time_zone, end=is_end)
    except ValueError:
        problems.append(
            problem(f"{name} {shown(text)} is not a date; send W3C, such as 2026-10-01T00:00:00Z")
        )
        return None


def _order(fields: Fields, problems: list[Problem]) -> tuple[Order, bool]:
    """The newest first, unless `sort` names another order; a minus in front turns it round."""
    text = (fields.first("sort") or "-requested_datetime").strip()
    name = text.removeprefix("-").strip()
    if name not in _ORDERS:
        names = " or ".join(_ORDERS)
        problems.append(
            problem(f"sort {shown(text)} is not known; send {names}, with - for the newest first")
        )
        return "requested", False
    return _ORDERS[name], not text.startswith("-")


def _period(
    start: datetime | None, end: datetime | None, problems: list[Problem]
) -> tuple[datetime, datetime]:
    """Ninety days: the latest, or those that begin or end as asked."""
    if start is None:
        end = end or now()
        return end - SPAN, end
    if end is None:
        return start, start + SPAN
    if end < start:
        problems.append(problem("end_date lies before start_date; exchange them"))
    if (end - start).days > SPAN.days:  # whole days: dates alone include their last one
        problems.append(
            problem(
                f"start_date and end_date are {(end - start).days} days apart; "
                f"ask for at most {SPAN.days} days at a time"
            )
        )
    return start, end


def pinned_period(start: datetime | None, end: datetime | None) -> dict[str, str]:
    """The dates as parameters that mean the same whenever they are sent."""
    ends = {"start_date": start, "end_date": end}
    return {
        name: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for name, at in ends.items() if at
    }
