"""Which earlier complaint a new one probably repeats. It is linked to it, never dropped.

A repeat is of the same service, no more than 50 m from the first complaint of its group, received
no more than 24 hours after it, and says something alike; where one of them has no text, place,
time and service decide alone. It is always the first that is compared with, so that a group has no
chains and cannot wander down a street or through a week. Where several would do, the earliest is
taken. A complaint without coordinates repeats nothing and is not repeated.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data.firsts import WITHIN_SECONDS, Firsts, Report
from data.likeness import plain_words
from data.neighbours import number_stored, stored_between, stored_near
from data.prepare import Prepared

_ROWS_TO_LOAD = 3  # per new complaint; where a batch's time holds more, each place is looked up
_LOOKUP = 500


def report_of(complaint_id: int, prepared: Prepared) -> Report | None:
    """None for a complaint without coordinates."""
    new, fixed = prepared.new, prepared.fixed
    if fixed.x is None or fixed.y is None or new.latitude is None or new.longitude is None:
        return None
    return Report(
        prepared.requested_at,
        complaint_id,
        fixed.service_id,
        fixed.x,
        fixed.y,
        new.latitude,
        new.longitude,
        plain_words(new.description),
    )


class Linking:
    """Links the complaints of one transaction, each to those stored and to those before it.

    What lies around any of them is looked up at once, by one statement.
    """

    def __init__(
        self, connection: Connection, prepared: Sequence[Prepared], zone: ZoneInfo
    ) -> None:
        self._firsts = Firsts()
        reports = [report for one in prepared if (report := report_of(0, one)) is not None]
        for near in stored_near(connection, reports, zone):
            self._firsts.add(near)

    def link(self, complaint_id: int, prepared: Prepared) -> int | None:
        """The id of the first complaint that this one repeats; None: it may be a first itself.

        `prepared` is one of those it was made with.
        """
        report = report_of(complaint_id, prepared)
        return None if report is None else place(self._firsts, report)


def link_all(
    connection: Connection, prepared: Sequence[Prepared], first_id: int, zone: ZoneInfo
) -> list[int | None]:
    """For complaints that are to be stored under ids from `first_id` on: what each repeats.

    They are linked in the order in which they were received, whatever their order here.
    """
    firsts = Firsts()
    links: list[int | None] = [None] * len(prepared)
    reports = [
        report
        for complaint_id, one in enumerate(prepared, start=first_id)
        if (report := report_of(complaint_id, one)) is not None
    ]
    if not reports:
        return links
    reports.sort()
    earliest, latest = reports[0].at - WITHIN_SECONDS, reports[-1].at
    stored: list[Report] = []
    if number_stored(connection, earliest, latest) <= _ROWS_TO_LOAD * len(reports):
        stored = stored_between(connection, earliest, latest)
    else:
        for start in range(0, len(reports), _LOOKUP):
            stored += stored_near(connection, reports[start : start + _LOOKUP], zone)
    for known in stored:
        firsts.add(known)
    for report in reports:
        links[report.id - first_id] = place(firsts, report)
    return links


def place(firsts: Firsts, report: Report) -> int | None:
    """Link a report; one that repeats nothing is from now on a first itself."""
    found = firsts.first_of(report)
    if found is None:
        firsts.add(report)
    return found
