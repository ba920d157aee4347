"""Who is, was or will be in office: the terms as they are known, or were known at an instant."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from data.accountability.tables import officers, posts, terms
from data.accountability.term_checks import HEAD


@dataclass(frozen=True)
class Term:
    """An officer in a post. Dates are local days in office; no last day: in office still."""

    unit_id: int
    post_id: int
    post_code: str
    titles: dict[str, str]  # by language
    officer_id: int
    officer_code: str
    officer_name: str
    from_date: date
    until_date: date | None


def read_terms(connection: Connection, known_at: datetime | None = None) -> list[Term]:
    """By unit, post (its head first) and first day; as known now, or at a past instant."""
    query = (
        select(
            posts.c.unit_id,
            terms.c.post_id,
            posts.c.code.label("post_code"),
            posts.c.titles,
            terms.c.officer_id,
            officers.c.code.label("officer_code"),
            officers.c.name.label("officer_name"),
            terms.c.from_date,
            terms.c.until_date,
        )
        .join_from(terms, posts, posts.c.id == terms.c.post_id)
        .join(officers, officers.c.id == terms.c.officer_id)
        .where(_held(known_at))
    )
    return sorted((Term(**row._mapping) for row in connection.execute(query)), key=_order)


def _held(known_at: datetime | None) -> ColumnElement[bool]:
    if known_at is None:
        return terms.c.withdrawn_at.is_(None)
    withdrawn = terms.c.withdrawn_at
    return and_(terms.c.recorded_at <= known_at, or_(withdrawn.is_(None), withdrawn > known_at))


def _order(term: Term) -> tuple[Any, ...]:
    return (term.unit_id, term.post_code != HEAD, term.post_code, term.from_date)
