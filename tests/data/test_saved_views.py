"""Views belong to the browser that saved them, and their limits raise one alert a day."""

from datetime import date

import pytest

from data.complaints import NewComplaint, receive
from data.saved_views import (
    NotYours,
    ViewProblem,
    change_view,
    delete_view,
    find_view,
    latest_alerts,
    list_views,
    new_owner,
    raise_alert,
    save_view,
    see_alerts,
)
from data.store import Store
from queries.saved_views import raise_alerts, view_figure

ANNA, BUDI = new_owner(), new_owner()


def test_private_views_are_seen_by_their_owner_and_shared_ones_by_all(any_store: Store) -> None:
    mine = save_view(any_store, ANNA, "  Floods \n north ", "?service=flood")
    shared = save_view(any_store, ANNA, "Lights", "", is_shared=True)
    assert (mine.name, mine.search, mine.is_mine) == ("Floods north", "service=flood", True)
    assert [view.name for view in list_views(any_store, ANNA)] == ["Floods north", "Lights"]
    assert [(view.name, view.is_mine) for view in list_views(any_store, BUDI)] == [
        ("Lights", False)
    ]
    assert [view.slug for view in list_views(any_store, None)] == [shared.slug]
    assert find_view(any_store, mine.slug).name == "Floods north"  # whoever has the link


def test_only_its_owner_changes_a_view(any_store: Store) -> None:
    view = save_view(any_store, ANNA, "Lights", "", is_shared=True)
    for stranger in (BUDI, None, ""):
        with pytest.raises(NotYours, match="belongs to another browser"):
            change_view(any_store, stranger, view.slug, name="Mine")
        with pytest.raises(NotYours):
            delete_view(any_store, stranger, view.slug)
    assert change_view(any_store, ANNA, view.slug, name="Lamps", alert_above=3).alert_above == 3
    delete_view(any_store, ANNA, view.slug)
    with pytest.raises(ViewProblem, match="there is no saved view"):
        find_view(any_store, view.slug)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "name is needed"),
        ({"name": "x" * 121}, "at most 120"),
        ({"search": "q=" + "x" * 9000}, "longer than 8000"),
        ({"figure": "mood"}, "is not one of received, open, overdue"),
        ({"alert_above": -1}, "is not a number from 0"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    store: Store, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ViewProblem, match=words):
        save_view(store, ANNA, **{"name": "Lights", "search": ""} | changes)  # type: ignore[arg-type]


def test_a_limit_raises_one_alert_a_day(any_store: Store) -> None:
    view = save_view(any_store, ANNA, "Garbage", "service=garbage", alert_above=1)
    assert raise_alerts(any_store) == []
    for _ in range(2):
        receive(any_store, NewComplaint(service_code="garbage", channel_code="app"))
    assert view_figure(any_store, view).value == 2
    assert [(found.slug, value) for found, value in raise_alerts(any_store)] == [(view.slug, 2)]
    assert raise_alerts(any_store) == []
    assert latest_alerts(any_store, (view,))[view.id].seen_at is None
    see_alerts(any_store, ANNA, view.slug)
    assert latest_alerts(any_store, (view,))[view.id].seen_at is not None
    assert raise_alert(any_store, view, date(2030, 1, 1), 9)
    assert latest_alerts(any_store, (view,))[view.id].value == 9
    change_view(any_store, ANNA, view.slug, alert_above=1)
    assert latest_alerts(any_store, (view,)) == {}
    delete_view(any_store, ANNA, view.slug)
    assert not raise_alert(any_store, view, date(2030, 1, 2), 9)


def test_a_view_of_what_is_gone_is_passed_over(store: Store) -> None:
    save_view(store, ANNA, "Old", "near=pumps:20", alert_above=0)
    assert raise_alerts(store) == []
