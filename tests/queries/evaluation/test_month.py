"""What a month holds at its edges."""

from datetime import timedelta

from data.store import Store
from queries.evaluation.month import read_month
from tests.queries.evaluation.planting import BEGIN, MONTH, life, plant


def test_what_came_in_the_last_second_of_a_look_is_held_at_its_end(store: Store) -> None:
    plant(store, [life("10.1", "garbage", 3)])
    received = BEGIN + timedelta(days=3)
    [held] = read_month(store, MONTH, received, None).held
    assert (held.life, held.change) == (0, +1)
    assert read_month(store, MONTH, received - timedelta(seconds=1), None).held == []
