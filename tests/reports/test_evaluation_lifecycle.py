"""An issued edition comes out the same, byte for byte, whatever happens afterwards."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from data import schema
from data.accountability.officer_file import read_officers
from data.accountability.officers import keep_terms
from data.bulk import record_histories
from data.city import touch_reference, write_setting
from data.complaints import comment
from data.database import write
from data.evaluation.editions import find_edition, list_editions
from data.evaluation.files import files_of, texts_of
from data.evaluation.problems import EditionError
from data.store import Store
from data.vocabulary import EventKind
from pages.report_rows import change_rows
from queries.evaluation.compare import CITY, Change, compare_evaluations
from queries.evaluation.model import Evaluation
from reports.evaluation.lifecycle import (
    document_names,
    draft_edition,
    export_edition,
    issue_edition,
    material_of_edition,
    newest_edition,
)
from reports.evaluation.verifying import verify_edition
from tests.queries.random_city import BEGIN, HISTORIES
from tests.queries.test_known_then import happen, late_complaints, late_events

MONTH = "2026-03"
SEEN = datetime(2026, 4, 10, 5, tzinfo=UTC)


@pytest.fixture
def city(any_store: Store, tmp_path: Path) -> Store:
    import_head(any_store, tmp_path, "Budi Contoh")
    assert record_histories(any_store, HISTORIES).refused == []
    return any_store


def import_head(store: Store, folder: Path, name: str) -> None:
    path = folder / "officers.csv"
    path.write_text(f"unit,post,officer,from,until\nkel-10.1,Head,{name},2025-01-01,\n")
    keep_terms(store, read_officers(path, store.reference()), replace=True)


def drafted(store: Store, seen_at: datetime = SEEN, **more: Any) -> Any:
    return draft_edition(store, MONTH, by="Biro", seen_at=seen_at, **more)


def figures(store: Store, edition_id: int) -> Evaluation:
    return Evaluation.from_json(texts_of(store, edition_id).evaluation)


def change_hours(store: Store) -> None:
    """What comes from now on keeps to a calendar that no edition before knows."""
    calendars = schema.working_calendars
    with write(store.engine) as connection:
        row = connection.execute(select(calendars)).one()._asdict()
        connection.execute(insert(calendars).values({**row, "id": 77, "fingerprint": "other"}))
        write_setting(connection, "working_calendar", 77)
        touch_reference(connection)
    store.forget()


def change_everything(store: Store, folder: Path) -> None:
    """News of the month that comes late, news of today, other words, officers, working hours."""
    change_hours(store)
    for number in range(1, 60):
        comment(store, str(number), "masih begini")
    for number in range(60, 160):
        happen(store, ("event", number, EventKind.RESOLVED, number * 20_000))
    happen(store, ("complaints", 40))
    import_head(store, folder, "Tono Contoh")
    with write(store.engine) as connection:
        connection.execute(update(schema.units).values(name="Nama lain"))
        connection.execute(update(schema.services).values(names={"id": "Lain"}, group_code="x"))
        connection.execute(update(schema.districts).values(geometry=None, name="Lain"))
        settings_row = schema.settings.c.key == "boundaries"
        connection.execute(update(schema.settings).where(settings_row).values(value="other"))
        touch_reference(connection)
    store.forget()


def test_what_was_issued_comes_out_the_same_after_everything(city: Store, tmp_path: Path) -> None:
    edition = drafted(city)
    assert figures(city, edition.id).maturity.received > 100
    issued = issue_edition(city, edition.id, by="Kepala Biro")
    before = {path.name: path.read_bytes() for path in export_edition(city, issued, tmp_path / "a")}
    change_everything(city, tmp_path)
    verdict = verify_edition(city, newest_edition(city, MONTH))
    assert verdict.differences == ()
    assert set(verdict.checked) == {file.name for file in files_of(city, issued.id)}
    after = export_edition(city, find_edition(city, issued.id), tmp_path / "b")
    assert {path.name: path.read_bytes() for path in after} == before
    # The test changes something: a draft made now, seen from the same instant, is another one.
    again = drafted(city, reason="late news")
    assert again.sha256 != issued.sha256


def test_the_list_of_checksums_is_that_of_the_files(city: Store, tmp_path: Path) -> None:
    issued = issue_edition(city, drafted(city).id, by="Biro")
    out = tmp_path / "out"
    export_edition(city, issued, out)
    listed = (out / "SHA256SUMS").read_bytes()
    assert issued.issue is not None
    assert hashlib.sha256(listed).hexdigest() == issued.issue.sha256
    for line in listed.decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert len(listed.splitlines()) == len(list(out.iterdir())) - 1


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(late_events, late_complaints), min_size=1, max_size=12))
def test_a_draft_comes_out_the_same_after_anything(city: Store, steps: list[Any]) -> None:
    edition = drafted(city)
    for step in steps:
        happen(city, step)
    assert verify_edition(city, edition).differences == ()


def test_what_differs_is_said_exactly(city: Store) -> None:
    """Somebody who rewrites the log, or a method, is found out."""
    issued = issue_edition(city, drafted(city).id, by="Biro")
    evaluation = figures(city, issued.id)
    with write(city.engine) as connection:
        connection.execute(
            delete(schema.events).where(
                schema.events.c.kind == "rated", schema.events.c.complaint_id < 200
            )
        )
    verdict = verify_edition(city, issued)
    places = {found.place for name, found in verdict.differences if name == "evaluation.json"}
    assert "city_figures/satisfaction/n" in places
    n = next(f for _, f in verdict.differences if f.place == "city_figures/satisfaction/n")
    assert n.kept == evaluation.city_figures["satisfaction"].n > n.found
    assert not any(place.startswith("maturity") for place in places)
    # The documents are made from the kept figures: they are the same.
    assert {name for name, _ in verdict.differences} == {"evaluation.json"}


def test_the_same_month_at_three_dates_says_so(city: Store) -> None:
    first = datetime(2026, 4, 1, tzinfo=UTC)
    for number in range(1, 200):  # April has its part of the work
        seconds = int((first - BEGIN).total_seconds()) + number * 10_000
        happen(city, ("event", number, EventKind.RESOLVED, seconds))
    found = [drafted(city, first + timedelta(days=days)) for days in (0, 9, 60)]
    opened = [edition.maturity["open"] for edition in found]
    assert opened[0] > opened[1] > opened[2]
    assert len({edition.maturity["received"] for edition in found}) == 1
    before, after = (figures(city, found[place].id) for place in (0, 2))
    changes = compare_evaluations(before, replace(after, method="1.1"))
    assert changes[0] == Change(CITY, "Kota Uji", "method", "1.0", "1.1")
    assert change_rows(changes[:1]) == ([["the city", "Method", "1.0", "1.1"]], 0)
    open_change = next(c for c in changes if (c.code, c.measure) == (CITY, "open"))
    assert (open_change.before, open_change.after) == (opened[0], opened[2])
    assert not any(change.measure == "received" for change in changes)


def test_a_correction_lists_what_it_changes(city: Store, tmp_path: Path) -> None:
    first = issue_edition(city, drafted(city).id, by="Biro")
    change_everything(city, tmp_path)
    with pytest.raises(EditionError, match="a correction must give the reason"):
        drafted(city)
    second = issue_edition(city, drafted(city, reason="Data susulan Maret").id, by="Biro")
    assert second.issue is not None and second.issue.number == 2
    assert second.corrects == first.id
    changes = compare_evaluations(figures(city, first.id), figures(city, second.id))
    assert {change.measure for change in changes} >= {"received", "resolution_share", "score"}
    for change in changes:
        assert change.before != change.after
    assert compare_evaluations(figures(city, first.id), figures(city, first.id)) == ()
    assert verify_edition(city, first).is_same and verify_edition(city, second).is_same


def test_a_month_is_drafted_when_it_has_ended(city: Store) -> None:
    with pytest.raises(EditionError, match="2026-03 had not ended at 2026-03-20"):
        drafted(city, datetime(2026, 3, 20, tzinfo=UTC))
    with pytest.raises(EditionError, match="is yet to come; look from now"):
        drafted(city, datetime.now(UTC) + timedelta(days=2))
    with pytest.raises(EditionError, match="2026-01 has no edition; `flask evaluation draft"):
        newest_edition(city, "2026-01")


def test_a_month_without_complaints_is_not_drafted(any_store: Store) -> None:
    with pytest.raises(EditionError, match=r"2026-08 has no complaints, .*; there are none at"):
        draft_edition(any_store, "2026-08", by="x")
    assert list_editions(any_store) == ()


def test_names_of_documents_are_known_before_they_are_made(city: Store, tmp_path: Path) -> None:
    edition = drafted(city)
    made = {path.name for path in export_edition(city, edition, tmp_path)}
    own = {"draft.json", "evaluation.json", "inputs.json", "method.toml", "SHA256SUMS"}
    assert set(document_names(city, edition)) == made - own


@pytest.mark.parametrize("is_demo", [False, True])
def test_an_edition_says_whether_its_data_were_made_up(city: Store, is_demo: bool) -> None:
    with write(city.engine) as connection:
        connection.execute(delete(schema.settings).where(schema.settings.c.key == "demo"))
        if is_demo:
            connection.execute(insert(schema.settings).values(key="demo", value=True))
        touch_reference(connection)
    assert material_of_edition(city, drafted(city)).is_demo == is_demo
