"""GET requests: identifiers, services, statuses and periods to the second."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.complaints import NewComplaint, comment, rate, receive, reject, reopen, resolve
from data.instants import now
from tests.intake.conftest import Api


def receive_at(api: Api, instant: datetime, **changes: Any) -> str:
    latitude, longitude = api.place
    new = NewComplaint(
        **{
            "service_code": api.plain_service,
            "channel_code": next(iter(api.store.reference().channel_by_code)),
            "requested_at": instant,
            "latitude": latitude,
            "longitude": longitude,
        }
        | changes
    )
    return receive(api.store, new).service_request_id


def ids(api: Api, **query: Any) -> list[str]:
    return [found["service_request_id"] for found in api.get("requests", **query)]


def local(api: Api, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=api.store.reference().city.time_zone)


def test_identifiers_override_every_other_filter(any_api: Api) -> None:
    api = any_api
    old = receive_at(api, now() - timedelta(days=400))
    new = receive_at(api, now())
    receive_at(api, now())
    query = {"service_request_id": f" {old}, {new},nonsense,{new}"}
    assert ids(api, **query) == [new, old]
    assert ids(api, **query, status="nonsense", start_date="never", service_code="x") == [new, old]
    assert ids(api, service_request_id="nonsense") == []
    response = api.client.get(
        "/open311/v2/requests.json", query_string={"service_request_id": [old, new]}
    )
    assert len(response.get_json()) == 2


def test_an_unknown_identifier_in_the_path_is_404(any_api: Api) -> None:
    (error,) = any_api.get("requests/no-such-id", expect=404)
    assert error["description"] == "service_request_id 'no-such-id' is not known here"
    any_api.get("requests/%00", expect=404)


def test_an_empty_city_answers_an_empty_list(api: Api) -> None:
    assert api.get("requests") == []
    assert b"<service_requests />" in api.client.get("/open311/v2/requests.xml").data


def test_services_and_statuses_filter(any_api: Api) -> None:
    api = any_api
    plain = receive_at(api, now() - timedelta(seconds=30))
    asking = receive_at(api, now() - timedelta(seconds=20), service_code=api.asking_service)
    done = receive_at(api, now() - timedelta(seconds=10))
    refused = receive_at(api, now() - timedelta(seconds=5))
    resolve(api.store, done)
    reject(api.store, refused)
    both = f"{api.plain_service}, {api.asking_service}"
    assert ids(api, service_code=api.asking_service) == [asking]
    assert ids(api, service_code=both) == [refused, done, asking, plain]
    assert ids(api, status="open") == [asking, plain]
    assert ids(api, status="closed") == [refused, done]
    assert ids(api, status="open,closed") == [refused, done, asking, plain]
    assert ids(api, status="", service_code="", start_date="") == [refused, done, asking, plain]
    assert ids(api, status="open", service_code=api.plain_service) == [plain]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"status": "done"}, "status 'done' is not known; ask for open, closed or both"),
        ({"service_code": "xyz"}, "service_code 'xyz' is not one of this city's"),
        ({"start_date": "yesterday"}, "start_date 'yesterday' is not a date"),
        ({"end_date": "2026-13-01T00:00:00Z"}, "end_date '2026-13-01T00:00:00Z' is not a date"),
        ({"end_date": "0001-01-01T00:00:00+14:00"}, "is not a date"),
        ({"end_date": "9999-12-31T23:59:59-14:00"}, "is not a date"),
        ({"start_date": "2026-01-02", "end_date": "2026-01-01"}, "exchange them"),
        ({"start_date": "2026-01-01", "end_date": "2026-06-01"}, "at most 90 days"),
    ],
)
def test_wrong_filters_are_named(api: Api, query: dict[str, str], said: str) -> None:
    (error,) = api.get("requests", expect=400, **query)
    assert error["code"] == 400
    assert said in error["description"]


def test_all_wrong_filters_are_named_at_once(api: Api) -> None:
    response = api.client.get("/open311/v2/requests.json?status=a&service_code=b&start_date=c")
    assert len(response.get_json()) == 3


def test_a_period_includes_both_its_ends(any_api: Api) -> None:
    api = any_api
    at = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
    found = receive_at(api, at)
    zulu = "2026-03-01T12:00:00Z"
    assert ids(api, start_date=zulu, end_date=zulu) == [found]
    assert ids(api, start_date="2026-03-01T12:00:01Z", end_date="2026-03-02T00:00:00Z") == []
    assert ids(api, start_date="2026-02-01T00:00:00Z", end_date="2026-03-01T11:59:59Z") == []
    assert ids(api, start_date="2026-03-01T14:00:00+02:00", end_date="2026-03-02") == [found]


def test_a_date_alone_is_a_local_day(any_api: Api) -> None:
    api = any_api
    before = receive_at(api, local(api, "2026-03-09T23:59:59"))
    first = receive_at(api, local(api, "2026-03-10T00:00:00"))
    last = receive_at(api, local(api, "2026-03-10T23:59:59"))
    after = receive_at(api, local(api, "2026-03-11T00:00:00"))
    assert ids(api, start_date="2026-03-10", end_date="2026-03-10") == [last, first]
    assert ids(api, start_date="2026-03-10T00:00:00", end_date="2026-03-10T23:59:59") == [
        last,
        first,
    ]
    assert ids(api, start_date="2026-03-09", end_date="2026-03-09") == [before]
    assert ids(api, start_date="2026-03-11", end_date="2026-03-11") == [after]


def test_a_plus_sign_that_was_not_escaped_is_understood(api: Api) -> None:
    found = receive_at(api, datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC))
    response = api.client.get(
        "/open311/v2/requests.json"
        "?start_date=2026-03-01T14:00:00+02:00&end_date=2026-03-01T14:00:00+02:00"
    )
    assert [request["service_request_id"] for request in response.get_json()] == [found]


def test_the_default_period_is_the_latest_ninety_days(any_api: Api) -> None:
    api = any_api
    receive_at(api, now() - timedelta(days=90, minutes=5))
    recent = receive_at(api, now() - timedelta(days=89, hours=23))
    assert ids(api) == [recent]


def test_one_end_alone_reaches_ninety_days(api: Api) -> None:
    inside = receive_at(api, datetime(2025, 3, 1, tzinfo=UTC))
    outside = receive_at(api, datetime(2025, 6, 1, tzinfo=UTC))
    assert ids(api, start_date="2025-02-27T00:00:00Z") == [inside]
    assert ids(api, end_date="2025-06-02T00:00:00Z") == [outside]


def test_at_most_a_thousand_come_the_newest_first(api: Api) -> None:
    from data.bulk import History, record_histories

    latitude, longitude = api.place
    channel = next(iter(api.store.reference().channel_by_code))
    begin = now() - timedelta(hours=2)
    histories = [
        History(
            new=NewComplaint(
                service_code=api.plain_service,
                channel_code=channel,
                requested_at=begin + timedelta(seconds=second),
                latitude=latitude,
                longitude=longitude,
                external_id=str(second),
                source="tests",
            ),
            happenings=[],
        )
        for second in range(1_005)
    ]
    assert record_histories(api.store, histories).created == 1_005
    found = api.client.get("/open311/v2/requests.json").get_json()
    assert len(found) == 1_000
    instants = [request["requested_datetime"] for request in found]
    assert instants == sorted(instants, reverse=True)


def test_dates_carry_the_citys_offset(api: Api) -> None:
    at = local(api, "2026-10-01T09:00:00")
    found = receive_at(api, at)
    (request,) = api.get(f"requests/{found}")
    assert request["requested_datetime"] == at.isoformat()
    assert request["requested_datetime"][-6] in "+-"
    hours = api.store.reference().service_by_code[api.plain_service].resolution_hours
    assert hours is not None
    assert datetime.fromisoformat(request["expected_datetime"]) == at + timedelta(hours=hours)


def test_status_notes_explain_the_status_and_never_quote_citizens(any_api: Api) -> None:
    api = any_api
    at = now() - timedelta(hours=3)
    found = receive_at(api, at)

    def shown() -> tuple[str, str | None]:
        (request,) = api.get(f"requests/{found}")
        return request["status"], request["status_notes"]

    assert shown() == ("open", None)
    comment(api.store, found, "call me on 0811")
    assert shown() == ("open", None)
    resolve(api.store, found, note="Lamp replaced")
    closed = api.get(f"requests/{found}")[0]["updated_datetime"]
    assert shown() == ("closed", "Lamp replaced")
    rate(api.store, found, 1, comment="my name is Siti")
    assert shown() == ("closed", "Lamp replaced")
    assert api.get(f"requests/{found}")[0]["updated_datetime"] == closed
    reopen(api.store, found)
    assert shown() == ("open", None)
