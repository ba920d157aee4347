"""The page, both formats of the interface and the brief show the same numbers of a demo city."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from app import create_app
from components.kpi_format import difference_text, measured_text
from data.city import init_city, read_pack
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.i18n import use_language
from data.keys import create_key
from data.settings import Settings
from data.store import Store, open_store
from pages.kpi import drawing_of
from queries.filters import ComplaintFilter
from queries.kpi.panels import KPIS, PANELS
from queries.measured import Measured
from tests.conftest import ROOT
from tests.pages.test_kpi_routes import texts

END = datetime(2026, 9, 30, 5, tzinfo=UTC)
QUERIES = (
    "start=2026-08-01&end=2026-09-01&district=31.74&district=31.75&service=garbage"
    "&service=damaged-road&as_of=2026-09-10T05:00:00%2B07:00",
    "start=2026-08-20&end=2026-09-20&as_of=2026-09-21T05:00:00%2B07:00",
    "start=2026-09-01&end=2026-09-15&district=31.74",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Flask, str]]:
    folder = tmp_path_factory.mktemp("demo")
    pack, url = ROOT / "data" / "cities" / "jakarta", f"sqlite:///{folder / 'city.db'}"
    store = open_store(url)
    init_city(store.engine, read_pack(pack))
    character = read_character(pack, store.reference())
    fill_city(store, character, complaints=3_000, seed=9, end=END, months=4)
    key = create_key(store, "reader", "jaki", scopes=("read",))
    yield store, create_app(Settings(url, pack, demo=False, var=folder / "var"), store=store), key
    store.engine.dispose()


def as_measured(found: dict[str, Any]) -> Measured:
    return Measured(**{name: found[name] for name in ("value", "low", "high", "n", "state")})


def as_numbers(row: dict[str, str]) -> list[float | None]:
    return [float(row[name]) if row[name] else None for name in ("value", "low", "high")]


def words_of(pdf: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def fetch(client: FlaskClient, key: str, query: str) -> tuple[Any, list[dict[str, str]]]:
    headers = {"X-Api-Key": key}
    found = client.get(f"/api/v1/kpi?{query}", headers=headers).get_json()
    table = client.get(f"/api/v1/kpi?{query}&format=csv", headers=headers)
    return found, list(csv.DictReader(io.StringIO(table.get_data(as_text=True))))


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("query", QUERIES)
def test_the_four_say_the_same(demo: tuple[Store, Flask, str], query: str, language: str) -> None:
    store, app, key = demo
    client = app.test_client()
    found, rows = fetch(client, key, f"{query}&lang={language}")
    brief = words_of(client.get(f"/export/kpi.pdf?{query}&lang={language}").data)
    wanted = ComplaintFilter.from_query(query)
    compared = 0
    for name in KPIS:
        with use_language(language):
            page = re.sub(r"\s+", " ", texts(drawing_of(store, wanted, name)))
        for one in found["kpis"][name]["indicators"]:
            now = as_measured(one["now"])
            (row,) = [
                r
                for r in rows
                if (r["panel"], r["item"], r["measure"]) == (name, one["code"], "now")
            ]
            assert as_numbers(row) == [now.value, now.low, now.high]
            assert (int(row["n"]), row["state"]) == (now.n, now.state)
            with use_language(language):
                shown = re.sub(r"\s", " ", measured_text(now, one["unit"]))
                assert shown in brief, (name, one["code"])
                if now.state != "none":
                    assert shown in page, (name, one["code"])
                    compared += 1
                change = one["before"]
                if change and change["change"] is not None and now.state != "none":
                    words = difference_text(change["change"], one["unit"], change["was"]["value"])
                    assert re.sub(r"\s", " ", words) in page
                    assert re.sub(r"\s", " ", words) in brief
    assert compared >= 9
    assert re.sub(r"\s+", " ", found["sentence"]) in brief


@pytest.mark.parametrize("query", QUERIES)
def test_every_number_of_the_interface_is_in_both_of_its_formats(
    demo: tuple[Store, Flask, str], query: str
) -> None:
    """All measured values of all parts, as they are: no rounding between the two."""
    _store, app, key = demo
    found, rows = fetch(app.test_client(), key, query)
    in_table = {(r["panel"], *as_numbers(r), int(r["n"])) for r in rows if r["n"] and r["state"]}
    parts = {**found["kpis"], **found["details"]}
    assert set(parts) == set(PANELS)
    count = 0
    for name, part in parts.items():
        for value in measured_in(part):
            assert (name, value["value"], value["low"], value["high"], value["n"]) in in_table
            count += 1
    assert count > 150


def measured_in(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        if set(found) == {"value", "low", "high", "n", "state"}:
            yield found
            return
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from measured_in(one)


def test_the_brief_lists_what_the_page_says_got_worse(demo: tuple[Store, Flask, str]) -> None:
    _store, app, key = demo
    query = QUERIES[1]
    found, _rows = fetch(app.test_client(), key, query + "&lang=en")
    brief = words_of(app.test_client().get(f"/export/kpi.pdf?{query}&lang=en").data)
    worse = found["details"]["worse"]
    assert worse["districts"] is not None
    listed = [row for kind in ("districts", "services") for row in worse[kind]["worse"]]
    for row in listed[:8]:
        assert row["name"] in brief
        assert difference_text(row["change"]["change"], "share") in brief
    falls = [
        [row["change"]["high"] for row in worse[kind]["worse"]]
        for kind in ("districts", "services")
    ]
    assert all(fall == sorted(fall) for fall in falls)
    assert json.dumps(found, allow_nan=False)
