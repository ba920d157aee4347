"""Room for saved views: whoever has no cookie may save one, so somebody could without end."""

from datetime import timedelta

from sqlalchemy import Connection, and_, delete, func, or_, select

from data.instants import now
from data.saved_view_tables import saved_views, view_alerts

MOST_VIEWS = 200  # of one owner
MOST_OF_ALL = 20_000
_UNUSED = timedelta(days=90)
_NEVER_CAME_BACK = timedelta(days=7)  # since it was made, and nobody used it after that


def views_kept(connection: Connection) -> int:
    """How many there are, after some that nobody uses went where they are nearly too many.

    From nine tenths of MOST_OF_ALL on, up to a tenth goes, first what was used longest ago.
    """
    total = _count(connection)
    if total < MOST_OF_ALL * 9 // 10:
        return total
    columns = saved_views.c
    is_unused = or_(
        columns.used_at < now() - _UNUSED,
        and_(
            columns.created_at < now() - _NEVER_CAME_BACK,
            columns.used_at == columns.created_at,
        ),
    )
    unused = select(columns.id).where(is_unused).order_by(columns.used_at, columns.id)
    ids = connection.scalars(unused.limit(max(MOST_OF_ALL // 10, 1))).all()
    connection.execute(delete(view_alerts).where(view_alerts.c.view_id.in_(ids)))
    connection.execute(delete(saved_views).where(columns.id.in_(ids)))
    return total - len(ids)


def views_of(connection: Connection, owned_by: str) -> int:
    """How many of that owner, by the owner's hash."""
    of_owner = select(func.count()).select_from(saved_views).where(saved_views.c.owner == owned_by)
    return connection.scalar(of_owner) or 0


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(saved_views)) or 0
