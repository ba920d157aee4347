"""A FixMyStreet site against a running server of two processes, over HTTP and in XML alone."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from data import complaints, schema
from data.database import read
from data.instants import now
from data.store import Store
from tests.intake.conftest import Api
from tests.intake.fixmystreet import Failed, Report, Site
from tests.intake.served import serving


@dataclass
class Meeting:
    """A site, and the city that it reports to."""

    site: Site
    api: Api

    @property
    def store(self) -> Store:
        return self.api.store

    def report(self) -> Report:
        latitude, longitude = self.api.place
        fields = {
            "description": "Lampu mati\n\nSudah seminggu\n\nhttps://fms.example.org/report/1\n",
            "service_code": self.api.asking_service,
            "first_name": "Nama",
            "last_name": "Belakang",
            "email": "nama@example.org",
            "lat": f"{latitude:.6f}",
            "long": f"{longitude:.6f}",
            "attribute[WHICH]": "left",
        }
        return self.site.send_report(fields)[0]

    def poll(self) -> list[tuple[str, str | None]]:
        """Texts and states of the comments taken from the last two hours, as the site asks."""
        end = datetime.now(UTC)
        fetched = self.site.fetch_updates(end - timedelta(hours=2), end)
        assert fetched.outside == 0
        return [(comment.text, comment.state) for comment in fetched.taken]


@pytest.fixture
def meeting(any_api: Api) -> Iterator[Meeting]:
    with serving(any_api) as server:
        yield Meeting(Site(f"{server.endpoint}/", any_api.key, "uji.example.org"), any_api)


def test_a_report_goes_with_answers_and_photos_and_its_token_is_polled(meeting: Meeting) -> None:
    site, api = meeting.site, meeting.api
    services = {service["service_code"]: service for service in site.services()}
    assert services[api.plain_service]["metadata"] == "false"
    assert services[api.asking_service]["metadata"] == "true"
    questions = {question["code"]: question for question in site.questions(api.asking_service)}
    assert questions["WHICH"]["required"] == "true"
    photos = [f"https://fms.example.org/photo/1.{n}.full.jpeg?a=b&c=d" for n in range(3)]
    latitude, longitude = api.place
    report, token = site.send_report(
        {
            "description": "Lampu mati – «gelap»\n\nhttps://fms.example.org/report/1\n",
            "service_code": api.asking_service,
            "first_name": "Nama",
            "last_name": "",
            "phone": "",
            "lat": f"{latitude:.6f}",
            "long": f"{longitude:.6f}",
            "media_url": photos,
            "attribute[WHICH]": "right",
            "attribute[WHAT]": ["a", "b"],
            "attribute[easting]": "700000",
            "attribute[fixmystreet_id]": "1",
        }
    )
    assert site.poll_token(token) == report.external_id
    with read(meeting.store.engine) as connection:
        row = connection.execute(select(schema.complaint_details)).one()
    assert row.media_urls == photos
    assert row.attributes == {
        "WHICH": ["right"],
        "WHAT": ["a", "b"],
        "easting": ["700000"],
        "fixmystreet_id": ["1"],
    }
    assert row.description.startswith("Lampu mati – «gelap»\n\n")
    assert (row.first_name, row.last_name, row.phone) == ("Nama", None, None)


def test_what_the_city_does_is_fetched_once(meeting: Meeting) -> None:
    report, store = meeting.report(), meeting.store
    assert meeting.poll() == []
    complaints.acknowledge(store, report.external_id, note="Kami periksa")
    complaints.start(store, report.external_id)
    assert meeting.poll() == [("Kami periksa", "investigating"), ("", "in progress")]
    assert report.state == "in progress"
    complaints.resolve(store, report.external_id, note="Lampu sudah diganti")
    assert meeting.poll() == [("Lampu sudah diganti", "fixed - council")]
    assert report.state == "fixed - council"
    assert meeting.poll() == []
    complaints.reopen(store, report.external_id)
    complaints.reject(store, report.external_id, note="Jalan pribadi")
    assert meeting.poll() == [("", "confirmed"), ("Jalan pribadi", "unable to fix")]


def test_what_the_site_says_arrives_and_does_not_come_back(meeting: Meeting) -> None:
    site, report = meeting.site, meeting.report()
    comment = site.send_comment(report, 41, "Masih gelap", media_url="https://fms.example.org/2")
    fixed = site.send_comment(report, 42, "Selesai", status="FIXED")
    assert site.send_comment(report, 42, "Selesai", status="FIXED") == fixed  # sent again
    assert meeting.poll() == []
    assert len(report.comments) == 2
    with read(meeting.store.engine) as connection:
        rows = connection.execute(select(schema.events).order_by(schema.events.c.seq)).all()
    assert [(str(row.seq), row.kind, row.note) for row in rows[1:]] == [
        (comment, "commented", "Masih gelap"),
        (fixed, "resolved", "Selesai"),
    ]


def test_an_answer_that_was_lost_is_known_when_the_update_is_sent_again(meeting: Meeting) -> None:
    """The site fetched its own update before it learned that it had arrived."""
    site, report = meeting.site, meeting.report()
    fixed = site.send_comment(report, 42, "Selesai", status="FIXED")
    report.comments.clear()
    assert meeting.poll() == [("", "fixed - council")]  # a citizen's words are not given out
    assert site.send_comment(report, 42, "Selesai", status="FIXED") == fixed
    assert meeting.poll() == []
    assert len(report.comments) == 1


def test_a_comment_from_before_the_solution_was_heard_of_does_not_undo_it(
    meeting: Meeting,
) -> None:
    site, report = meeting.site, meeting.report()
    complaints.resolve(meeting.store, report.external_id)
    site.send_comment(report, 50, "Masih gelap")
    assert meeting.poll() == [("", "fixed - council")]
    site.send_comment(report, 51, "Gelap lagi", status="REOPEN")
    with read(meeting.store.engine) as connection:
        status = connection.scalar(select(schema.complaints.c.status))
    assert status == 1


def test_only_what_is_new_inside_the_window_is_taken(meeting: Meeting) -> None:
    site, report = meeting.site, meeting.report()
    strange = meeting.api.report()["service_request_id"]
    for number in (report.external_id, strange):
        complaints.acknowledge(meeting.store, number, at=now())
    end = now()
    fetched = site.fetch_updates(end - timedelta(hours=2), end)
    assert (len(fetched.taken), fetched.strange, fetched.outside) == (1, 1, 0)
    earlier = site.fetch_updates(end - timedelta(hours=4), end - timedelta(hours=2))
    assert (earlier.taken, earlier.strange, earlier.outside) == ([], 0, 0)
    again = site.fetch_updates(end - timedelta(hours=2), end)
    assert (again.taken, again.known, again.outside) == ([], 1, 0)


def test_what_is_refused_is_said_in_words(meeting: Meeting) -> None:
    site = meeting.site
    with pytest.raises(Failed, match=r"404: service_request_id '99999' is not known here"):
        site.send_comment(Report("99999"), 60, "Halo")
    with pytest.raises(Failed, match=r"400: attribute\[WHICH\] is missing"):
        site.send_report({"service_code": meeting.api.asking_service, "address_string": "Jl. X"})
    site.api_key = "guess"
    with pytest.raises(Failed, match=r"403: api_key is not valid"):
        site.send_comment(Report("1"), 61, "Halo")


def test_a_site_that_asks_from_where_it_ended_misses_nothing(meeting: Meeting) -> None:
    """While others write, and with windows that only touch each other."""
    site = meeting.site
    reports = [meeting.report() for _ in range(3)]
    sent: list[str] = []

    def work(report: Report, number: int) -> None:
        for turn, word in enumerate(["INVESTIGATING", "IN_PROGRESS", "FIXED", "REOPEN"] * 6):
            shadow = Report(report.external_id)  # the site has not heard of it
            sent.append(site.send_comment(shadow, number * 1_000 + turn, "x", status=word))

    desks = [
        threading.Thread(target=work, args=(report, number))
        for number, report in enumerate(reports)
    ]
    start, seen = datetime.now(UTC) - timedelta(minutes=1), set()
    for desk in desks:
        desk.start()
    is_over = False
    while not is_over:
        is_over = not any(desk.is_alive() for desk in desks)
        end = datetime.now(UTC)
        fetched = site.fetch_updates(start, end)
        assert fetched.outside == 0
        seen |= {comment.external_id for comment in fetched.taken}
        start = end
        time.sleep(0.05)
    assert len(sent) == 72
    assert seen == set(sent)
