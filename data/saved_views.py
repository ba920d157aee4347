"""Views that people keep: a name for an address of the map, private or shared.

There is no sign-in yet: an owner is a secret that one browser keeps in a cookie. Whoever has a
view's link may open it, for the link is as hard to guess as the secret.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from data.database import read, write
from data.instants import Instant, now
from data.plain_text import is_writable
from data.schema import metadata
from data.store import Store

FIGURES = ("received", "open", "overdue")
LONGEST_NAME = 120
LONGEST_SEARCH = 8_000
MOST_VIEWS = 200  # of one owner
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,32}")

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(32), nullable=False, unique=True),
    Column("owner", String(64), nullable=False, index=True),  # SHA-256 of the secret, hex
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("search", Text, nullable=False),  # query string of the map: filter, layers, position
    Column("is_shared", Boolean, nullable=False),
    Column("figure", String(16), nullable=False),  # one of FIGURES
    Column("alert_above", Float),  # None: no alert
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

view_alerts = Table(
    "view_alerts",
    metadata,
    Column("view_id", ForeignKey("saved_views.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),  # local: one alert a day is enough
    Column("value", Float, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("seen_at", Instant),
)


class ViewProblem(ValueError):
    """A view that cannot be kept; the message names the thing and the remedy."""


class NotYours(ViewProblem):
    """Only its owner changes a view."""


@dataclass(frozen=True)
class Alert:
    """The figure passed its limit on a local day."""

    day: date
    value: float
    raised_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True)
class SavedView:
    """`search` begins without a question mark; `is_mine` is the asker's."""

    id: int
    slug: str
    name: str
    search: str
    is_shared: bool
    figure: str
    alert_above: float | None
    created_at: datetime
    changed_at: datetime
    is_mine: bool


def new_owner() -> str:
    """A secret for the cookie of a browser."""
    return secrets.token_urlsafe(24)


def save_view(
    store: Store,
    owner: str,
    name: str,
    search: str,
    *,
    is_shared: bool = False,
    figure: str = "received",
    alert_above: float | None = None,
) -> SavedView:
    """Raises ViewProblem."""
    row = _checked(
        {
            "name": name,
            "search": search.lstrip("?"),
            "is_shared": is_shared,
            "figure": figure,
            "alert_above": alert_above,
        }
    )
    slug, owned_by = secrets.token_urlsafe(12), _hashed(owner)
    with write(store.engine) as connection:
        known = connection.scalar(
            select(func.count()).select_from(saved_views).where(saved_views.c.owner == owned_by)
        )
        if (known or 0) >= MOST_VIEWS:
            raise ViewProblem(f"there are {MOST_VIEWS} views already; delete one first")
        made = {"slug": slug, "owner": owned_by, "created_at": now(), "changed_at": now()}
        connection.execute(insert(saved_views).values(row | made))
    return find_view(store, slug, owner)


def list_views(store: Store, owner: str | None) -> tuple[SavedView, ...]:
    """The owner's, then those that others share; by name."""
    mine = saved_views.c.owner == _hashed(owner)
    query = select(saved_views).where(or_(mine, saved_views.c.is_shared))
    with read(store.engine) as connection:
        found = [_view(row, owner) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda view: (not view.is_mine, view.name.casefold(), view.id)))


def find_view(store: Store, slug: str, owner: str | None = None) -> SavedView:
    """Raises ViewProblem where there is none."""
    row = None
    if _SLUG.fullmatch(slug):
        with read(store.engine) as connection:
            row = connection.execute(
                select(saved_views).where(saved_views.c.slug == slug)
            ).one_or_none()
    if row is None:
        raise ViewProblem(f"there is no saved view {slug[:40]!r}; it may have been deleted")
    return _view(row, owner)


def change_view(store: Store, owner: str | None, slug: str, **changes: Any) -> SavedView:
    """Change name, search, is_shared, figure or alert_above. Raises NotYours or ViewProblem."""
    view = _own(store, owner, slug)
    with write(store.engine) as connection:
        connection.execute(
            update(saved_views)
            .where(saved_views.c.id == view.id)
            .values(**_checked(changes), changed_at=now())
        )
        if {"figure", "alert_above"} & changes.keys():  # another limit is another question
            connection.execute(delete(view_alerts).where(view_alerts.c.view_id == view.id))
    return find_view(store, slug, owner)


