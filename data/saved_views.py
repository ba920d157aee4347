"""Views that people keep: a name for an address of the map, private or shared.

There is no sign-in yet: an owner is a secret that one browser keeps in a cookie. Whoever has a
view's link may open it, for the link is as hard to guess as the secret.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data import saved_view_room as room
from data.database import read, write
from data.i18n import format_number
from data.i18n import gettext as _
from data.instants import now
from data.saved_view_checks import ViewProblem, checked
from data.saved_view_tables import saved_views, view_alerts
from data.store import Store

MOST_SHARED = 100  # by others, in one list
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,32}")
_A_DAY = timedelta(days=1)


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
    used_at: datetime  # changed, opened, or its owner came by; to the day
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
    row = checked(
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
        _check_room(connection, owned_by)
        made = {"slug": slug, "owner": owned_by, "created_at": now(), "used_at": now()}
        connection.execute(insert(saved_views).values(row | made))
    return find_view(store, slug, owner)


def list_views(store: Store, owner: str | None) -> tuple[SavedView, ...]:
    """The owner's, then the MOST_SHARED used last of those that others share; by name."""
    columns, own = saved_views.c, _hashed(owner)
    mine = select(saved_views).where(columns.owner == own)
    shared = select(saved_views).where(columns.owner != own, columns.is_shared)
    latest = shared.order_by(columns.used_at.desc(), columns.id.desc()).limit(MOST_SHARED)
    with read(store.engine) as connection:
        rows = [*connection.execute(mine), *connection.execute(latest)]
    found = [_view(row, owner) for row in rows]
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
            .values(**checked(changes), used_at=now())
        )
        if any(  # another limit is another question
            getattr(view, name) != changes[name]
            for name in {"figure", "alert_above"} & set(changes)
        ):
            connection.execute(delete(view_alerts).where(view_alerts.c.view_id == view.id))
    return find_view(store, slug, owner)


def delete_view(store: Store, owner: str | None, slug: str) -> None:
    """Raises NotYours or ViewProblem."""
    view = _own(store, owner, slug)
    with write(store.engine) as connection:
        connection.execute(delete(view_alerts).where(view_alerts.c.view_id == view.id))
        connection.execute(delete(saved_views).where(saved_views.c.id == view.id))


def note_use(store: Store, views: Iterable[SavedView]) -> None:
    """Somebody opens them, or their owner comes by: others go first for want of room."""
    before = now() - _A_DAY  # one write a day is enough
    ids = [view.id for view in views if view.used_at < before]
    if not ids:
        return
    with write(store.engine) as connection:
        connection.execute(
            update(saved_views).where(saved_views.c.id.in_(ids)).values(used_at=now())
        )


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
        raise NotYours(
            _("{name} belongs to another browser; save it under a name of yours").format(
                name=repr(view.name)
            )
        )
    return view


def _check_room(connection: Connection, owned_by: str) -> None:
    if room.views_of(connection, owned_by) >= room.MOST_VIEWS:
        raise ViewProblem(
            _("you have {n} views already; delete one first").format(n=room.MOST_VIEWS)
        )
    if room.views_kept(connection) >= room.MOST_OF_ALL:
        raise ViewProblem(
            _(
                "all {n} places for saved views are in use; delete one of yours, or try again "
                "in a week"
            ).format(n=format_number(room.MOST_OF_ALL))
        )


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
        used_at=row.used_at,
        is_mine=bool(owner) and row.owner == _hashed(owner),
    )
