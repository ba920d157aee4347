"""Views belong to the browser that saved them, and their limits raise one alert a day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

import data.saved_views
import queries.saved_views
from data import saved_view_room
from data.complaints import NewComplaint, receive
from data.database import read, write
from data.instants import now
from data.saved_view_checks import ViewProblem
from data.saved_view_tables import saved_views
from data.saved_views import (
    NotYours,
    SavedView,
    change_view,
    delete_view,
    find_view,
    latest_alerts,
    list_views,
    new_owner,
    note_use,
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
    change_view(any_store, ANNA, view.slug, name="Rubbish", figure="received", alert_above=1)
    assert latest_alerts(any_store, (view,))[view.id].value == 9  # the question is the same
    change_view(any_store, ANNA, view.slug, alert_above=2)
    assert latest_alerts(any_store, (view,)) == {}
    delete_view(any_store, ANNA, view.slug)
    assert not raise_alert(any_store, view, date(2030, 1, 2), 9)


def test_a_view_of_what_is_gone_is_passed_over(store: Store) -> None:
    save_view(store, ANNA, "Old", "near=pumps:20", alert_above=0)
    assert raise_alerts(store) == []


def aged(store: Store, view: SavedView, *, made: int, used: int) -> None:
    """As if it had been made and used that many days ago."""
    days = {"created_at": now() - timedelta(days=made), "used_at": now() - timedelta(days=used)}
    with write(store.engine) as connection:
        connection.execute(update(saved_views).where(saved_views.c.id == view.id).values(**days))


def names_of(store: Store) -> set[str]:
    with read(store.engine) as connection:
        return set(connection.scalars(select(saved_views.c.name)))


def test_one_owner_has_so_many_views(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_view_room, "MOST_VIEWS", 2)
    for name in "ab":
        save_view(any_store, ANNA, name, "")
    with pytest.raises(ViewProblem, match="you have 2 views already; delete one first"):
        save_view(any_store, ANNA, "c", "")
    save_view(any_store, BUDI, "d", "")


def test_views_that_nobody_uses_make_room(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_view_room, "MOST_OF_ALL", 10)
    for name, made, used in (
        ("used lately", 900, 3),
        ("never again", 20, 20),
        ("used long ago", 900, 100),
        ("made lately", 2, 2),
        *((f"new {n}", 0, 0) for n in range(4)),
    ):
        aged(any_store, save_view(any_store, new_owner(), name, ""), made=made, used=used)
    everyone = names_of(any_store)
    save_view(any_store, ANNA, "ninth", "")
    assert names_of(any_store) == everyone | {"ninth"}  # there is room: nothing goes
    save_view(any_store, ANNA, "tenth", "")
    assert names_of(any_store) == (everyone | {"ninth", "tenth"}) - {"used long ago"}
    save_view(any_store, ANNA, "eleventh", "")
    assert "never again" not in names_of(any_store)
    save_view(any_store, ANNA, "twelfth", "")
    with pytest.raises(ViewProblem, match="all 10 places for saved views are in use"):
        save_view(any_store, ANNA, "thirteenth", "")
    assert {"used lately", "made lately"} < names_of(any_store)


def test_a_view_that_goes_takes_its_alerts_along(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_view_room, "MOST_OF_ALL", 1)
    old = save_view(any_store, BUDI, "old", "", alert_above=0)
    assert raise_alert(any_store, old, date(2026, 1, 1), 9)
    aged(any_store, old, made=900, used=900)
    new = save_view(any_store, ANNA, "new", "")
    assert names_of(any_store) == {"new"}
    assert latest_alerts(any_store, (old, new)) == {}


def test_use_is_noted_once_a_day(any_store: Store) -> None:
    view = save_view(any_store, ANNA, "Lights", "")
    for days, is_noted in ((3, True), (0.5, False)):
        aged(any_store, view, made=9, used=0)
        before = now() - timedelta(days=days)
        with write(any_store.engine) as connection:
            connection.execute(update(saved_views).values(used_at=before))
        note_use(any_store, (find_view(any_store, view.slug),))
        assert (find_view(any_store, view.slug).used_at > before) is is_noted


def test_of_what_others_share_the_last_used_are_listed(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.saved_views, "MOST_SHARED", 2)
    for days, name in enumerate("abc"):
        view = save_view(any_store, BUDI, name, "", is_shared=True)
        aged(any_store, view, made=9, used=days)
    save_view(any_store, ANNA, "mine", "", is_shared=True)
    assert [view.name for view in list_views(any_store, ANNA)] == ["mine", "a", "b"]


@pytest.mark.parametrize("figure", ["received", "open"])
def test_many_readers_of_a_view_cost_one_count(
    any_store: Store, monkeypatch: pytest.MonkeyPatch, figure: str
) -> None:
    counted = []
    count = queries.saved_views.daily_series
    monkeypatch.setattr(
        queries.saved_views, "daily_series", lambda *asked: counted.append(asked) or count(*asked)
    )
    views = [
        save_view(any_store, owner, "Garbage", "service=garbage", figure=figure, alert_above=limit)
        for owner, limit in ((ANNA, 0), (BUDI, 9))
    ]
    for expected in (0, 1):
        found = [view_figure(any_store, view) for view in views for _reader in range(5)]
        assert {figure.value for figure in found} == {expected}
        assert [figure.exceeds for figure in found] == [expected > 0] * 5 + [False] * 5
        assert len(counted) == expected + 1
        receive(any_store, NewComplaint(service_code="garbage", channel_code="app"))
