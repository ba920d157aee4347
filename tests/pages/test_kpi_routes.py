"""GET /api/v1/kpi: the page's own numbers, in both formats, for those who may read them."""

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.bulk import record_histories
from data.i18n import format_number, format_percent, use_language
from data.keys import create_key
from data.store import Store
from data.usage import DayOfUse, record_usage
from pages.kpi import drawing_of
from queries.filters import ComplaintFilter
from queries.kpi.model import Kpi
from queries.kpi.panels import DETAILS, KPIS, PANELS, panel
from queries.kpi.plain import to_plain
from tests.queries.kpi.lives import histories

QUERY = "start=2026-02-08&end=2026-03-08&as_of=2026-03-09T08:00:00%2B07:00"


@pytest.fixture
def city(store: Store) -> Store:
    assert record_histories(store, histories(seed=4, number=300)).refused == []
    for back in range(1, 30):
        day = DayOfUse(
            date=date(2026, 3, 9) - timedelta(days=back),
            channel_code="app",
            registered_users=1_000 - back,
            active_users=90,
        )
        record_usage(store, [day])
    return store


@pytest.fixture
def key(city: Store) -> str:
    return create_key(city, "reader", "app", scopes=("read",))


def asked(client: FlaskClient, key: str | None, query: str = QUERY, status: int = 200) -> Any:
    answer = client.get(
        f"/api/v1/kpi?{query}", headers={"X-Api-Key": key} if key is not None else {}
    )
    assert answer.status_code == status, answer.text
    return answer


def test_the_numbers_are_those_of_the_page(client: FlaskClient, city: Store, key: str) -> None:
    found = asked(client, key, QUERY + "&lang=en").get_json()
    wanted = ComplaintFilter.from_query(QUERY)
    assert set(found["kpis"]) == set(KPIS) and set(found["details"]) == set(DETAILS)
    for name in PANELS:
        part = found["kpis"].get(name) or found["details"][name]
        shown = panel(city, wanted, name, "en")
        assert part == json.loads(json.dumps(to_plain(shown)))
    assert found["seen_at"] == "2026-03-09T08:00:00+07:00"
    assert found["compared"]["missing_because"] == "records"
    assert found["filter"] == wanted.to_query()


def texts(drawn: Any) -> str:
    """Every text of what is drawn, as one line."""
    plain = json.loads(json.dumps(drawn, default=lambda one: one.to_plotly_json()))
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            walk(node["props"].get("children"))
        elif node is not None:
            found.append(str(node))

    walk(plain)
    return " ".join(found)


@pytest.mark.parametrize("language", ["en", "id"])
def test_what_is_drawn_says_what_the_interface_answers(
    client: FlaskClient, city: Store, key: str, language: str
) -> None:
    found = asked(client, key, f"{QUERY}&lang={language}").get_json()
    wanted = ComplaintFilter.from_query(QUERY)
    with use_language(language):
        satisfaction = texts(drawing_of(city, wanted, "satisfaction"))
        stars, share = (found["kpis"]["satisfaction"]["indicators"][i]["now"] for i in (0, 1))
        assert format_number(stars["value"], 2) in satisfaction
        assert format_percent(share["value"]) in satisfaction
        everything = panel(city, ComplaintFilter(), "officers", language).maturity
        officers = texts(drawing_of(city, ComplaintFilter(), "officers"))
        assert everything["as_expected"] and format_number(everything["due"]) in officers
        assert format_number(998) in texts(drawing_of(city, wanted, "users"))
        backlog = found["details"]["backlog"]
        assert re.search(rf"\b{backlog['open']}\b", texts(drawing_of(city, wanted, "backlog")))
        for row in found["details"]["on_time"]["rows"]:
            assert row["name"] in texts(drawing_of(city, wanted, "on_time"))


def test_the_table_holds_the_same_numbers(client: FlaskClient, city: Store, key: str) -> None:
    answer = asked(client, key, QUERY + "&format=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    kpi: Kpi = panel(city, ComplaintFilter.from_query(QUERY), "response", "en")
    for one in kpi.indicators:
        (row,) = [
            r
            for r in rows
            if (r["panel"], r["item"], r["measure"]) == ("response", one.code, "now")
        ]
        assert float(row["value"]) == one.now.value
        assert int(row["n"]) == one.now.n
    trend = [r for r in rows if r["panel"] == "response" and r["measure"] == "trend"]
    assert len(trend) == len(kpi.trend)
    assert {r["panel"] for r in rows} == set(PANELS)
    assert all(len(r) == 9 for r in rows)


def test_parts_can_be_asked_for_and_unchanged_ones_are_not_sent_again(
    client: FlaskClient, key: str
) -> None:
    answer = asked(client, key, QUERY + "&panels=hours,months")
    assert set(answer.get_json()["details"]) == {"hours", "months"}
    assert answer.get_json()["kpis"] == {}
    again = client.get(
        f"/api/v1/kpi?{QUERY}&panels=hours,months",
        headers={"X-Api-Key": key, "If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")
    other = asked(client, key, QUERY + "&panels=hours&service=garbage")
    assert other.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=soon", "period 'soon' is not one of today, 7d"),
        ("district=99", "district '99' is not known in Kota Uji"),
        ("format=xml", "format 'xml' is not one of json, csv"),
        ("panels=moon", "panels 'moon' is not one of response"),
        ("start=2026-03-02&end=2026-03-01", "is not before end"),
        ("near=no-such:50", "no-such"),
    ],
)
def test_what_means_nothing_is_refused_in_words(
    client: FlaskClient, key: str, query: str, words: str
) -> None:
    assert words in asked(client, key, query, 400).get_json()["error"]


def test_only_a_key_that_may_read_opens_it(app: Flask, client: FlaskClient, city: Store) -> None:
    assert "api_key is missing" in asked(client, None, status=403).get_json()["error"]
    assert "not valid" in asked(client, "made-up", status=403).get_json()["error"]
    writer = create_key(city, "writer", "app", scopes=("write",))
    refused = asked(client, writer, status=403).get_json()["error"]
    assert "'writer' is not for read, only for write" in refused
    reader = create_key(city, "slow", "app", scopes=("read",), per_minute=1)
    answer = client.get(f"/api/v1/kpi?{QUERY}&panels=hours&api_key={reader}")
    assert answer.status_code == 200
    limited = asked(client, reader, QUERY + "&panels=hours", 429)
    assert int(limited.headers["Retry-After"]) >= 1
    assert "limit of 1" in limited.get_json()["error"]


def test_a_city_without_anything_has_an_answer_and_a_page(
    client: FlaskClient, store: Store
) -> None:
    key = create_key(store, "reader", "app", scopes=("read",))
    found = asked(client, key, "period=30d").get_json()
    assert found["kpis"]["response"]["indicators"][0]["now"]["state"] == "none"
    assert asked(client, key, "format=csv").text.startswith("panel,item,name")
    for query in ("", "period=30d", "district=10", "district=10.1"):
        for name in PANELS:
            if name not in ("survival", "months"):
                assert texts(drawing_of(store, ComplaintFilter.from_query(query), name))
    users = texts(drawing_of(store, ComplaintFilter(), "users"))
    assert "belum ada aplikasi" in users


def test_no_account_nor_name_leaves(client: FlaskClient, key: str) -> None:
    for kind in ("json", "csv"):
        assert "account-" not in asked(client, key, f"{QUERY}&format={kind}").text
