"""Complaints of October 2026 with planted lives, in Jakarta or the tiny city."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.model import Evaluation, Subject

MONTH = "2026-10"
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
SEEN_AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
_numbers = count()


def hours(number: float) -> timedelta:
    return timedelta(seconds=round(number * 3600))


def life(
    district: str,
    service: str,
    day: float,
    *happenings: tuple[EventKind, timedelta, dict[str, Any]],
) -> History:
    """A complaint received so many days into the month; happenings are told from its receipt."""
    at = BEGIN + timedelta(days=day)
    return History(
        NewComplaint(
            service_code=service,
            channel_code="app" if "." in district and len(district) < 5 else "jaki",
            requested_at=at,
            district_code=district,
            source="planted",
            external_id=str(next(_numbers)),
        ),
        [Happening(kind, at + after, **more) for kind, after, more in happenings],
    )


def answered(
    district: str,
    service: str,
    day: float,
    *,
    answer: float,
    resolve: float | None,
    stars: int | None = None,
    reopen: float | None = None,
    media: tuple[str, ...] = (),
) -> History:
    """Acknowledged, resolved and rated after so many hours, each where it is given.

    Reopened so many hours after it was resolved, and resolved again an hour later.
    """
    happenings: list[tuple[EventKind, timedelta, dict[str, Any]]] = [
        (EventKind.ACKNOWLEDGED, hours(answer), {})
    ]
    if resolve is not None:
        data = {"media_urls": list(media)} if media else None
        happenings.append((EventKind.RESOLVED, hours(resolve), {"data": data}))
        if stars is not None:
            rated = hours(resolve + 0.5)
            happenings.append((EventKind.RATED, rated, {"data": {"stars": stars}}))
        if reopen is not None:
            happenings.append((EventKind.REOPENED, hours(resolve + reopen), {}))
            happenings.append((EventKind.RESOLVED, hours(resolve + reopen + 1), {}))
    return life(district, service, day, *happenings)


def plant(store: Store, histories: Iterable[History]) -> None:
    result = record_histories(store, list(histories))
    assert result.refused == [] and result.skipped == 0


def unit(evaluation: Evaluation, code: str) -> Subject:
    return next(subject for subject in evaluation.units if subject.code == code)


def flagged(evaluation: Evaluation, kind: str) -> dict[str, int]:
    """How many complaints are flagged so, by unit."""
    return {flag.unit: flag.n for flag in evaluation.flags if flag.kind == kind}
