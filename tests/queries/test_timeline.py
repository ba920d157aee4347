from datetime import timedelta

import pytest

from components.accountability import officer_words
from data.accountability.officer_file import read_officers
from data.accountability.officers import keep_terms
from data.complaints import NewComplaint, append, receive
from data.vocabulary import EventKind, Outcome, Status
from queries.timeline import complaint_page
from tests.scattered import NOON


def after(**elapsed: float):
    return NOON + timedelta(**elapsed)


@pytest.fixture
def number(any_store) -> str:
    new = NewComplaint(
        service_code="garbage",
        channel_code="app",
        requested_at=NOON,
        latitude=-6.19,
        longitude=106.81,
        description="<b>Sampah</b> =cmd()",
        first_name="Budi",
        phone="0812",
        media_urls=("https://example.org/a.jpg",),
    )
    return receive(any_store, new).service_request_id


def test_who_was_in_office_then_is_told_of_each_unit(any_store, number, tmp_path):
    """The one of then, whoever is it today; and who followed while the unit had the complaint."""
    append(any_store, number, EventKind.TRANSFERRED, at=after(days=3), unit_code="dbm")
    append(any_store, number, EventKind.RESOLVED, at=after(days=5))
    noon = NOON.date()
    path = tmp_path / "officers.csv"
    path.write_text(
        "unit,title_en,officer,from,until\n"
        f"kel-10.1,Head,Before Contoh,2020-01-01,{noon - timedelta(days=1)}\n"
        f"kel-10.1,Head,Then Contoh,{noon},{noon + timedelta(days=1)}\n"
        f"kel-10.1,Head,Next Contoh,{noon + timedelta(days=2)},{noon + timedelta(days=9)}\n"
        f"kel-10.1,Head,Today Contoh,{noon + timedelta(days=10)},\n"
    )
    keep_terms(any_store, read_officers(path, any_store.reference()), replace=True)
    first, second = complaint_page(any_store, number).spells
    assert [one.officer_name for one in first.officers] == ["Then Contoh", "Next Contoh"]
    assert second.officers == ()
    words = officer_words(first.officers, any_store.reference())
    assert words.startswith("Head: Then Contoh; from ") and words.endswith(" on Next Contoh")
    assert officer_words((), any_store.reference()) == "Nobody was in office that is known."


def test_a_life_is_told_in_order_with_each_units_clock(any_store, number):
    append(any_store, number, EventKind.TRANSFERRED, at=after(hours=2), unit_code="dbm")
    append(any_store, number, EventKind.ACKNOWLEDGED, at=after(hours=10))
    append(any_store, number, EventKind.RESOLVED, at=after(hours=20), note="done")
    append(any_store, number, EventKind.RATED, at=after(hours=21), data={"stars": 5})
    view = complaint_page(any_store, number)
    assert view is not None
    assert [event.kind for event in view.events] == [
        EventKind.RECEIVED,
        EventKind.TRANSFERRED,
        EventKind.ACKNOWLEDGED,
        EventKind.RESOLVED,
        EventKind.RATED,
    ]
    assert [event.note for event in view.events][3] == "done"
    assert view.events[1].unit.name == "Dinas Bina Marga"
    assert (view.status, view.rating, view.unit.code) == (Status.RESOLVED, 5, "dbm")
    assert [district.name for district in view.districts] == ["Utara", "Angsana"]

    # The citizen waited ten hours, four more than promised; resolution kept its day.
    assert (view.response.seconds, view.response.promise) == (36_000, "missed")
    assert (view.resolution.seconds, view.resolution.promise) == (72_000, "met")

    first, second = view.spells
    assert (first.unit.code, second.unit.code) == ("kel-10.1", "dbm")
    assert (first.response.outcome, first.response.promise) == (Outcome.HANDED_OVER, "none")
    assert (first.response.seconds, first.ended_at) == (7_200, after(hours=2))
    assert (second.response.seconds, second.response.promise) == (28_800, "missed")


