"""The past stays whole while the present is being written."""

import threading
from datetime import timedelta

from data.bulk import record_histories
from data.complaints import comment
from data.store import Store, open_store
from queries.counts_sql import count_in_database
from queries.filters import ComplaintFilter
from tests.queries.random_city import BEGIN, DAYS, HISTORIES


def test_a_complaint_that_changes_meanwhile_is_still_counted(
    any_store: Store, any_url: str
) -> None:
    assert record_histories(any_store, HISTORIES).refused == []
    past = ComplaintFilter(as_of=BEGIN + timedelta(days=DAYS + 40))
    stop = threading.Event()
    other = open_store(any_url)

    def keep_commenting() -> None:
        number = 0
        while not stop.is_set():
            number = number % len(HISTORIES) + 1
            comment(other, str(number), "masih begini")

    writer = threading.Thread(target=keep_commenting)
    writer.start()
    try:
        counts = {
            int(count_in_database(any_store, [], past, "complaints")["n"].iloc[0])
            for _ in range(60)
        }
    finally:
        stop.set()
        writer.join()
        other.engine.dispose()
    assert counts == {len(HISTORIES)}
