"""Each day's brief comes by itself, once, also the days after which nobody was there."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from flask import Flask

from data.bulk import record_histories
from data.i18n import languages
from data.store import Store
from reports.kpi_brief_follow import BriefKeeper, brief_file, write_day_brief
from tests.queries.random_city import make_histories
from tests.reports.test_kpi_brief import page_text

AT = time(5)
# The tiny city is 7 h ahead of UTC: five in the morning of 20 March there.
DUE = datetime(2026, 3, 19, 22, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 19, 21, 59, tzinfo=UTC)
Made = list[date]


@pytest.fixture
def filled(store: Store) -> Store:
    assert record_histories(store, make_histories(3, 200)).refused == []
    return store


def keeper(store: Store, folder: Path, made: Made, told: list[str] | None = None) -> BriefKeeper:
    def make(day: date) -> None:
        made.append(day)
        folder.mkdir(exist_ok=True)
        for language in languages():
            brief_file(folder, day, language).write_bytes(b"%PDF")

    return BriefKeeper(store, folder, AT, tell=(told if told is not None else []).append, make=make)


def days(made: Made) -> list[int]:
    return [day.day for day in made]


def test_it_is_made_at_its_hour_and_once(filled: Store, tmp_path: Path) -> None:
    made: Made = []
    (tmp_path / "kpi-2026-02-31-en.pdf").write_bytes(b"somebody's own")
    one = keeper(filled, tmp_path, made)
    assert one.look(BEFORE) == pytest.approx(60)
    assert days(made) == [19]
    assert one.look(DUE) == 3600
    assert days(made) == [19, 20]
    assert one.look(DUE) == 3600 and days(made) == [19, 20]


def test_after_days_without_it_the_last_seven_are_caught_up(filled: Store, tmp_path: Path) -> None:
    made: Made = []
    keeper(filled, tmp_path, made).look(DUE)
    assert days(made) == [20]
    brief_file(tmp_path, date(2026, 3, 20), "en").unlink()  # one that was stopped half way
    made.clear()
    keeper(filled, tmp_path, made).look(datetime(2026, 3, 23, 3, 0, tzinfo=UTC))
    assert days(made) == [20, 21, 22, 23]
    made.clear()
    keeper(filled, tmp_path, made).look(datetime(2026, 5, 1, 3, 0, tzinfo=UTC))
    assert len(days(made)) == 7


def test_a_city_without_complaints_has_none(store: Store, tmp_path: Path) -> None:
    made: Made = []
    assert keeper(store, tmp_path, made).look(DUE) == 3600
    assert made == []


def test_a_failure_is_told_and_tried_again(filled: Store, tmp_path: Path) -> None:
    told: list[str] = []

    def fail(_day: date) -> None:
        raise OSError("no room on the disk")

    one = BriefKeeper(filled, tmp_path, AT, tell=told.append, make=fail)
    assert one.look(DUE) == 600
    assert told == ["a brief failed and is tried again: no room on the disk"]


def test_one_that_is_late_says_what_it_would_have_said(filled: Store, tmp_path: Path) -> None:
    """Complaints that come later change nothing: it is seen from its own hour."""
    folder = tmp_path / "briefs"
    first = write_day_brief(filled, folder, date(2026, 3, 5), AT, "en").read_bytes()
    assert "as of 5 Mar 2026, 05:00" in page_text(first)
    six = datetime(2026, 3, 6, tzinfo=UTC)
    later = [
        replace(one, new=replace(one.new, source="later"))
        for one in make_histories(8, 200)
        if one.new.requested_at > six
    ]
    assert len(later) > 20 and record_histories(filled, later).refused == []
    assert write_day_brief(filled, folder, date(2026, 3, 5), AT, "en").read_bytes() == first
    assert [path.name for path in folder.iterdir()] == ["kpi-2026-03-05-en.pdf"]


def test_the_command_puts_it_in_its_folder(app: Flask, filled: Store) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["kpi", "brief", "--day", "2026-03-12", "--language", "id"])
    assert made.exit_code == 0, made.output
    path = app.config["PANTAU"].var / "briefs" / "kpi-2026-03-12-id.pdf"
    assert path.read_bytes().startswith(b"%PDF")
    both = runner.invoke(args=["kpi", "brief", "--day", "2026-03-11"])
    assert [brief_file(path.parent, date(2026, 3, 11), one).exists() for one in languages()] == [
        True,
        True,
    ], both.output
    mixed = runner.invoke(args=["kpi", "brief", "--day", "2026-03-12", "--district", "10"])
    assert mixed.exit_code == 1 and "give it alone" in mixed.output
    missing = runner.invoke(args=["kpi", "brief"])
    assert missing.exit_code == 1 and "--out is missing" in missing.output


def test_it_ends_when_told_to(filled: Store, tmp_path: Path) -> None:
    stop, made = threading.Event(), list[date]()
    thread = threading.Thread(target=keeper(filled, tmp_path, made).run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
