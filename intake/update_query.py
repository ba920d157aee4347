"""What GET servicerequestupdates asks for: a period of recording, or complaints by their ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from data.instants import now
from data.reference import Reference
from intake.errors import Problem, Refused, problem
from intake.paging import PAGE_LIMIT, Page, read_page
from intake.parsing import Fields
from intake.request_query import SPAN, pinned_period, read_instant, read_list

# FixMyStreet asks for no second page, and two hours of a bad day are more than a thousand.
UPDATE_LIMIT = 5_000
_USUAL = timedelta(days=1)


@dataclass(frozen=True)
class UpdateQuery:
    """Both ends are included, None is none; `pinned` makes a later page continue this one."""

    start: datetime | None
    end: datetime | None
    service_request_ids: tuple[str, ...]
    page: Page
    pinned: Mapping[str, str] = field(default_factory=dict)


def read_update_query(fields: Fields, reference: Reference) -> UpdateQuery:
    """Without dates the last day, or all of the complaints that are named.

    Raises Refused with every problem of the query.
    """
    problems: list[Problem] = []
    ids = read_list(fields, "service_request_id")
    if len(ids) > PAGE_LIMIT:
        problems.append(
            problem(f"{len(ids)} service_request_ids are asked for; ask {PAGE_LIMIT} at a time")
        )
    start = read_instant(fields, "start_date", reference, problems)
    end = read_instant(fields, "end_date", reference, problems)
    page = read_page(fields, problems, most=UPDATE_LIMIT)
    if start and end and end < start:
        problems.append(problem("end_date lies before start_date; exchange them"))
    given = start is not None and end is not None
    if not ids and not given:
        start, end = _completed(start, end)
    if not ids and start and end and (end - start).days > SPAN.days:
        problems.append(
            problem(
                f"start_date and end_date are {(end - start).days} days apart; "
                f"ask for at most {SPAN.days} days at a time"
            )
        )
    if problems:
        raise Refused(*problems)
    # Without an end, what is recorded meanwhile would move others to the next page.
    return UpdateQuery(start, end, ids, page, {} if ids or given else pinned_period(start, end))


def _completed(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    if start is not None:
        return start, min(max(now(), start), start + SPAN)
    end = end or now()
    return end - _USUAL, end