def delete_view(store: Store, owner: str | None, slug: str) -> None:
    """Raises NotYours or ViewProblem."""
    view = _own(store, owner, slug)
    with write(store.engine) as connection:
        connection.execute(delete(view_alerts).where(view_alerts.c.view_id == view.id))
        connection.execute(delete(saved_views).where(saved_views.c.id == view.id))


def raise_alert(store: Store, view: SavedView, day: date, value: float) -> bool:
    """Note that the figure passed its limit; False where that day has its alert."""
    with write(store.engine) as connection:
        of_day = (view_alerts.c.view_id == view.id, view_alerts.c.day == day)
        if connection.scalar(select(view_alerts.c.day).where(*of_day)):
            return False
        if not connection.scalar(select(saved_views.c.id).where(saved_views.c.id == view.id)):
            return False
        row = {"view_id": view.id, "day": day, "value": value, "raised_at": now()}
        connection.execute(insert(view_alerts).values(row))
        return True


def latest_alerts(store: Store, views: tuple[SavedView, ...]) -> dict[int, Alert]:
    """The newest alert of each view that has one, by the view's id."""
    query = (
        select(view_alerts)
        .where(view_alerts.c.view_id.in_([view.id for view in views]))
        .order_by(view_alerts.c.day)
    )
    with read(store.engine) as connection:
        return {
            row.view_id: Alert(row.day, row.value, row.raised_at, row.seen_at)
            for row in connection.execute(query)
        }


def is_unseen(alert: Alert | None) -> bool:
    return alert is not None and alert.seen_at is None


def see_alerts(store: Store, owner: str | None, slug: str) -> None:
    """The owner has read them. Raises NotYours or ViewProblem."""
    view = _own(store, owner, slug)
    with write(store.engine) as connection:
        connection.execute(
            update(view_alerts)
            .where(view_alerts.c.view_id == view.id, view_alerts.c.seen_at.is_(None))
            .values(seen_at=now())
        )


def watched_views(store: Store) -> tuple[SavedView, ...]:
    """All that have a limit, whoever keeps them."""
    query = select(saved_views).where(saved_views.c.alert_above.is_not(None))
    with read(store.engine) as connection:
        return tuple(_view(row, None) for row in connection.execute(query))


def _own(store: Store, owner: str | None, slug: str) -> SavedView:
    view = find_view(store, slug, owner)
    if not view.is_mine:
        raise NotYours(f"{view.name!r} belongs to another browser; save it under a name of yours")
    return view


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if "name" in found:
        name = found["name"] = " ".join(str(found["name"]).split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise ViewProblem(f"name is needed, of at most {LONGEST_NAME} characters")
        if not is_writable(name):
            raise ViewProblem("name holds control characters or half a character; write it anew")
    if "search" in found:
        _check_search(found["search"])
    if "figure" in found and found["figure"] not in FIGURES:
        raise ViewProblem(f"figure {found['figure']!r} is not one of {', '.join(FIGURES)}")
    limit = found.get("alert_above")
    if limit is not None and not 0 <= limit < 1e9:
        raise ViewProblem(f"alert_above {limit!r} is not a number from 0 to 1,000,000,000")
    return found


def _check_search(search: str) -> None:
    if len(search) > LONGEST_SEARCH:
        raise ViewProblem(f"search is longer than {LONGEST_SEARCH} characters; draw a simpler area")
    if set(search) & set("\t\n\r") or not is_writable(search):  # it becomes a header
        raise ViewProblem("search holds line ends or control characters; copy the map's address")


def _hashed(owner: str | None) -> str:
    return hashlib.sha256(owner.encode()).hexdigest() if owner else ""


def _view(row: Row[Any], owner: str | None) -> SavedView:
    return SavedView(
        id=row.id,
        slug=row.slug,
        name=row.name,
        search=row.search,
        is_shared=row.is_shared,
        figure=row.figure,
        alert_above=row.alert_above,
        created_at=row.created_at,
        changed_at=row.changed_at,
        is_mine=bool(owner) and row.owner == _hashed(owner),
    )
