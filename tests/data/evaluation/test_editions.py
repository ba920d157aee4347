"""Editions are drafted, contested, answered and issued; and what is kept is never changed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from data.database import write
from data.evaluation import tables
from data.evaluation.editions import (
    Draft,
    Edition,
    add_draft,
    find_edition,
    issue,
    list_editions,
    next_number,
)
from data.evaluation.files import checksums, content_of, files_of, sha256_of, texts_of
from data.evaluation.objections import answer, object_to
from data.evaluation.problems import EditionError
from data.store import Store

DOCUMENTS = {"a.pdf": b"%PDF-1.7 \x00\xff", "b.csv": b"unit,n\r\n"}


def a_draft(month: str = "2026-10", evaluation: str = '{"n":1}\n') -> Draft:
    return Draft(
        month=month,
        seen_at=datetime(2026, 11, 10, 17, tzinfo=UTC),
        through_seq=41,
        method="1.0",
        method_text='version = "1.0"\n',
        inputs="{}\n",
        evaluation=evaluation,
        maturity={"received": 3, "open": 1},
    )


def issued_by(name: str, store: Store, edition_id: int) -> Edition:
    at, number = datetime(2026, 11, 11, 3, tzinfo=UTC), next_number(store, edition_id)
    return issue(store, edition_id, DOCUMENTS, by=name, number=number, at=at)


def test_a_draft_is_contested_answered_and_issued(any_store: Store) -> None:
    edition = add_draft(any_store, a_draft(), by="  Biro Organisasi ")
    assert (edition.state, edition.drafted_by) == ("draft", "Biro Organisasi")
    objection = object_to(any_store, edition.id, "Bukan kasus kami", by="Lurah", subject="10.1")
    contested = find_edition(any_store, edition.id)
    assert (contested.state, contested.objections) == ("contested", (objection,))
    with pytest.raises(EditionError, match=r"objections to the evaluation of 2026-10 wait.*: 1;"):
        issued_by("Biro", any_store, edition.id)
    answered = answer(any_store, objection.id, "Sudah dipindahkan", by="Biro")
    assert answered.answer is not None and answered.answer.text == "Sudah dipindahkan"
    issued = issued_by("Biro", any_store, edition.id)
    assert issued.state == "issued" and issued.issue is not None
    assert (issued.issue.number, issued.issue.by) == (1, "Biro")
    assert list_editions(any_store) == (issued,)
    assert issued.maturity == {"received": 3, "open": 1}


def test_every_file_of_an_issue_counts_for_its_checksum(any_store: Store) -> None:
    edition = add_draft(any_store, a_draft(), by="x")
    issued = issued_by("x", any_store, edition.id)
    found = files_of(any_store, edition.id)
    assert [file.name for file in found] == [
        *("SHA256SUMS", "a.pdf", "b.csv", "draft.json", "evaluation.json"),
        *("inputs.json", "issue.json", "method.toml"),
    ]
    for file in found:
        content = content_of(any_store, edition.id, file.name)
        assert (sha256_of(content), len(content)) == (file.sha256, file.bytes)
    assert content_of(any_store, edition.id, "a.pdf") == DOCUMENTS["a.pdf"]
    listed = checksums({file.name: file.sha256 for file in found if file.name != "SHA256SUMS"})
    assert content_of(any_store, edition.id, "SHA256SUMS") == listed.encode()
    assert issued.issue is not None and issued.issue.sha256 == sha256_of(listed.encode())
    with pytest.raises(EditionError, match=r"edition 1 has no file '\.\./etc/passwd'"):
        content_of(any_store, edition.id, "../etc/passwd")


def test_what_is_kept_is_never_changed(any_store: Store) -> None:
    """Not even by one who writes to the database past the program."""
    edition = add_draft(any_store, a_draft(), by="x")
    answer(any_store, object_to(any_store, edition.id, "no", by="y").id, "yes", by="x")
    issued_by("x", any_store, edition.id)
    before = (find_edition(any_store, edition.id), texts_of(any_store, edition.id))
    changes: list[Any] = [delete(table) for table in (tables.files, tables.answers, tables.issues)]
    changes += [delete(table) for table in (tables.objections, tables.editions)]
    changes += [
        update(tables.editions).values(evaluation="{}"),
        update(tables.objections).values(text="yes"),
        update(tables.answers).values(text="no"),
        update(tables.issues).values(by="z"),
        update(tables.files).values(content=b""),
        insert(tables.files).values(edition_id=1, name="late.pdf", sha256="", content=b""),
    ]
    if any_store.engine.dialect.name == "postgresql":
        changes.append(text("TRUNCATE evaluation_files"))
    else:
        changes += [
            text(f"INSERT OR REPLACE INTO evaluation_{name} SELECT * FROM evaluation_{name}")
            for name in ("editions", "objections", "answers", "issues", "files")
        ]
        changes.append(
            text(
                "INSERT OR REPLACE INTO evaluation_issues "
                "SELECT 2, month, number, by, at, sha256 FROM evaluation_issues"
            )
        )
    for change in changes:
        with (
            pytest.raises(DatabaseError, match="is never changed; draft a new edition"),
            write(any_store.engine) as connection,
        ):
            connection.execute(change)
    assert before == (find_edition(any_store, edition.id), texts_of(any_store, edition.id))
    assert len(files_of(any_store, edition.id)) == 8


def test_the_seal_of_a_draft_is_not_replaced(store: Store) -> None:
    add_draft(store, a_draft(), by="x")
    others = ("1, 'draft.json'", "7, 'other.json'")
    for rowid, other in (("max(rowid) + 1", others[0]), ("max(rowid)", others[1])):
        with (
            pytest.raises(DatabaseError, match="is never changed; draft a new edition"),
            write(store.engine) as connection,
        ):
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO evaluation_files (rowid, edition_id, name, sha256, content)"
                f" SELECT {rowid}, {other}, '', x'00' FROM evaluation_files"
            )


def test_a_correction_is_a_new_edition_with_its_reason(any_store: Store) -> None:
    first = add_draft(any_store, a_draft(), by="x", reason="nothing to correct yet")
    assert (first.corrects, first.reason) == (None, None)
    issued_by("x", any_store, first.id)
    for none in (None, "", " \n"):
        with pytest.raises(EditionError, match="a correction must give the reason"):
            add_draft(any_store, a_draft(evaluation='{"n":2}\n'), by="x", reason=none)
    second = add_draft(any_store, a_draft(evaluation='{"n":2}\n'), by="x", reason="12 cases moved")
    assert (second.corrects, second.reason, second.state) == (first.id, "12 cases moved", "draft")
    issued = issued_by("x", any_store, second.id)
    assert issued.issue is not None and issued.issue.number == 2
    assert texts_of(any_store, first.id).evaluation == '{"n":1}\n'
    assert add_draft(any_store, a_draft("2026-11"), by="x").corrects is None
    assert [edition.month for edition in list_editions(any_store)] == [
        *("2026-11", "2026-10", "2026-10")
    ]
    assert [edition.id for edition in list_editions(any_store, "2026-10")] == [2, 1]


def test_only_the_newest_draft_is_issued_and_once(any_store: Store) -> None:
    old, new = (add_draft(any_store, a_draft(), by="x") for _ in range(2))
    with pytest.raises(EditionError, match="edition 1 is not the newest draft of 2026-10; that"):
        issued_by("x", any_store, old.id)
    objection = object_to(any_store, old.id, "to the former draft", by="y")
    with pytest.raises(EditionError, match="wait for an answer: 1"):
        issued_by("x", any_store, new.id)
    answer(any_store, objection.id, "see the new draft", by="x")
    issued_by("x", any_store, new.id)
    with pytest.raises(EditionError, match="edition 2 is issued already"):
        issued_by("x", any_store, new.id)
    late = object_to(any_store, new.id, "after the issue", by="y")  # ground for a correction
    assert find_edition(any_store, new.id).objections == (late,)


def test_what_cannot_be_kept_is_named(any_store: Store) -> None:
    edition = add_draft(any_store, a_draft(), by="x")
    with pytest.raises(EditionError, match="there is no edition 7"):
        find_edition(any_store, 7)
    with pytest.raises(EditionError, match="there is no edition 7 to object to"):
        object_to(any_store, 7, "text", by="y")
    with pytest.raises(EditionError, match="the objection is empty; write it"):
        object_to(any_store, edition.id, " \0 ", by="y")
    with pytest.raises(EditionError, match="has 8001 characters; write 8000 at most"):
        object_to(any_store, edition.id, "x" * 8001, by="y")
    with pytest.raises(EditionError, match="the name of who objects is empty"):
        object_to(any_store, edition.id, "text", by="")
    with pytest.raises(EditionError, match="there is no objection 9"):
        answer(any_store, 9, "text", by="x")
    objection = object_to(any_store, edition.id, "half a sign \ud83d", by="y")
    assert objection.text == "half a sign ?"
    answer(any_store, objection.id, "once", by="x")
    with pytest.raises(EditionError, match="objection 1 is answered already"):
        answer(any_store, objection.id, "twice", by="x")


def test_documents_that_bear_another_number_are_not_kept(any_store: Store) -> None:
    edition = add_draft(any_store, a_draft(), by="x")
    with pytest.raises(EditionError, match="another edition of 2026-10 was issued meanwhile"):
        issue(any_store, edition.id, DOCUMENTS, by="x", number=2, at=datetime.now(UTC))
    assert [file.name for file in files_of(any_store, edition.id)] == [
        *("draft.json", "evaluation.json", "inputs.json", "method.toml")
    ]


def test_two_schedulers_draft_a_month_once(any_store: Store) -> None:
    add_draft(any_store, a_draft(), by="x", is_first=True)
    with pytest.raises(EditionError, match="2026-10 is drafted already"):
        add_draft(any_store, a_draft(), by="x", is_first=True)
    assert len(list_editions(any_store)) == 1


def test_one_version_of_a_method_is_one_text(any_store: Store) -> None:
    add_draft(any_store, a_draft(), by="x")
    other = replace(a_draft("2026-11"), method_text='version = "1.0" # other weights\n')
    with pytest.raises(EditionError, match=r"method 1\.0 is not what it was when edition 1 was"):
        add_draft(any_store, other, by="x")
    assert add_draft(any_store, replace(other, method="1.1"), by="x").method == "1.1"
