"""Whatever is altered or damaged of an edition is told by name, and nothing of it raises."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import create_app
from data.bulk import record_histories
from data.evaluation.editions import find_edition, list_editions
from data.evaluation.objections import answer, object_to
from data.evaluation.problems import EditionError
from data.settings import Settings
from data.store import Store, open_store
from reports.evaluation.lifecycle import draft_edition, issue_edition
from reports.evaluation.sealed import seal_differences
from reports.evaluation.verifying import verify_edition
from reports.evaluation_options import maturity_words
from tests.queries.random_city import make_histories

SEEN = datetime(2026, 4, 10, 5, tzinfo=UTC)
EDITIONS, ISSUES = "update evaluation_editions set", "update evaluation_issues set"
OPENED = "json_set(maturity, '$.open', 1)"


@pytest.fixture(scope="module")
def kept(tiny_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Edition 1 is issued, after an objection and its answer; 2 is the draft of a correction."""
    path = tmp_path_factory.mktemp("seal") / "city.db"
    path.write_bytes(tiny_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    assert record_histories(store, make_histories(5, 30)).refused == []
    draft = draft_edition(store, "2026-03", by="Biro", seen_at=SEEN)
    answer(store, object_to(store, draft.id, "bukan kami", by="Lurah").id, "dicek", by="Biro")
    issue_edition(store, draft.id, by="Kepala")
    object_to(store, draft.id, "masih bukan kami", by="Lurah")  # sealed with the next one
    draft_edition(store, "2026-03", by="Biro", seen_at=SEEN, reason="susulan")
    store.engine.dispose()
    with sqlite3.connect(path) as connection:
        triggers = connection.execute("select name from sqlite_master where type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return path


def altered(kept: Path, folder: Path, *statements: str) -> Store:
    path = folder / "altered.db"
    path.write_bytes(kept.read_bytes())
    with sqlite3.connect(path) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount == 1, statement
    connection.close()
    return open_store(f"sqlite:///{path}")


def told(store: Store, number: int) -> set[str]:
    _, found = seal_differences(store, find_edition(store, number))
    return {f"{name}: {difference.place}" for name, difference in found}


def test_what_nobody_altered_is_as_it_was_sealed(kept: Path, tmp_path: Path) -> None:
    store = altered(kept, tmp_path)
    assert told(store, 1) == told(store, 2) == set()
    store.engine.dispose()


@pytest.mark.parametrize(
    ("number", "statement", "says"),
    [
        (1, f"{EDITIONS} maturity = {OPENED} where id = 1", "draft.json: maturity/open"),
        (1, f"{EDITIONS} maturity = {OPENED} where id = 1",
         "evaluation.json: maturity/open, as lists show it"),
        (1, f"{EDITIONS} method = '9.9' where id = 1", "draft.json: method"),
        (1, f"{EDITIONS} drafted_by = 'M' where id = 1", "draft.json: drafted_by"),
        (1, f"{EDITIONS} drafted_at = drafted_at - 9 where id = 1", "draft.json: drafted_at"),
        (1, f"{EDITIONS} reason = 'x' where id = 1", "draft.json: reason"),
        (2, f"{EDITIONS} reason = 'x' where id = 2", "draft.json: reason"),
        (2, f"{EDITIONS} corrects = 2 where id = 2", "draft.json: corrects"),
        (2, f"{EDITIONS} inputs = inputs || ' ' where id = 2", "inputs.json: SHA-256"),
        (2, f"{EDITIONS} method_text = method_text || '#' where id = 2", "method.toml: SHA-256"),
        (1, f"{EDITIONS} inputs = inputs || ' ' where id = 1", "inputs.json: SHA-256"),
        (1, f"{EDITIONS} inputs = cast(x'ff7b' as text) where id = 1", "inputs.json: SHA-256"),
        (1, f"{ISSUES} at = at - 1", "issue.json: at"),
        (1, f"{ISSUES} by = 'M'", "issue.json: by"),
        (1, f"{ISSUES} number = 2", "issue.json: number"),
        (1, f"{ISSUES} month = '2026-02'", "issue.json: month"),
        (1, f"{ISSUES} sha256 = 'x'", "SHA256SUMS: SHA-256"),
        (1, "delete from evaluation_issues", "issue.json: the seal"),
        (1, "update evaluation_objections set text = 'x' where id = 1",
         "issue.json: objections/0/text"),
        (1, "delete from evaluation_answers", "issue.json: objections/0/answer"),
        (1, "update evaluation_files set content = x'00' where name like '%.pdf'",
         "pantau-evaluation-2026-03-en.pdf: SHA-256"),
        (1, "delete from evaluation_files where name = 'SHA256SUMS'", "SHA256SUMS: SHA-256"),
        (1, "update evaluation_files set content = '{' where name = 'issue.json'",
         "issue.json: the seal"),
        (2, "delete from evaluation_files where name = 'draft.json' and edition_id = 2",
         "draft.json: the seal"),
        (2, "insert into evaluation_files values (2, 'extra.pdf', 'x', x'00')",
         "extra.pdf: SHA-256"),
    ],
)  # fmt: skip
def test_what_is_altered_is_told_by_name(
    kept: Path, tmp_path: Path, number: int, statement: str, says: str
) -> None:
    where = "where name = 'pantau-evaluation-2026-03-en.pdf'"
    store = altered(kept, tmp_path, statement.replace("where name like '%.pdf'", where))
    assert says in told(store, number)
    store.engine.dispose()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (f"{EDITIONS} evaluation = '{{' where id = 2", "evaluation.json: "),
        (f"{EDITIONS} inputs = '{{\"tables\":{{}}}}' where id = 2", "cannot be made again"),
        (f"{EDITIONS} method_text = x'ff00' where id = 2", "cannot be made again"),
        (f"{EDITIONS} maturity = '{{' where id = 2", "draft.json: maturity"),
        (f"{EDITIONS} maturity = '{{}}' where id = 2", "evaluation.json: maturity/open, as"),
        (f"{EDITIONS} drafted_at = 'x' where id = 2", "edition 2 is damaged"),
    ],
)
def test_damage_ends_in_a_verdict(kept: Path, tmp_path: Path, statement: str, says: str) -> None:
    store = altered(kept, tmp_path, statement)
    settings = Settings(str(store.engine.url), Path("none"), demo=False, var=tmp_path)
    runner = create_app(settings, store=store).test_cli_runner()
    result = runner.invoke(args=["evaluation", "verify", "--edition", "2"])
    assert result.exit_code == 1 and says in result.output, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    store.engine.dispose()


def test_a_list_goes_on_where_one_edition_is_damaged(kept: Path, tmp_path: Path) -> None:
    store = altered(kept, tmp_path, f"{EDITIONS} maturity = '[' where id = 2")
    words = [maturity_words(edition) for edition in list_editions(store)]
    assert words[0] == "– received, – of them open" and "–" not in words[1]
    store.engine.dispose()


def test_what_was_altered_as_a_draft_is_not_issued(kept: Path, tmp_path: Path) -> None:
    store = altered(kept, tmp_path, f"{EDITIONS} drafted_by = 'M' where id = 2")
    answer(store, 2, "dicek", by="Biro")
    with pytest.raises(EditionError, match=r"2 is not as it was drafted, first in draft\.json: d"):
        issue_edition(store, 2, by="Kepala")
    store.engine.dispose()


def test_a_document_that_was_altered_is_told_once_for_its_bytes(kept: Path, tmp_path: Path) -> None:
    name = "pantau-evaluation-2026-03-id.csv"
    change = f"update evaluation_files set content = x'00' where name = '{name}'"
    store = altered(kept, tmp_path, change)
    found = verify_edition(store, find_edition(store, 1)).differences
    assert {one for one, _ in found} == {name}
    store.engine.dispose()
