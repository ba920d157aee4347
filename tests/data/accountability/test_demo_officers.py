"""The demo's officers: invented, said to be, the same for the same seed, and changing in time."""

from datetime import UTC, datetime

from flask import Flask

from data.accountability.listing import Term, read_terms
from data.accountability.tables import terms
from data.city import write_setting
from data.database import read, write
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.demo.officers import add_officers
from data.store import Store
from tests.conftest import ROOT

END = datetime(2026, 11, 20, tzinfo=UTC)


def found(store: Store) -> list[Term]:
    with read(store.engine) as connection:
        return read_terms(connection)


def test_every_unit_of_the_demo_has_a_head_who_is_clearly_invented(jakarta_store: Store) -> None:
    folder = ROOT / "data" / "cities" / "jakarta"
    character = read_character(folder, jakarta_store.reference())
    fill_city(jakarta_store, character, complaints=300, seed=4, end=END)
    filled, units = found(jakarta_store), jakarta_store.reference().units
    assert {term.unit_id for term in filled} == set(units)
    assert all(term.officer_name.endswith(" Contoh") for term in filled)
    assert len({term.officer_name for term in filled}) == len(filled)
    assert sum(term.until_date is None for term in filled) == len(units)
    # In the last year a fair part of the units changed their heads, in any month.
    changed = [t for t in filled if t.until_date and t.until_date.year == END.year]
    assert 0.2 * len(units) < len(changed)
    assert len({term.until_date.month for term in changed if term.until_date}) > 8
    lurah = next(term for term in filled if units[term.unit_id].kind == "district_office")
    assert lurah.titles["id"] == "Lurah"
    assert add_officers(jakarta_store, character) == 0  # there are some already
    with write(jakarta_store.engine) as connection:
        connection.execute(terms.delete())
    jakarta_store.forget()
    assert add_officers(jakarta_store, character) == len(filled)
    assert [_said(term) for term in found(jakarta_store)] == [_said(term) for term in filled]


def _said(term: Term) -> tuple[object, ...]:
    return (term.unit_id, term.officer_code, term.officer_name, term.from_date, term.until_date)


def test_any_database_takes_them_and_only_a_demo(any_store: Store) -> None:
    character = read_character(None, any_store.reference())
    fill_city(any_store, character, complaints=60, seed=2, end=END, months=12)
    assert {term.unit_id for term in found(any_store)} == set(any_store.reference().units)


def test_a_real_city_gets_none(app: Flask, store: Store) -> None:
    run = app.test_cli_runner().invoke
    refused = run(args=["demo", "officers"])
    assert refused.exit_code == 1
    assert "this is no demo city; `flask officers import`" in refused.output
    assert found(store) == []
    with write(store.engine) as connection:
        write_setting(connection, "demo", True)
    store.forget()
    assert "0 terms" in run(args=["demo", "officers"]).output  # no complaints, no time to fill
