"""A filter in the city's integers: what both the SQL and the columns of memory can apply."""

from dataclasses import dataclass
from datetime import date

from data.instants import day_of
from data.reference import Reference
from data.vocabulary import Status
from queries.filters import ComplaintFilter


@dataclass(frozen=True)
class Selection:
    """Allowed values per fact column; None allows all, an empty tuple none."""

    first_day: int | None
    end_day: int | None  # exclusive
    allowed: dict[str, tuple[int, ...]]  # by column; a column that is missing allows all
    overdue: bool
    text: str | None


def select_ids(wanted: ComplaintFilter, reference: Reference, today: date) -> Selection:
    """Raises FilterError for codes that the city does not have."""
    wanted.check(reference)
    start, end = wanted.dates(today)
    allowed: dict[str, tuple[int, ...]] = {}
    if wanted.services or wanted.groups:
        allowed["service_id"] = tuple(
            service.id
            for service in reference.services.values()
            if service.service_code in wanted.services or service.group_code in wanted.groups
        )
    if wanted.statuses:
        allowed["status"] = tuple(int(Status[code.upper()]) for code in wanted.statuses)
    if wanted.channels:
        allowed["channel_id"] = tuple(reference.channel_by_code[c].id for c in wanted.channels)
    if wanted.units:
        allowed["unit_id"] = tuple(reference.unit_by_code[c].id for c in wanted.units)
    if wanted.districts:
        allowed["district_id"] = tuple(sorted(reference.leaves_of(wanted.districts)))
    return Selection(
        first_day=None if start is None else day_of(start),
        end_day=None if end is None else day_of(end),
        allowed=allowed,
        overdue=wanted.overdue,
        text=wanted.text,
    )
