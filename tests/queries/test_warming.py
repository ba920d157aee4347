"""What is read at the start, and that nobody waits for it again."""

from pathlib import Path
from unittest.mock import patch

import pytest

from data.bulk import record_histories
from data.store import Store, open_store
from queries import columns
from queries.columns import current_facts
from queries.kpi.ratings import current_ratings
from queries.kpi.reporters import current_reporters
from queries.warming import start_warming
from tests.queries.kpi.lives import histories


def test_all_that_readers_need_is_in_memory(any_store: Store) -> None:
    assert record_histories(any_store, histories(seed=5, number=200)).refused == []
    start_warming(any_store).join(timeout=30)
    assert {"columns", "kpi spells", "kpi ratings", "kpi reporters"} <= set(any_store.cache)
    with patch.object(columns, "_typed", side_effect=AssertionError("read again")):
        assert len(current_facts(any_store)) == 200
    assert len(current_ratings(any_store).at) > 20
    assert len(current_reporters(any_store).ids) > 50


def test_a_database_without_a_city_is_nothing_to_stumble_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/none.db")
    thread = start_warming(store)
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert "nothing was read into memory yet: CityMissing" in caplog.text
    store.engine.dispose()