def test_an_open_complaint_runs_on_and_is_overdue(any_store, number):
    view = complaint_page(any_store, number)
    assert view is not None
    assert view.is_overdue
    assert (view.response.outcome, view.response.stopped_at) == (Outcome.OPEN, None)
    assert view.response.promise == view.resolution.promise == "missed"
    assert view.response.seconds == (view.seen_at - NOON).total_seconds()


def test_rejection_stops_the_clocks_and_owes_nothing(any_store, number):
    append(any_store, number, EventKind.REJECTED, at=after(hours=3), note="not ours")
    view = complaint_page(any_store, number)
    assert view is not None
    for clock in (view.response, view.resolution, view.spells[0].resolution):
        assert (clock.outcome, clock.seconds, clock.promise) == (Outcome.REJECTED, 10_800, "none")
    assert not view.is_overdue


def test_a_reopened_complaint_is_unresolved_again(any_store, number):
    append(any_store, number, EventKind.RESOLVED, at=after(hours=3))
    append(any_store, number, EventKind.REOPENED, at=after(hours=5))
    view = complaint_page(any_store, number)
    assert view is not None
    assert view.resolution.outcome is Outcome.OPEN
    assert view.response.seconds == 10_800


def test_text_stays_text_and_names_stay_out(any_store, number):
    view = complaint_page(any_store, number)
    assert view is not None
    assert view.description == "<b>Sampah</b> =cmd()"
    assert view.media_urls == ("https://example.org/a.jpg",)
    assert "Budi" not in repr(view)
    assert "0812" not in repr(view)


def test_without_a_place_or_a_promise_there_is_still_a_page(any_store):
    new = NewComplaint(service_code="noise", channel_code="email", requested_at=NOON)
    view = complaint_page(any_store, receive(any_store, new).service_request_id)
    assert view is not None
    assert (view.districts, view.latitude, view.unit, view.spells) == ((), None, None, ())
    assert view.response.promise == view.resolution.promise == "none"


@pytest.mark.parametrize("unknown", ["", "999", "no", "\0", "1' OR '1'='1", "9" * 5_000, "😀"])
def test_an_unknown_number_has_no_page(any_store, unknown):
    assert complaint_page(any_store, unknown) is None


def test_every_event_names_who_was_accountable_and_hand_overs_are_counted(any_store, number):
    append(any_store, number, EventKind.ACKNOWLEDGED, at=after(hours=1))
    append(any_store, number, EventKind.TRANSFERRED, at=after(hours=2), unit_code="dbm")
    append(any_store, number, EventKind.ASSIGNED, at=after(hours=3), unit_code="dbm")
    append(any_store, number, EventKind.TRANSFERRED, at=after(hours=4), unit_code="kel-10.1")
    append(any_store, number, EventKind.RESOLVED, at=after(hours=5))
    view = complaint_page(any_store, number)
    assert [event.accountable.code for event in view.events] == [
        *["kel-10.1", "kel-10.1", "dbm", "dbm", "kel-10.1", "kel-10.1"]
    ]
    assert [event.former and event.former.code for event in view.events] == [
        *[None, None, "kel-10.1", None, "dbm", None]
    ]
    assert view.handovers == 2
    assert [spell.unit for spell in view.spells] == [
        event.accountable for event in view.events if event.former or event.kind == "received"
    ]


def test_nobody_is_accountable_until_somebody_is_named(any_store):
    new = NewComplaint(service_code="garbage", channel_code="app", requested_at=NOON)
    number = receive(any_store, new).service_request_id
    append(any_store, number, EventKind.ASSIGNED, at=after(hours=2), unit_code="kel-10.1")
    view = complaint_page(any_store, number)
    assert [event.accountable and event.accountable.code for event in view.events] == [
        None,
        "kel-10.1",
    ]
    assert (view.handovers, view.events[1].former) == (0, None)
