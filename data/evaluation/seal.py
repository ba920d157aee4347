"""What an edition says of itself beside its figures: who, when, why, number, and objections.

It is kept as files of the edition, `draft.json` with a draft and `issue.json` when it is issued,
so that whoever alters a row of it later is found out.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    cast,
    func,
    select,
    type_coerce,
)

from data.evaluation.files import EVALUATION, INPUTS, METHOD, kept_files, sha256_of
from data.evaluation.tables import answers, editions, issues, objections
from data.instants import Instant, from_epoch, to_epoch

DRAFT, ISSUE = "draft.json", "issue.json"
_TEXTS = ("method_text", "inputs", "evaluation")  # each a file of its own


def draft_seal(connection: Connection, edition_id: int) -> str:
    """JSON of all columns of an edition but its texts, and in `files` the SHA-256 of these."""
    [row] = _rows(connection, editions, editions.c.id == edition_id, without=_TEXTS)
    contents = kept_files(connection, edition_id).contents
    files = {name: sha256_of(contents[name]) for name in (EVALUATION, INPUTS, METHOD)}
    return _json({**row, "files": files})


def issue_seal(connection: Connection, issue: Mapping[str, Any]) -> str:
    """JSON of an issue that is about to be kept, and of all objections to its month by then."""
    through = connection.scalar(select(func.max(objections.c.id))) or 0
    told = {name: _told(issues.c[name], value) for name, value in issue.items()}
    return _json(_with_objections(connection, told, through))


def issue_seal_again(connection: Connection, edition_id: int, through: int) -> str | None:
    """What `issue_seal` said, as the rows say it now; None where it is not issued.

    `through` is the newest objection there was then, its `objections_through`.
    """
    rows = _rows(connection, issues, issues.c.edition_id == edition_id, without=("sha256",))
    return _json(_with_objections(connection, rows[0], through)) if rows else None


def _with_objections(connection: Connection, issue: dict[str, Any], through: int) -> dict[str, Any]:
    of_month = select(editions.c.id).where(editions.c.month == issue["month"])
    asked = objections.c.edition_id.in_(of_month) & (objections.c.id <= through)
    found = _rows(connection, objections, asked)
    numbers = answers.c.objection_id.in_([one["id"] for one in found])
    by_number = {one.pop("objection_id"): one for one in _rows(connection, answers, numbers)}
    return {
        **issue,
        "objections_through": through,
        "objections": [{**one, "answer": by_number.get(one["id"])} for one in found],
    }


def _rows(
    connection: Connection,
    table: Table,
    condition: ColumnElement[bool],
    *,
    without: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """By key, every column as it is stored: what is damaged must be told, and not raise."""
    columns = [column for column in table.c if column.name not in without]
    query = select(*map(_raw, columns)).where(condition).order_by(*table.primary_key.columns)
    return [
        {column.name: _told(column, value) for column, value in zip(columns, row, strict=True)}
        for row in connection.execute(query)
    ]


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Instant):
        return type_coerce(column, BigInteger)
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _told(column: Column[Any], value: Any) -> Any:
    try:
        if isinstance(column.type, JSON):
            return json.loads(value)
        if isinstance(column.type, Instant) and value is not None:
            return from_epoch(value if isinstance(value, int) else to_epoch(value)).isoformat()
    except (TypeError, ValueError, OverflowError, OSError, AttributeError):
        pass  # as it is, then
    return value


def _json(value: Any) -> str:
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr
    )
    return text + "\n"
