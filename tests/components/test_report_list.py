"""The list of editions, above which stands the month that is due."""

from datetime import date

from components.report_list import reports_list
from queries.evaluation.due import Due

LATE = Due("2026-10", date(2026, 10, 31), date(2026, 11, 10), -5)


def test_a_month_without_complaints_is_never_late() -> None:
    words = "no complaint was received in this month, so there is nothing to evaluate"
    filled, empty = (
        str(reports_list((), LATE, "October 2026", is_demo=False, has_complaints=has))
        for has in (True, False)
    )
    assert "5 working days late" in filled and words not in filled
    assert "late" not in empty and words in empty
