"""PUT app-usage/{date}: how many people a citizen app has and had that day."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.database import read
from data.instants import now
from data.keys import create_key
from data.usage import DayOfUse, UsageError, record_usage
from tests.intake.conftest import Api, from_xml

DAY = "2026-10-01"


def put(api: Api, day: str = DAY, *, ending: str = "json", **changes: Any) -> Any:
    fields = {"api_key": api.key, "registered_users": "120", "active_users": "45"} | changes
    return api.client.put(
        f"/open311/v2/app-usage/{day}.{ending}",
        data={name: value for name, value in fields.items() if value is not None},
    )


def stored(api: Api) -> list[tuple[Any, ...]]:
    with read(api.store.engine) as connection:
        query = select(schema.app_usage).order_by(schema.app_usage.c.channel_id)
        return [tuple(row) for row in connection.execute(query)]


def said(response: Any, status: int = 400) -> str:
    assert response.status_code == status, response.text
    return "; ".join(error["description"] for error in response.get_json())


def test_a_later_put_replaces_the_numbers_of_the_day(any_api: Api) -> None:
    api = any_api
    response = put(api)
    assert response.get_json() == {
        "date": DAY,
        "channel": "app",
        "registered_users": 120,
        "active_users": 45,
    }
    assert put(api).status_code == 200
    assert put(api, active_users="50").status_code == 200
    channel = api.store.reference().channel_by_code["app"].id
    assert stored(api) == [(date(2026, 10, 1), channel, 120, 50)]


def test_each_channel_has_its_own_numbers(any_api: Api) -> None:
    api = any_api
    put(api)
    other = create_key(api.store, "another", "email")
    assert put(api, api_key=other, active_users="1").get_json()["channel"] == "email"
    assert [row[3] for row in stored(api)] == [45, 1]


def test_json_is_taken_and_xml_given(any_api: Api) -> None:
    response = any_api.client.put(
        f"/open311/v2/app-usage/{DAY}.xml",
        json={"registered_users": 7, "active_users": 7},
        headers={"X-API-Key": any_api.key},
    )
    assert response.status_code == 200
    assert from_xml(response.data) == {
        "date": DAY,
        "channel": "app",
        "registered_users": "7",
        "active_users": "7",
    }


def test_today_is_the_citys(any_api: Api) -> None:
    today = now().astimezone(any_api.store.reference().city.time_zone).date()
    assert put(any_api, today.isoformat()).status_code == 200
    tomorrow = today + timedelta(days=1)
    assert "send a day that has begun" in said(put(any_api, tomorrow.isoformat()))
    assert len(stored(any_api)) == 1


@pytest.mark.parametrize(
    "day",
    ["today", "2026-13-01", "2026-02-30", "20261001", "1989-12-31", "9999-12-31", "%00", "a/b"],
)
def test_what_is_no_day_is_refused(api: Api, day: str) -> None:
    said(put(api, day))
    assert stored(api) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"active_users": "121"}, "active_users 121 is more than registered_users 120"),
        ({"active_users": None}, "active_users is missing"),
        ({"registered_users": ""}, "registered_users is missing"),
        ({"active_users": "-1"}, "active_users '-1' is not a whole number"),
        ({"active_users": "1.5"}, "is not a whole number"),
        ({"registered_users": "many"}, "is not a whole number"),
        ({"registered_users": "2000000001"}, "is not from 0 to 2000000000"),
        ({"registered_users": "9" * 30}, "is not a whole number"),
    ],
)
def test_wrong_numbers_are_named(any_api: Api, changes: dict[str, Any], words: str) -> None:
    assert words in said(put(any_api, **changes))
    assert stored(any_api) == []


def test_a_key_that_writes_is_needed(api: Api) -> None:
    assert "api_key is missing" in said(put(api, api_key=None), 403)
    reader = create_key(api.store, "reader", "app", scopes=("read",))
    assert "is not for write" in said(put(api, api_key=reader), 403)
    assert api.client.get(f"/open311/v2/app-usage/{DAY}.json").status_code == 405
    assert stored(api) == []


def test_one_wrong_day_stores_none(any_api: Api) -> None:
    days = [
        DayOfUse(date=date(2026, 1, n), channel_code="app", registered_users=9, active_users=n)
        for n in (9, 10)
    ]
    with pytest.raises(UsageError, match="active_users 10 is more"):
        record_usage(any_api.store, days)
    assert stored(any_api) == []
