"""`flask evaluation`, from a draft to an edition that is verified, as an office works with it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from pypdf import PdfReader

from data.bulk import record_histories
from data.store import Store
from data.vocabulary import EventKind
from tests.queries.random_city import BEGIN, HISTORIES
from tests.queries.test_known_then import happen


@pytest.fixture
def runner(app: Flask, store: Store) -> FlaskCliRunner:
    assert record_histories(store, HISTORIES).refused == []
    first = datetime(2026, 4, 1, tzinfo=UTC)
    for number in range(1, 200):  # April has its part of the work
        seconds = int((first - BEGIN).total_seconds()) + number * 10_000
        happen(store, ("event", number, EventKind.RESOLVED, seconds))
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, line: str, *more: str, code: int = 0) -> str:
    result = runner.invoke(args=["evaluation", *line.split(), *more])
    assert result.exit_code == code, result.output
    return result.output


def test_from_draft_to_a_verified_edition(runner: FlaskCliRunner, tmp_path: Path) -> None:
    seen = "--seen-at 2026-04-10T12:00:00+07:00"
    assert "no editions" in run(runner, "list")
    assert "1\t2026-03\tdraft\t" in run(runner, f"draft 2026-03 --by Biro {seen}")
    assert "drafted already" in run(runner, "draft 2026-03 --by Biro --first")
    run(runner, "object --month 2026-03 --by Lurah --subject kel-10.1", "--text", "bukan kami")
    refused = run(runner, "issue 2026-03 --by Kepala", code=1)
    assert "wait for an answer: 1" in refused and "Traceback" not in refused
    run(runner, "answer 1 --by Biro", "--text", "sudah dipindahkan")
    issued = run(runner, "issue 2026-03 --by Kepala")
    assert re.search(r"issued as no\. 1 by Kepala.*\nSHA-256 [0-9a-f]{64}\n", issued)
    assert "the same, byte for byte: SHA256SUMS, draft.json, evaluation.json" in run(
        runner, "verify 2026-03"
    )
    exported = run(runner, "export --month 2026-03 --out", str(tmp_path / "out"))
    assert "pantau-evaluation-2026-03-id.pdf" in exported
    assert (tmp_path / "out" / "SHA256SUMS").is_file()


def test_the_same_month_asked_three_times_prints_three_maturities(runner: FlaskCliRunner) -> None:
    for day in ("04-01", "04-10", "05-30"):
        said = run(runner, f"draft 2026-03 --by Biro --seen-at 2026-{day}T00:00:00+07:00")
    assert "2026-03 was looked at more than once; figures differ with" in said
    shares = re.findall(r"([\d.]+)% of them open", said)
    assert len(shares) == 3 and float(shares[0]) < float(shares[1]) < float(shares[2])
    assert len(set(re.findall(r"([\d,]+) received", said))) == 1
    changes = run(runner, "compare 1 3")
    assert re.search(r"^Kota Uji\topen\t\d+\t\d+$", changes, re.MULTILINE)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("draft 2026-3 --by x", "month '2026-3' is none; write it as 2026-10"),
        ("draft 2026-03 --by x --seen-at soon", "seen-at 'soon' is no instant such as"),
        ("draft 2026-03 --by x --seen-at 2026-04-10", "seen-at '2026-04-10' is no instant"),
        ("draft 2026-03 --by x --method 9.9", "'9.9' is not one of those there are"),
        ("verify 2026-03", "2026-03 has no edition; `flask evaluation draft --month 2026-03`"),
        ("verify --edition 9", "there is no edition 9"),
        ("draft 1900-01 --by x", "nothing to evaluate; those that are known are of 2026-02-20 to"),
        ("draft --by x --month=", "month '' is none; write it as 2026-10"),
        ("verify --month=", "month '' is none; write it as 2026-10"),
        ("list --month=", "month '' is none; write it as 2026-10"),
        ("draft 2026-03 --month 2026-02 --by x", "given twice, as '2026-02' and '2026-03'"),
        ("draft 2026-02..2026-03 --by x", "2026-02..2026-03 is several months, and an edition is"),
        ("draft 2999-01 --by x", "2999-01 had not ended"),
        ("draft 2026-03 --by x --seen-at 2999-01-01T00:00:00Z", "is yet to come; look from now"),
        ("issue 2026-03 --by x", "2026-03 has no edition; `flask evaluation draft"),
        ("preview 2026-03..2026-02 --out x", "ends before it begins"),
        ("preview 2026-03..2999-02 --out x", "month 2999-02 had not begun"),
        ("preview 2026-03 --language fr --out x", "language 'fr' is not one of en, id"),
        ("answer 4 --by x --text y", "there is no objection 4"),
        ("compare 1 2", "there is no edition 1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    runner: FlaskCliRunner, line: str, said: str
) -> None:
    output = run(runner, line, code=1)
    assert said in output and "Traceback" not in output


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x"])
def test_what_is_no_number_of_an_edition_is_refused(runner: FlaskCliRunner, number: str) -> None:
    for line in (f"verify --edition={number}", f"compare 1 {number}"):
        assert "Traceback" not in run(runner, line, code=2)


def test_a_folder_that_cannot_be_written_has_nothing_of_it(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    run(runner, "draft 2026-03 --by Biro")
    in_the_way = tmp_path / "out" / "pantau-evaluation-2026-03-id.pdf"
    in_the_way.mkdir(parents=True)
    for line in ("export 2026-03", "preview 2026-03"):
        said = run(runner, f"{line} --out", str(tmp_path / "out"), code=1)
        assert "cannot be written: pantau-evaluation-2026-03-id.pdf is a folder in it" in said
        assert list((tmp_path / "out").iterdir()) == [in_the_way]
    (tmp_path / "file").write_bytes(b"")
    said = run(runner, "export 2026-03 --out", str(tmp_path / "file" / "sub"), code=1)
    assert "cannot be written: Not a directory; choose another folder" in said


def test_pages_of_units_are_written(runner: FlaskCliRunner, tmp_path: Path) -> None:
    run(runner, "draft 2026-03 --by Biro")
    out = tmp_path / "out"
    run(runner, "units 2026-03 --language en --out", str(out))
    run(runner, "units 2026-03 --unit kel-10.1 --out", str(out))
    pages = {path.name: len(PdfReader(path).pages) for path in out.iterdir()}
    assert pages["pantau-evaluation-2026-03-id-kel-10.1.pdf"] == 1
    assert pages["pantau-evaluation-2026-03-en-units.pdf"] > 4
    said = run(runner, "units 2026-03 --unit ../x --out", str(tmp_path), code=1)
    assert "'../x' is neither a unit nor an officer with cases in edition 1" in said


def test_several_months_are_previewed_and_nothing_is_kept(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    run(runner, "preview 2026-02..2026-03 --language en --out", str(tmp_path))
    name = "pantau-evaluation-2026-02-to-2026-03-en.pdf"
    cover = PdfReader(tmp_path / name).pages[0].extract_text()
    assert "PREVIEW, NO EDITION" in cover and "February" in cover and "March 2026" in cover
    assert "no editions" in run(runner, "list")


def test_nobody_objects_in_the_name_of_who_is_not_there(runner: FlaskCliRunner) -> None:
    run(runner, "draft 2026-03 --by Biro")
    said = run(runner, "object 2026-03 --by x --text y --subject nobody", code=1)
    assert "'nobody' is neither a unit nor an officer in edition 1 of 2026-03" in said
