"""What an edition was computed from beside the log is read again as it was, whatever it is now."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from data import schema
from data.accountability.officer_file import read_officers
from data.accountability.officers import keep_terms
from data.city import touch_reference
from data.database import write
from data.evaluation.inputs import FrozenStore, freeze_inputs
from data.evaluation.problems import EditionError
from data.store import Store
from queries.accountability import terms_by_unit


def import_head(store: Store, folder: Path, name: str) -> None:
    path = folder / "officers.csv"
    path.write_text(f"unit,post,officer,from,until\nkel-10.1,Head,{name},2025-01-01,2026-06-30\n")
    keep_terms(store, read_officers(path, store.reference()), replace=True)


def rename_all(store: Store) -> None:
    with write(store.engine) as connection:
        for table in (schema.units, schema.districts, schema.channels):
            connection.execute(update(table).values(name="Lain"))
        connection.execute(update(schema.units).values(kind="agency", district_id=None))
        connection.execute(update(schema.services).values(resolution_hours=1, unit_kind="agency"))
        touch_reference(connection)
    store.forget()


def test_names_units_and_terms_stay_those_of_their_day(any_store: Store, tmp_path: Path) -> None:
    import_head(any_store, tmp_path, "Budi Contoh")
    before, terms = any_store.reference(), any_store.terms()
    kept = freeze_inputs(any_store, outline={"shapes": {}})
    assert kept == freeze_inputs(any_store, outline={"shapes": {}})
    import_head(any_store, tmp_path, "Tono Contoh")
    rename_all(any_store)
    frozen = FrozenStore(any_store, kept)
    found = frozen.reference()
    assert found != any_store.reference()
    for part in ("version", "city", "districts", "services", "units", "channels", "calendar_id"):
        assert getattr(found, part) == getattr(before, part), part
    assert {i: one.hours for i, one in found.calendars.items()} == {
        i: one.hours for i, one in before.calendars.items()
    }
    assert frozen.terms() == terms != any_store.terms()
    assert [term.officer_name for term in terms_by_unit(frozen).terms] == ["Budi Contoh"]
    assert frozen.inputs["outline"] == {"shapes": {}}
    assert frozen.latest_seq() == any_store.latest_seq()


def test_inputs_of_an_older_program_lack_newer_columns(any_store: Store) -> None:
    kept = json.loads(freeze_inputs(any_store))
    for row in kept["tables"]["services"]:
        del row["response_basis"]
    kept["tables"]["districts"][0]["since_forgotten"] = 1
    frozen = FrozenStore(any_store, json.dumps(kept))
    assert frozen.reference().services == any_store.reference().services


def test_inputs_hold_no_key_of_a_client(any_store: Store) -> None:
    assert set(json.loads(freeze_inputs(any_store))["tables"]) == {
        *("settings", "districts", "units", "services", "channels", "working_calendars"),
        *("posts", "officers", "terms"),
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tables":[]}'])
def test_damaged_inputs_are_refused(store: Store, text: str) -> None:
    with pytest.raises(EditionError, match="they are damaged"):
        FrozenStore(store, text)
