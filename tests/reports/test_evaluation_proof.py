"""Verification by others: another process, another environment, after privacy had its due."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from data import schema
from data.bulk import record_histories
from data.database import write
from data.evaluation.editions import list_editions
from data.evaluation.files import INPUTS, content_of, files_of
from data.evaluation.objections import answer, object_to
from data.evaluation.problems import EditionError
from data.store import Store, open_store
from data.vocabulary import EventKind
from reports.evaluation import tools, verifying
from reports.evaluation.lifecycle import (
    draft_edition,
    export_edition,
    issue_edition,
    newest_edition,
)
from reports.evaluation.verifying import verify_edition
from tests.conftest import CITIES, ROOT
from tests.queries.random_city import HISTORIES
from tests.queries.test_known_then import happen

MONTH = "2026-03"
SEEN = datetime(2026, 4, 10, 5, tzinfo=UTC)
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONHASHSEED": "77",
    "OPENBLAS_NUM_THREADS": "1",
    "HOME": "/nonexistent",
    "XDG_DATA_DIRS": "/nonexistent",  # no font of the machine
}


@pytest.fixture
def city(any_store: Store) -> Store:
    assert record_histories(any_store, HISTORIES).refused == []
    return any_store


def issued(store: Store) -> int:
    draft = draft_edition(store, MONTH, by="Biro", seen_at=SEEN)
    return issue_edition(store, draft.id, by="Kepala Biro").id


def redact(store: Store) -> None:
    """All free text and contacts are taken out, of complaints and of what happened to them."""
    details = schema.complaint_details
    personal = {
        column.name: None for column in details.c if column.nullable and not column.primary_key
    }
    with write(store.engine) as connection:
        connection.execute(update(details).values(**personal))
        connection.execute(update(schema.events).values(note=None))


def flask(url: str, *line: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "flask"
    return subprocess.run(
        [str(program), "--app", "app:create_app", "evaluation", *line],
        cwd=ROOT,
        env={
            **os.environ,
            **ELSEWHERE,
            "PANTAU_DATABASE_URL": url,
            "PANTAU_CITY": str(CITIES / "tiny"),
            "PANTAU_DEMO": "0",
        },
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_process_elsewhere_finds_the_same_bytes(
    city: Store, any_url: str, tmp_path: Path
) -> None:
    """After late news, redaction and links between repeats."""
    number = issued(city)
    edition = newest_edition(city, MONTH)
    before = {
        path.name: path.read_bytes() for path in export_edition(city, edition, tmp_path / "a")
    }
    for place in range(1, 120):
        happen(city, ("event", place, EventKind.REOPENED, place * 30_000))
        happen(city, ("event", place, EventKind.RESOLVED, place * 31_000))
    redact(city)
    with write(city.engine) as connection:
        connection.execute(update(schema.complaints).values(duplicate_of=None))
    found = flask(any_url, "verify", "--edition", str(number))
    assert found.returncode == 0, found.stdout + found.stderr
    assert (
        "the same, byte for byte: SHA256SUMS, draft.json, evaluation.json, inputs.json"
        in found.stdout
    )
    out = tmp_path / "b"
    assert flask(any_url, "export", "--edition", str(number), "--out", str(out)).returncode == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    suffixes = {path.suffix for path in out.iterdir()}
    assert suffixes == {".pdf", ".xlsx", ".csv", ".json", ".toml", ""}


def test_an_event_that_is_gone_is_told_and_the_kept_files_stay(city: Store, any_url: str) -> None:
    number = issued(city)
    kept = {file.name: file.sha256 for file in files_of(city, number)}
    with write(city.engine) as connection:
        rated = schema.events.c.kind == EventKind.RATED.value
        connection.execute(delete(schema.events).where(rated))
    found = flask(any_url, "verify", "--edition", str(number))
    assert found.returncode == 1
    assert "evaluation.json: city_figures/satisfaction/n: kept " in found.stdout
    assert "Traceback" not in found.stderr
    assert {file.name: file.sha256 for file in files_of(city, number)} == kept


def test_another_tool_is_named_beside_documents_that_differ(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later version of what sets them may set them otherwise; the figures are the same."""
    issued(city)
    edition = newest_edition(city, MONTH)
    assert verify_edition(city, edition).tools == ()
    made = verifying.documents_from

    def otherwise(*given: object) -> dict[str, bytes]:
        return {name: content + b"\n" for name, content in made(*given).items()}  # type: ignore[arg-type]

    monkeypatch.setattr(verifying, "documents_from", otherwise)
    monkeypatch.setattr(tools, "version", lambda _package: "0.0")
    monkeypatch.setattr(tools, "tools", tools.tools.__wrapped__)  # not as it was kept
    verdict = verify_edition(city, edition)
    assert {name.rpartition(".")[2] for name, _ in verdict.differences} == {"pdf", "xlsx", "csv"}
    assert {tool.place for tool in verdict.tools} >= {"typst", "xlsxwriter", "babel"}


