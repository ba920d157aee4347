"""What was known when one looked stays known so, whatever is recorded later of earlier days."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.bulk import record_histories
from data.complaints import NotAllowed, append
from data.store import Store
from data.vocabulary import EventKind
from queries.counts_sql import count_in_database
from queries.filters import ComplaintFilter
from queries.repeats import most_reported
from tests.queries.random_city import BEGIN, DAYS, make_histories

INSTANTS = [BEGIN + timedelta(days=days) for days in (3, 9, DAYS, DAYS + 15)]
AXES = ("service_id", "status", "unit_id", "day")
KINDS = (EventKind.RESOLVED, EventKind.REOPENED, EventKind.TRANSFERRED, EventKind.COMMENTED)
_runs = iter(range(1_000_000))

late_events = st.tuples(
    st.just("event"), st.integers(1, 60), st.sampled_from(KINDS), st.integers(0, DAYS * 86_400)
)
late_complaints = st.tuples(st.just("complaints"), st.integers(1, 6))
looks = st.tuples(st.just("look"), st.sampled_from(INSTANTS))
looks_again = st.tuples(st.just("again"), st.sampled_from(INSTANTS))


def seen(store: Store, chosen: ComplaintFilter) -> Any:
    """Counts of complaints and of spells, and the problems that many report."""
    counted = []
    for kind in ("complaints", "spells"):
        frame = count_in_database(store, AXES, chosen, kind)
        counted.append(Counter(dict(zip(*_keys(frame), strict=True))))
    reported = most_reported(store, chosen, 50)[["service_request_id", "reports"]]
    return counted, sorted(reported.itertuples(index=False, name=None))


def _keys(frame: Any) -> tuple[list[tuple[int, ...]], list[int]]:
    keys = [tuple(row) for row in frame[list(AXES)].fillna(-1).astype(int).to_numpy().tolist()]
    return keys, frame["n"].tolist()


def happen(store: Store, step: tuple[Any, ...]) -> None:
    if step[0] == "event":
        _, number, kind, seconds = step
        unit = "dbm" if kind is EventKind.TRANSFERRED else None
        at = BEGIN + timedelta(seconds=seconds)
        try:
            append(store, str(number), kind, at=at, unit_code=unit)
        except ValueError as error:  # it could not have happened then, or nobody has sent it yet
            assert isinstance(error, NotAllowed) or "is not known here" in str(error)
    else:
        run = next(_runs)
        histories = make_histories(seed=run, number=step[1])
        for place, history in enumerate(histories):
            history.new = replace(history.new, external_id=f"{run}-{place}")
        record_histories(store, histories)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.one_of(late_events, late_events, late_complaints, looks, looks_again), max_size=14
    )
)
def test_a_look_is_reproduced_after_anything(any_store: Store, steps: list[Any]) -> None:
    looked: list[tuple[datetime, int, Any]] = []
    for step in [("complaints", 5), *steps]:
        if step[0] == "look":
            chosen = ComplaintFilter(as_of=step[1])
            looked.append((step[1], any_store.latest_seq(), seen(any_store, chosen)))
        elif step[0] == "again":  # the snapshot is then there before what comes later
            for as_of, seq, _ in looked:
                seen(any_store, ComplaintFilter(as_of=as_of, through_seq=seq))
        else:
            happen(any_store, step)
    for as_of, seq, before in looked:
        assert seen(any_store, ComplaintFilter(as_of=as_of, through_seq=seq)) == before


def test_nothing_was_known_before_the_first_event(any_store: Store) -> None:
    happen(any_store, ("complaints", 5))
    nothing = ComplaintFilter(as_of=INSTANTS[-1], through_seq=0)
    assert count_in_database(any_store, [], nothing, "complaints")["n"].sum() == 0
    assert count_in_database(any_store, [], nothing.replace(through_seq=None), "complaints")[
        "n"
    ].tolist() == [5]
