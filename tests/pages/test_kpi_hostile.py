"""Whatever is asked of the KPIs, the answer is numbers or a sentence, never a failure."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.bulk import record_histories
from data.keys import create_key
from data.store import Store
from tests.queries.kpi.lives import histories

ADDRESSES = ("/api/v1/kpi", "/export/kpi.pdf")
NAMES = (
    *("period", "start", "end", "service", "group", "district", "unit", "channel", "status"),
    *("overdue", "q", "near", "far", "inside", "outside", "area", "as_of", "lang", "format"),
    *("panels", "api_key", "nothing"),
)
VALUES = (
    *("", " ", "\0", "%00", "%", "'", '"; DROP TABLE complaints; --', "=1+1", "\u202e", "\ud7ff"),
    *("-1", "0", "1", "999999999999999999999", "NaN", "Infinity", "1e400", "true", "null", "[]"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-02-31T25:61:61Z", "9999-12-31T23:59:59Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-01T00:00:00"),
    *("today", "7d", "30d", "90d", "12m", "all", "garbage", "10", "10.1", "kel-10.1", "app"),
    *("resolved", "rivers:0", "rivers:-1", "10.1:1e309", "a" * 3_000, "1,2,3,4", "POLYGON((0 0))"),
    *(
        "response,units",
        "\ud800",
        "response,,",
        "csv",
        "json",
        "id",
        "xx",
        "106.8,-6.2,500",
        "\N{PILE OF POO}",
    ),
)


@pytest.fixture
def asking(app: Flask, store: Store) -> tuple[Flask, str]:
    assert record_histories(store, histories(seed=4, number=120)).refused == []
    app.testing = False  # a failure is an answer of 500, as for everybody
    return app, create_key(store, "reader", "app", scopes=("read",), per_minute=100_000)


pairs = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.sampled_from(VALUES), st.text(max_size=30), st.dates().map(str)),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pairs=pairs)
def test_no_query_is_too_much(asking: tuple[Flask, str], pairs: list[tuple[str, str]]) -> None:
    app, key = asking
    query = urlencode(pairs, errors="surrogatepass")
    for address in ADDRESSES:
        answer = app.test_client().get(f"{address}?{query}", headers={"X-Api-Key": key})
        assert answer.status_code in (200, 400), (address, query, answer.text)
        if answer.status_code == 400:
            assert answer.get_json()["error"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_any_parameter_is_too_much(
    asking: tuple[Flask, str], address: str, name: str
) -> None:
    app, key = asking
    client = app.test_client()
    for value in VALUES:
        query = urlencode({"panels": "response", name: value}, errors="surrogatepass")
        answer = client.get(f"{address}?{query}", headers={"X-Api-Key": key})
        assert answer.status_code in (200, 400), (query, answer.text)


@pytest.mark.parametrize("key", ["", "\0", "x" * 5_000, "'--", "é"])
def test_a_key_that_is_none_is_refused(asking: tuple[Flask, str], key: str) -> None:
    app, _key = asking
    answer = app.test_client().get(f"/api/v1/kpi?{urlencode({'api_key': key})}")
    assert answer.status_code == 403 and answer.get_json()["error"]