def test_of_two_that_issue_at_once_one_does(city: Store, any_url: str) -> None:
    draft = draft_edition(city, MONTH, by="Biro", seen_at=SEEN)
    stores = [open_store(any_url), open_store(any_url)]
    start, outcomes = threading.Barrier(2), []

    def run(store: Store, by: str) -> None:
        start.wait()
        try:
            issue_edition(store, draft.id, by=by)
            outcomes.append("issued")
        except EditionError as error:
            outcomes.append(str(error))

    threads = [
        threading.Thread(target=run, args=(store, f"Kantor {place}"))
        for place, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.engine.dispose()
    assert sorted(outcomes)[1] == "issued"
    assert "is issued already; a correction is a new draft with its reason" in sorted(outcomes)[0]
    [edition] = [one for one in list_editions(city, MONTH) if one.issue is not None]
    assert edition.issue is not None and edition.issue.number == 1
    assert verify_edition(city, edition).is_same
    with pytest.raises(EditionError, match="is issued already"):
        issue_edition(city, draft.id, by="Biro")


def test_an_objection_after_the_issue_leads_to_a_correction(city: Store) -> None:
    number = issued(city)
    before = {file.name: file.sha256 for file in files_of(city, number)}
    late = object_to(city, number, "Kasus itu bukan milik kami", by="Lurah", subject="kel-10.1")
    first = newest_edition(city, MONTH)
    assert first.state == "issued" and first.objections == (late,)
    assert {file.name: file.sha256 for file in files_of(city, number)} == before
    happen(city, ("event", 7, EventKind.TRANSFERRED, 2_000_000))
    second = draft_edition(city, MONTH, by="Biro", seen_at=SEEN, reason="Kasus 7 dipindahkan")
    with pytest.raises(EditionError, match=f"wait for an answer: {late.id}; answer them first"):
        issue_edition(city, second.id, by="Biro")
    answer(city, late.id, "Benar, lihat edisi 2", by="Biro")
    corrected = issue_edition(city, second.id, by="Biro")
    assert corrected.issue is not None and corrected.issue.number == 2
    assert (corrected.corrects, corrected.reason) == (number, "Kasus 7 dipindahkan")
    for edition in list_editions(city, MONTH):
        assert verify_edition(city, edition).is_same
    assert {file.name: file.sha256 for file in files_of(city, number)} == before


def test_no_text_of_citizens_is_frozen_with_an_edition(city: Store) -> None:
    """What privacy may ask to be removed is not copied where nothing can be removed."""
    number = issued(city)
    with city.engine.connect() as connection:
        texts = connection.scalars(select(schema.complaint_details.c.description)).all()
    assert any(texts)
    for file in files_of(city, number):
        content = content_of(city, number, file.name)
        assert b"Sampah menumpuk" not in content and b"lubang_besar" not in content, file.name
    assert INPUTS in {file.name for file in files_of(city, number)}
