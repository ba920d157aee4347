"""Adding open old cases never improves anyone's response time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.evaluation.method import read_method
from queries.evaluation.cases import Case
from queries.evaluation.measured import measure_all
from queries.evaluation.month import Month
from queries.evaluation.proof import prove
from queries.evaluation.score import points
from queries.evaluation.sums import group_rows, sum_groups
from queries.evaluation.table import PARTS, make_table

METHOD = read_method("1.0")
SEEN_AT = 10_000
_RESPONSE = PARTS.index("median_response")
_ROUNDING = 0.01  # of points: expected answers are whole millionths

# unit, service, start, and after how long it was answered or handed over (None: neither)
_cases = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 2),
        st.integers(0, 9_000),
        st.one_of(st.none(), st.integers(0, 1_000)),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)
Given = tuple[int, int, int, int | None, bool]


def month_of(given: list[Given]) -> Month:
    cases = []
    for place, (unit, service, start, after, is_answer) in enumerate(given):
        stop = None if after is None else start + after
        cases.append(
            Case(
                life=place,
                ordinal=0,
                unit_id=unit,
                service_id=service,
                started_at=start,
                ended_at=None if is_answer else stop,
                responded_at=stop if is_answer else None,
                resolved_at=None,
                rejected_at=None,
                due_at=None,
            )
        )
    return Month("2026-10", 0, SEEN_AT, SEEN_AT, 1, [], cases, [], [])


def response_of(given: list[Given]) -> dict[str, tuple[float, float, int]]:
    """The median, infinite where it is not reached, the points, and the answers expected (in
    millionths), by unit."""
    month = month_of(given)
    table = make_table(month, METHOD, prove(month, METHOD))
    groups = group_rows([(str(unit), row) for row, unit in enumerate(table.unit_id.tolist())])
    sums = sum_groups(table, groups)
    medians = measure_all(table, groups, sums, 1)[0]["median_response"]
    earned = points(sums, METHOD)[:, _RESPONSE]
    return {
        code: (
            np.inf if medians[place].value is None else medians[place].value,
            earned[place],
            int(sums.expected[place, _RESPONSE]),
        )
        for place, code in enumerate(groups.codes)
    }


@settings(max_examples=300, deadline=None)
@given(_cases, st.integers(1, 3), st.integers(1, 2), st.integers(1, 30))
def test_open_old_cases_never_improve_a_response_time(
    given: list[Given], unit: int, service: int, number: int
) -> None:
    before = response_of(given)
    after = response_of(given + [(unit, service, 0, None, True)] * number)
    for code, (median, earned, _expected) in before.items():
        assert after[code][0] >= median, code
        if code == str(unit):
            assert after[code][1] <= earned + _ROUNDING


@settings(max_examples=300, deadline=None)
@given(_cases, st.integers(1, 3), st.integers(1, 2))
def test_open_old_cases_are_not_left_out_either(
    given: list[Given], unit: int, service: int
) -> None:
    """As many as a unit has: half of its cases have no answer. And where the city answers cases
    of that service, an answer was to be expected of these."""
    own = sum(one[0] == unit for one in given)
    before = response_of(given).get(str(unit), (np.inf, 50.0, 0))
    after = response_of(given + [(unit, service, 0, None, True)] * (own + 1))[str(unit)]
    assert after[0] == np.inf
    is_answered = any(one[1] == service and one[3] is not None and one[4] for one in given)
    if is_answered and own == 0:
        assert after[2] > before[2]
        assert after[1] < before[1]


@settings(max_examples=100, deadline=None)
@given(_cases)
def test_the_city_gives_as_many_answers_as_are_expected_of_it(given: list[Given]) -> None:
    month = month_of(given)
    table = make_table(month, METHOD, prove(month, METHOD))
    answers = int(table.answered.sum()) * 1_000_000
    assert abs(int(table.expected[:, _RESPONSE].sum()) - answers) <= len(table)
