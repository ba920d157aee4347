"""Who holds which post, and since when: stored as a whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from data.accountability.tables import officers, posts, terms
from data.accountability.term_checks import Problem, Told, find_overlaps
from data.database import write
from data.instants import now
from data.store import Store


class OfficerError(ValueError):
    """Terms that cannot be; `problems` has one line for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Kept:
    """What became of the terms that were told."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0


def keep_terms(
    store: Store,
    told: Sequence[Told],
    *,
    replace: bool = False,
    recorded_at: datetime | None = None,
) -> Kept:
    """Store these terms; one of the same post, officer and first day takes the place of the former.

    With `replace` the terms are all there are of the posts they are of, and others are withdrawn.
    They count as known since now; those that are made up can count as known since another instant.
    Raises OfficerError where two terms of one post overlap; then nothing is stored.
    """
    with write(store.engine) as connection:
        post_ids = _put_posts(connection, told)
        officer_ids = _put_officers(connection, told)
        stored = _stored_terms(connection, set(post_ids.values()))
        wanted = {
            (
                post_ids[one.unit_id, one.post_code],
                officer_ids[one.officer_code],
                one.from_date,
            ): one
            for one in told
        }
        gone = {key: row for key, row in stored.items() if replace and key not in wanted}
        staying = [_told(row) for key, row in stored.items() if key not in wanted | gone]
        problems = find_overlaps([*told, *staying])
        if problems:
            raise OfficerError(problems)
        return _write(connection, stored, wanted, gone, recorded_at or now())


def _write(
    connection: Connection,
    stored: dict[Any, Any],
    wanted: dict[Any, Told],
    gone: dict[Any, Any],
    at: datetime,
) -> Kept:
    changed = [
        key
        for key, one in wanted.items()
        if key in stored and stored[key].until_date != one.until_date
    ]
    fresh = [key for key in wanted if key not in stored]
    withdrawn = [stored[key].id for key in changed] + [row.id for row in gone.values()]
    if withdrawn:
        connection.execute(update(terms).where(terms.c.id.in_(withdrawn)).values(withdrawn_at=at))
    rows = [
        {
            "post_id": key[0],
            "officer_id": key[1],
            "from_date": key[2],
            "until_date": wanted[key].until_date,
            "recorded_at": at,
        }
        for key in (*fresh, *changed)
    ]
    if rows:
        connection.execute(insert(terms), rows)
    return Kept(len(fresh), len(changed), len(gone), len(wanted) - len(fresh) - len(changed))


def _put_posts(connection: Connection, told: Sequence[Told]) -> dict[tuple[int, str], int]:
    """The id of each post by unit and code; titles that are told replace those known."""
    known = {(row.unit_id, row.code): row for row in connection.execute(select(posts))}
    next_id = (connection.scalar(select(func.max(posts.c.id))) or 0) + 1
    titles: dict[tuple[int, str], dict[str, str]] = {}
    for one in told:
        titles.setdefault((one.unit_id, one.post_code), {}).update(one.titles)
    ids = {}
    for key, said in titles.items():
        row = known.get(key)
        if row is None:
            values = {"id": next_id, "unit_id": key[0], "code": key[1], "titles": said}
            connection.execute(insert(posts).values(values))
            ids[key], next_id = next_id, next_id + 1
            continue
        ids[key] = row.id
        if row.titles | said != row.titles:
            changed = update(posts).where(posts.c.id == row.id).values(titles=row.titles | said)
            connection.execute(changed)
    return ids


def _put_officers(connection: Connection, told: Sequence[Told]) -> dict[str, int]:
    """The id of each officer by code."""
    known = {row.code: row for row in connection.execute(select(officers))}
    next_id = (connection.scalar(select(func.max(officers.c.id))) or 0) + 1
    ids = {code: row.id for code, row in known.items()}
    for code, name in {one.officer_code: one.officer_name for one in told}.items():
        if code not in known:
            connection.execute(insert(officers).values(id=next_id, code=code, name=name))
            ids[code], next_id = next_id, next_id + 1
        elif known[code].name != name:
            connection.execute(update(officers).where(officers.c.code == code).values(name=name))
    return ids


def _stored_terms(connection: Connection, post_ids: set[int]) -> dict[tuple[int, int, date], Any]:
    """What holds now of these posts, by post, officer and first day."""
    query = (
        select(
            terms,
            posts.c.unit_id,
            posts.c.code.label("post_code"),
            posts.c.titles,
            officers.c.code.label("officer_code"),
            officers.c.name.label("officer_name"),
        )
        .join_from(terms, posts, posts.c.id == terms.c.post_id)
        .join(officers, officers.c.id == terms.c.officer_id)
        .where(terms.c.withdrawn_at.is_(None))
        .order_by(terms.c.id)
    )
    return {
        (row.post_id, row.officer_id, row.from_date): row
        for row in connection.execute(query)
        if row.post_id in post_ids
    }


def _told(row: Any) -> Told:
    return Told(
        line=0,
        unit_id=row.unit_id,
        unit_code="",
        post_code=row.post_code,
        titles=row.titles,
        officer_code=row.officer_code,
        officer_name=row.officer_name,
        from_date=row.from_date,
        until_date=row.until_date,
    )
