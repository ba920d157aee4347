"""Pages of complaints: counts and links in headers, and every complaint exactly once."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.http import parse_options_header

from data.complaints import reject, resolve
from data.instants import now
from tests.intake.conftest import Api
from tests.intake.test_querying import ids, receive_at


def links(response: Any) -> dict[str, str]:
    """The address of each relation of an RFC 8288 Link header."""
    found = {}
    for part in response.headers["Link"].split(", "):
        address, options = parse_options_header(part)
        found[options["rel"]] = address.strip("<>")
    return found


def counts(response: Any) -> tuple[int, ...]:
    names = ("Total-Count", "Page", "Page-Size", "Page-Count")
    return tuple(int(response.headers[f"X-{name}"]) for name in names)


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_pages_lead_through_all_complaints_once(any_api: Api, ending: str) -> None:
    api = any_api
    at = now() - timedelta(hours=1)
    expected = [receive_at(api, at) for _ in range(5)]  # equal instants: the id decides
    address = f"/open311/v2/requests.{ending}?page_size=2&status=open&status=closed"
    found: list[str] = []
    for number in (1, 2, 3):
        response = api.client.get(address)
        assert counts(response) == (5, number, 2, 3)
        assert ("prev" in links(response)) == (number > 1)
        assert ("next" in links(response)) == (number < 3)
        same = api.client.get(address.replace(".xml", ".json")).get_json()
        found += [request["service_request_id"] for request in same]
        address = links(response).get("next", "")
    assert found == expected[::-1]


def test_links_keep_the_question_and_never_the_key(api: Api) -> None:
    for _ in range(2):
        receive_at(api, now())
    response = api.client.get(
        "/open311/v2/requests.json?page_size=1&api_key=secret&status=open&note=%C3%A9%20%26"
    )
    query = parse_qs(urlsplit(links(response)["next"]).query)
    assert query["status"] == ["open"]
    assert query["note"] == ["é &"]
    assert (query["page"], query["page_size"]) == (["2"], ["1"])
    assert "secret" not in response.headers["Link"]


def test_later_pages_are_not_moved_by_what_comes_in_meanwhile(api: Api) -> None:
    old = [receive_at(api, now() - timedelta(minutes=minutes)) for minutes in (3, 2, 1)]
    response = api.client.get("/open311/v2/requests.json?page_size=2")
    receive_at(api, now() + timedelta(seconds=2))
    (last,) = api.client.get(links(response)["next"]).get_json()
    assert last["service_request_id"] == old[0]


def test_a_page_beyond_the_last_is_empty(any_api: Api) -> None:
    api = any_api
    receive_at(api, now())
    response = api.client.get("/open311/v2/requests.json?page=9&page_size=5")
    assert response.get_json() == []
    assert counts(response) == (1, 9, 5, 1)
    assert "page=1&" in links(response)["prev"]


def test_an_empty_city_has_one_empty_page(api: Api) -> None:
    response = api.client.get("/open311/v2/requests.json")
    assert counts(response) == (0, 1, 1_000, 1)
    assert set(links(response)) == {"first", "last"}


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "1001000000", "99999999999999999999"])
def test_what_is_no_page_is_refused(api: Api, name: str, value: str) -> None:
    (error,) = api.get("requests", expect=400, **{name: value})
    assert error["description"].startswith(f"{name} '{value}' is not a whole number from 1 to")


def test_a_page_of_a_thousand_and_one_is_refused(api: Api) -> None:
    assert api.get("requests", page_size="1000") == []
    api.get("requests", expect=400, page_size="1001")


def test_empty_page_parameters_are_absent(api: Api) -> None:
    found = receive_at(api, now())
    assert ids(api, page="", page_size=" ", sort="", bbox="", lat="", radius="") == [found]


def test_identifiers_ignore_pages(api: Api) -> None:
    some = [receive_at(api, now()) for _ in range(3)]
    query = {"service_request_id": ",".join(some), "page": "7", "page_size": "1", "bbox": "x"}
    assert ids(api, **query) == some[::-1]


def test_sorting_goes_both_ways(any_api: Api) -> None:
    api = any_api
    at = now() - timedelta(hours=5)
    first, second, third = (receive_at(api, at + timedelta(minutes=n)) for n in (0, 1, 1))
    resolve(api.store, first, at=at + timedelta(hours=3))
    reject(api.store, third, at=at + timedelta(hours=2))
    assert ids(api) == ids(api, sort="-requested_datetime") == [third, second, first]
    assert ids(api, sort="requested_datetime") == [first, second, third]
    assert ids(api, sort="updated_datetime") == [second, third, first]
    assert ids(api, sort="-updated_datetime") == [first, third, second]
    shown = [
        request["updated_datetime"] for request in api.get("requests", sort="updated_datetime")
    ]
    assert shown == sorted(shown)


def test_an_unknown_order_is_refused(api: Api) -> None:
    (error,) = api.get("requests", expect=400, sort="description")
    assert "send requested_datetime or updated_datetime" in error["description"]
