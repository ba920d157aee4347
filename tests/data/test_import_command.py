"""`flask complaints import`, as one types it."""

from pathlib import Path

from click.testing import Result
from flask import Flask

from data.store import Store
from tests.data.import_files import csv_text, row, write_csv


def run(app: Flask, *arguments: object) -> Result:
    runner = app.test_cli_runner()
    return runner.invoke(args=["complaints", "import", *map(str, arguments)])


def test_it_ends_with_counts_and_0_although_rows_were_refused(
    app: Flask, store: Store, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1"), row("2", service="ufo")])
    result = run(app, path, "--preset", "plain")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "read 2 CSV, utf-8, comma-separated"
    assert lines[1].startswith("stored 1 received 2026-03-01 01:00 to 2026-03-01 01:00 UTC, 1 clos")
    assert lines[2:6] == [
        "already there 0",
        f"refused 1 {path}.rejects.csv",
        "without coordinates 0 of those stored",
        "outside the districts 0 of those stored",
    ]
    assert store.latest_seq() == 2


def test_a_dry_run_stores_nothing(app: Flask, store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1")])
    result = run(app, path, "--preset", "plain", "--dry-run", "--limit", 1)
    assert (result.exit_code, "dry run: nothing was stored" in result.stdout) == (0, True)
    assert store.latest_seq() == 0


def test_it_fails_in_one_sentence_where_nothing_can_be_read(app: Flask, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    for arguments, message in (
        ((wrong, "--preset", "nope"), "preset 'nope' is not one of boston311, chicago311"),
        ((wrong, "--preset", "plain"), "preset plain misses the column external_id, requested"),
        ((tmp_path / "no.csv", "--preset", "plain"), "cannot be opened"),
    ):
        result = run(app, *arguments)
        assert result.exit_code == 1
        assert message in result.stderr
        assert "Traceback" not in result.output


def test_a_file_that_breaks_off_fails_after_its_counts(
    app: Flask, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([row("1")]) + '2,"' + "x" * 70_000_000, encoding="utf-8")
    result = run(app, path, "--preset", "plain")
    assert (result.exit_code, store.latest_seq()) == (1, 2)
    assert "the file broke off: a.csv, line" in result.stderr
    assert result.stdout.splitlines()[1].split()[:2] == ["stored", "1"]
