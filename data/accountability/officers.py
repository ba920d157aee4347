"""Who holds which post, and since when: stored as a whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from data.accountability.tables import officers, posts, terms
from data.accountability.term_checks import Problem, Told, find_overlaps
from data.database import read, write
from data.instants import now
from data.store import Store

_Key = tuple[int, str, str, date]


class OfficerError(ValueError):
    """Terms that cannot be; `problems` has one line for each, `told` those that can be read."""

    def __init__(self, problems: Sequence[Problem], told: Sequence[Told] = ()) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
        self.told = tuple(told)


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
        plan = _plan(connection, told, replace=replace)
        if problems := plan.overlaps():
            raise OfficerError(problems)
        post_ids = _put_posts(connection, told)
        officer_ids = _put_officers(connection, told)
        return _write(connection, plan, post_ids, officer_ids, recorded_at or now())


def find_stored_overlaps(
    store: Store, told: Sequence[Told], *, replace: bool = False
) -> list[Problem]:
    """Why `keep_terms` would refuse these; nothing is stored."""
    with read(store.engine) as connection:
        return _plan(connection, told, replace=replace).overlaps()


@dataclass(frozen=True)
class _Plan:
    """Terms by unit, post, officer and first day."""

    told: Sequence[Told]
    wanted: dict[_Key, Told]
    stored: dict[_Key, Any]  # rows that hold now of the same posts
    gone: dict[_Key, Any]  # those of them that are to be withdrawn

    def overlaps(self) -> list[Problem]:
        taken = self.wanted.keys() | self.gone.keys()
        staying = [_told(row) for key, row in self.stored.items() if key not in taken]
        return find_overlaps([*self.told, *staying])


def _plan(connection: Connection, told: Sequence[Told], *, replace: bool) -> _Plan:
    wanted = {_key(one): one for one in told}
    posts_told = {(one.unit_id, one.post_code) for one in told}
    stored = {
        _key(row): row
        for row in _stored_terms(connection)
        if (row.unit_id, row.post_code) in posts_told
    }
    gone = {key: row for key, row in stored.items() if replace and key not in wanted}
    return _Plan(told, wanted, stored, gone)


def _key(term: Any) -> _Key:
    return term.unit_id, term.post_code, term.officer_code, term.from_date


def _write(
    connection: Connection,
    plan: _Plan,
    post_ids: dict[tuple[int, str], int],
    officer_ids: dict[str, int],
    at: datetime,
) -> Kept:
    wanted, stored = plan.wanted, plan.stored
    changed = [
        key
        for key, one in wanted.items()
        if key in stored and stored[key].until_date != one.until_date
    ]
    fresh = [key for key in wanted if key not in stored]
    withdrawn = [stored[key].id for key in changed] + [row.id for row in plan.gone.values()]
    if withdrawn:
        connection.execute(update(terms).where(terms.c.id.in_(withdrawn)).values(withdrawn_at=at))
    rows = [
        {
            "post_id": post_ids[one.unit_id, one.post_code],
            "officer_id": officer_ids[one.officer_code],
            "from_date": one.from_date,
            "until_date": one.until_date,
            "recorded_at": at,
        }
        for one in (wanted[key] for key in (*fresh, *changed))
    ]
    if rows:
        connection.execute(insert(terms), rows)
    return Kept(len(fresh), len(changed), len(plan.gone), len(wanted) - len(fresh) - len(changed))


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


def _stored_terms(connection: Connection) -> Sequence[Any]:
    """What holds now."""
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
    return connection.execute(query).all()


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
