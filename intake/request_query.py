"""What GET requests asks for: identifiers, or a period with services and statuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.instants import now
from data.reference import Reference
from intake import instants
from intake.errors import Problem, Refused, problem
from intake.parsing import Fields
from intake.text import shown

SPAN = timedelta(days=90)
ROW_LIMIT = 1_000
_STATUSES = ("open", "closed")


@dataclass(frozen=True)
class PeriodQuery:
    """Both ends of the period are included; no services means all, None both statuses."""

    start: datetime
    end: datetime
    service_ids: tuple[int, ...]
    is_open: bool | None


def read_query(fields: Fields, reference: Reference) -> tuple[str, ...] | PeriodQuery:
    """The identifiers asked for, which override everything else, or else a period.

    Raises Refused with every problem of the query.
    """
    ids = _list(fields, "service_request_id")
    if len(ids) > ROW_LIMIT:
        raise Refused(
            problem(f"{len(ids)} service_request_ids are asked for; ask {ROW_LIMIT} at a time")
        )
    if ids:
        return ids
    problems: list[Problem] = []
    codes, statuses = _list(fields, "service_code"), _list(fields, "status")
    problems += [
        problem(
            f"service_code {shown(code)} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json"
        )
        for code in codes
        if code not in reference.service_by_code
    ]
    problems += [
        problem(f"status {shown(status)} is not known; ask for open, closed or both")
        for status in statuses
        if status not in _STATUSES
    ]
    start = _instant(fields, "start_date", reference, problems)
    end = _instant(fields, "end_date", reference, problems)
    if problems:
        raise Refused(*problems)
    start, end = _period(start, end)
    return PeriodQuery(
        start=start,
        end=end,
        service_ids=tuple(reference.service_by_code[code].id for code in codes),
        is_open=None if len(statuses) != 1 else statuses[0] == "open",
    )


def _list(fields: Fields, name: str) -> tuple[str, ...]:
    """Comma separated, given once or several times; each value once, in the order given."""
    parts: Iterable[str] = (
        part.strip() for value in fields.values.get(name, ()) for part in value.split(",")
    )
    return tuple(dict.fromkeys(part for part in parts if part))


def _instant(
    fields: Fields, name: str, reference: Reference, problems: list[Problem]
) -> datetime | None:
    text = fields.first(name)
    if text is None:
        return None
    try:
        return instants.read(text, reference.city.time_zone, end=name == "end_date")
    except ValueError:
        problems.append(
            problem(f"{name} {shown(text)} is not a date; send W3C, such as 2026-10-01T00:00:00Z")
        )
        return None


def _period(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Ninety days: the latest, or those that begin or end as asked."""
    if start is None:
        end = end or now()
        return end - SPAN, end
    if end is None:
        return start, start + SPAN
    if end < start:
        raise Refused(problem("end_date lies before start_date; exchange them"))
    if (end - start).days > SPAN.days:  # whole days: dates alone include their last one
        raise Refused(
            problem(
                f"start_date and end_date are {(end - start).days} days apart; "
                f"ask for at most {SPAN.days} days at a time"
            )
        )
    return start, end
