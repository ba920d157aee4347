"""What a complaint's page says of units and of working time."""

from datetime import timedelta

import pytest

from components.complaint_view import complaint_article
from data.complaints import NewComplaint, append, receive
from data.i18n import use_language
from data.store import Store
from data.vocabulary import EventKind
from queries.timeline import complaint_page
from tests.scattered import NOON


def page(store: Store, service: str) -> str:
    new = NewComplaint(
        service_code=service, channel_code="app", requested_at=NOON, district_code="10.1"
    )
    number = receive(store, new).service_request_id
    append(store, number, EventKind.TRANSFERRED, at=NOON + timedelta(hours=2), unit_code="dsda")
    view = complaint_page(store, number)
    assert view is not None
    return str(complaint_article(view, store.reference()))


def test_the_timeline_names_who_was_accountable(store: Store) -> None:
    text = page(store, "garbage")
    assert "accountable: Kelurahan Angsana" in text
    assert "from Kelurahan Angsana to Dinas Sumber Daya Air" in text
    assert "Handed over 1 time" in text
    assert "working time" not in text.lower()


@pytest.mark.parametrize(
    ("language", "hours", "due"),
    [
        (
            "en",
            "Working time is Mon–Thu 08:00–16:00; Fri 08:00–11:30, 13:00–16:30, but not on public",
            ", in working time",
        ),
        (
            "id",
            "Waktu kerja ialah Sen–Kam 08:00–16:00; Jum 08:00–11:30, 13:00–16:30, kecuali hari",
            ", menurut waktu kerja",
        ),
    ],
)
def test_a_deadline_in_working_time_says_in_which_hours(
    store: Store, language: str, hours: str, due: str
) -> None:
    with use_language(language):
        text = page(store, "damaged-road")
    assert hours in text
    assert text.count(due) == 3  # the citizen's clock, and each unit's own
