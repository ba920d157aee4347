"""Clients that other people wrote for other cities, unchanged, against a running server."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chicagorequests import Downloader
from civicbot import Endpoint, HttpError, HttpTransport, Open311Client, ValidationError
from civicbot.http import RateLimiter

from data.complaints import resolve
from tests.intake.conftest import Api
from tests.intake.served import Served, serving

CHICAGO = ZoneInfo("America/Chicago")
PAGE = 200  # the client's own; it asks on as long as a page is full


def civicbot(server: Served) -> Open311Client:
    endpoint = Endpoint("tiny", "Tiny City", server.endpoint, write=True)
    hasty = HttpTransport(rate_limiter=RateLimiter(min_interval=0))
    return Open311Client(endpoint, hasty, jurisdiction_id="uji.example.org")


def test_civicbot_reads_definitions_reports_and_follows(any_api: Api) -> None:
    with serving(any_api) as server:
        client = civicbot(server)
        codes = [service["service_code"] for service in client.list_services()]
        assert codes == list(any_api.store.reference().service_by_code)
        latitude, longitude = any_api.place
        report = {
            "lat": latitude,
            "lng": longitude,
            "description": "Lampu <padam> & gelap 😀",
            "api_key": any_api.key,
            "dry_run": False,
            "confirm": "SEND",
            "validate_remote": True,
        }
        with pytest.raises(ValidationError, match="required attribute 'WHICH' missing"):
            client.create_request(any_api.asking_service, **report)
        answers = {"WHICH": "left", "WHAT": ["a", "b"], "HOWMANY": 2}
        sent = client.create_request(any_api.asking_service, attributes=answers, **report)
        (created,) = sent.response
        named = client.get_token(created["token"])
        assert named[0]["service_request_id"] == created["service_request_id"]
        found = client.get_request(created["service_request_id"])
        assert (found["description"], found["status"]) == (report["description"], "open")
        resolve(any_api.store, created["service_request_id"], note="Replaced")
        (closed,) = client.list_requests(
            status="closed", service_code=any_api.asking_service, page_size=5
        )
        assert closed["status_notes"] == "Replaced"
        with pytest.raises(HttpError, match=r"HTTP 404 .*is not known here"):
            client.get_request("9999")


def test_civicbot_is_told_what_is_wrong(api: Api) -> None:
    with serving(api) as server, pytest.raises(HttpError, match="lies outside Kota Uji") as refused:
        civicbot(server).create_request(
            api.plain_service, lat=1.0, lng=1.0, api_key=api.key, dry_run=False, confirm="SEND"
        )
    assert refused.value.status == 400


def test_chicagorequests_downloads_every_complaint_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as fill a page: the client then asks for one that is empty."""
    reported = {api.report()["service_request_id"] for _ in range(PAGE)}
    today = datetime.now(CHICAGO)
    with serving(api) as server:
        monkeypatch.setattr(Downloader, "BASE_URL", f"{server.endpoint}/requests.json")
        everything = Downloader()((today - timedelta(days=1), today + timedelta(days=1)))
        before = Downloader()((today - timedelta(days=3), today - timedelta(days=2)))
        changed = Downloader(
            request_type=[api.plain_service, api.asking_service],
            updated_start_date=today - timedelta(hours=1),
            updated_end_date=today + timedelta(hours=1),
        )((today - timedelta(days=1), today + timedelta(days=1)))
    assert len(everything) == len(changed) == PAGE
    assert {found["service_request_id"] for found in everything} == reported
    assert all("extended_attributes" in found for found in everything)
    assert before == []
