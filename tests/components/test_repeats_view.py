"""How many people report a problem, in words and lines."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from components.measures import format_difference, format_value, note_words, unit_word
from components.repeats_view import (
    most_reported_list,
    people_tag,
    people_words,
    repeats_sheet,
)
from data.i18n import use_language
from data.store import Store
from data.vocabulary import Status
from queries.repeats import MOST_REPORTED_COLUMNS, Member, Repeated
from tests.components.test_panels import words

AT = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "people", "reports", "expected"),
    [
        ("en", 7, 7, "7 people report this"),
        ("id", 7, 9, "7 orang melaporkan ini"),
        ("en", 1, 3, "Reported 3 times by one person"),
        ("id", 1, 3, "Dilaporkan 3 kali oleh satu orang"),
        ("id", 1200, 1200, "1.200 orang melaporkan ini"),
    ],
)
def test_people_are_counted_in_words(
    language: str, people: int, reports: int, expected: str
) -> None:
    with use_language(language):
        assert people_words(people, reports) == expected


def test_who_is_alone_has_no_tag_and_no_sheet(store: Store) -> None:
    assert people_tag(None) is None
    assert repeats_sheet(None, store.reference()) is None


def test_the_sheet_names_the_others_and_says_how_many_it_leaves_out(store: Store) -> None:
    members = tuple(Member(str(n), AT, Status.WAITING) for n in (4, 8))
    sheet = repeats_sheet(Repeated(70, 66, False, members), store.reference())
    text = words(sheet)
    assert "66 people report this" in text
    assert "Complaint 4" in text and "Complaint 8" in text
    assert "10 Mar 2026, 12:00 WIB" in text
    assert "and 67 more" in text
    assert "repeats the first of these" in text
    assert "more" not in words(repeats_sheet(Repeated(3, 3, True, members), store.reference()))


def test_a_line_says_service_people_place_and_age(store: Store) -> None:
    rows = [("17", AT, "flood", "10.1", 9, 7, 12_240.0), ("18", AT, "noise", None, 2, 2, 120.0)]
    frame = pd.DataFrame(rows, columns=list(MOST_REPORTED_COLUMNS))
    text = words(most_reported_list(frame, store.reference()))
    flood, noise = "Flood 3.4 h 7 people report this", "Noise 2 min 2 people report this"
    assert text == f"{flood}  · Angsana {noise}  · no district"
    assert "reported twice" in words(most_reported_list(frame.iloc[:0], store.reference()))


def test_the_measure_says_what_it_is_and_leaves_alone() -> None:
    assert (unit_word("repeat_share"), format_value("repeat_share", 0.0334)) == (
        "share of complaints",
        "3.3%",
    )
    assert "points" in format_difference("repeat_share", 0.01)
    assert "count every complaint" in note_words("repeat_share")
    assert note_words("on_time_share") == ""
