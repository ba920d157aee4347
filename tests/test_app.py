"""The application as a whole: what every answer carries, and who answers what."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import cli
from flask.testing import FlaskClient

from app import create_app
from data.complaints import NewComplaint, receive, resolve
from data.settings import SettingError, Settings
from data.store import Store, open_store
from queries.counts import count_by
from queries.figures import figures
from queries.filters import ComplaintFilter

PAGES = ["/", "/complaints", "/complaints/1", "/healthz", "/open311/v2/services.json"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_under_a_strict_policy(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_other_host(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert loaded and all(address.startswith(("/", "data:")) for address in loaded)


def test_every_script_of_the_page_is_served(client: FlaskClient) -> None:
    html = client.get("/").get_data(as_text=True)
    for address in re.findall(r'<script src="([^"]+)"', html):
        with client.get(address) as response:
            assert response.status_code == 200, address


def test_a_process_that_drew_no_page_serves_its_scripts(app: Flask, client: FlaskClient) -> None:
    scripts = re.findall(r'<script src="([^"]+)"', client.get("/").get_data(as_text=True))
    settings = app.config["PANTAU"]
    other = create_app(settings, store=app.extensions["pantau"])
    for address in scripts:
        with other.test_client().get(address) as response:
            assert response.status_code == 200, address


@pytest.mark.parametrize("path", ["/api/nothing", "/tiles/nothing", "/export/nothing.csv"])
def test_unknown_addresses_of_data_are_json(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.is_json


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"output": 1}', '{"output": "x.y"}', "nope"])
def test_what_is_no_callback_is_refused(client: FlaskClient, body: str) -> None:
    response = client.post("/_dash-update-component", data=body, content_type="application/json")
    assert response.status_code == 400


def test_two_processes_on_one_database_agree(any_url: str) -> None:
    first, second = open_store(any_url), open_store(any_url)  # as two processes would
    everything = ComplaintFilter()
    try:
        for store in (first, second):
            assert figures(store, everything).received == 0
        number = receive(
            first, NewComplaint(service_code="garbage", channel_code="app", district_code="10.1")
        ).service_request_id
        receive(second, NewComplaint(service_code="noise", channel_code="app"))
        resolve(second, number)
        for store in (first, second):
            counts = count_by(store, ["status"], everything)
            assert dict(zip(counts["status"], counts["n"], strict=True)) == {0: 1, 4: 1}
    finally:
        first.engine.dispose()
        second.engine.dispose()


def test_a_figure_ages_though_nothing_happens(store: Store) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    new = NewComplaint(service_code="garbage", channel_code="app", resolution_due_at=due)
    receive(store, new)
    now = figures(store, ComplaintFilter())
    later = figures(store, ComplaintFilter(as_of=due + timedelta(hours=1)))
    assert (now.overdue_now, now.not_due) == (0, 1)
    assert (later.overdue_now, later.not_due) == (1, 0)


def test_a_database_without_a_city_is_said_and_not_a_failure(tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path, demo=False, var=tmp_path)
    application = create_app(settings)
    response = application.test_client().get("/")
    assert response.status_code == 503
    assert "flask city init" in response.get_data(as_text=True)
    application.extensions["pantau"].engine.dispose()


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(SettingError, match="PANTAU_DEMO is 'yes'"):
        Settings.from_environment({"PANTAU_DEMO": "yes"})


def test_private_sources_are_apart_by_commas_or_spaces() -> None:
    given = {"PANTAU_PRIVATE_SOURCES": " sensors.lan,10.0.0.0/8  ::1, "}
    assert Settings.from_environment(given).private_sources == ("sensors.lan", "10.0.0.0/8", "::1")
    assert Settings.from_environment({}).private_sources == ()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"PANTAU_DATABASE_URL": "mysql://x"},
            "begins with 'mysql'; use sqlite:///… or postgresql",
        ),
        ({"PANTAU_DATABASE_URL": "garbage"}, "is no database address; use sqlite:///…"),
        (
            {"PANTAU_VAR": "/proc/nope", "PANTAU_DATABASE_URL": ""},
            "folder /proc/nope of the databa",
        ),
        ({"PANTAU_DEMO": "yes"}, "PANTAU_DEMO is 'yes'; use 1 for the demo city"),
        (
            {"PANTAU_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"},
            "the database does not answer (c",
        ),
    ],
)
def test_a_command_says_in_a_sentence_why_it_cannot_begin(
    environment: dict[str, str], said: str
) -> None:
    line = ["--app", "app:create_app", "keys", "list"]
    ended = CliRunner().invoke(cli, line, env=environment)
    assert ended.exit_code == 1 and said in ended.output, ended.output
    assert isinstance(ended.exception, SystemExit) and "Traceback" not in ended.output
