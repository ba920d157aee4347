"""What is kept of a remote layer beside its features: where it comes from, and how that went."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from data.database import read, write
from data.instants import from_epoch, now, to_epoch
from data.layers.catalogue import Layer
from data.layers.model import Choice, LayerError
from data.layers.tables import layers
from data.sentence import Sentence, say, written
from data.store import Store

STALE_AFTER = 3  # turns without success
_GRACE_SECONDS = 60  # which a turn may take
CLAIM_SECONDS = 900  # longer than any fetch and reading take; after it another process may try
SHORTEST_SECONDS = 60
LONGEST_SECONDS = 31 * 86_400
_WAIT_UNTIL = "wait_until"  # among the validators: epoch seconds before which not to ask


@dataclass(frozen=True)
class Remote:
    """A remote layer. `validators` are what the source gave to ask whether it changed."""

    layer_id: int
    code: str
    url: str
    every_seconds: int
    choice: Choice
    validators: Mapping[str, str]
    tried_at: datetime | None
    succeeded_at: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """When to ask again; None: at once."""
        if self.tried_at is None:
            return None
        due = self.tried_at + timedelta(seconds=self.every_seconds)
        wait = self.validators.get(_WAIT_UNTIL)
        return due if wait is None else max(due, from_epoch(int(wait)))

    def is_due(self, at: datetime) -> bool:
        return self.due_at is None or self.due_at <= at


def remote_columns(url: str, every_seconds: int, choice: Choice) -> dict[str, Any]:
    """Columns of `layers` for one that is to be fetched. Raises LayerError."""
    if not SHORTEST_SECONDS <= every_seconds <= LONGEST_SECONDS:
        raise LayerError(
            "a layer cannot be fetched every {n} seconds; from "
            "{shortest} seconds to {days} days are possible",
            n=every_seconds,
            shortest=SHORTEST_SECONDS,
            days=LONGEST_SECONDS // 86_400,
        )
    chosen = {name: value for name, value in asdict(choice).items() if value is not None}
    return {"url": url, "every_seconds": every_seconds, "choice": chosen}


def list_remotes(store: Store) -> tuple[Remote, ...]:
    """Remote layers in force, those first that were not tried for longest."""
    query = (
        select(layers)
        .where(layers.c.url.is_not(None), layers.c.removed_at.is_(None))
        .where(layers.c.version_id.is_not(None))
        .order_by(layers.c.tried_at.is_not(None), layers.c.tried_at, layers.c.code)
    )
    with read(store.engine) as connection:
        return tuple(_remote(row) for row in connection.execute(query))


def find_remote(store: Store, code: str) -> Remote:
    """Raises LayerError."""
    remotes = {remote.code: remote for remote in list_remotes(store)}
    if code not in remotes:
        there = ", ".join(sorted(remotes)[:12]) or say("none")
        raise LayerError(
            "{code!r} is no remote layer; those that are: {names}", code=code[:80], names=there
        )
    return remotes[code]


def claim(store: Store, remote: Remote) -> datetime | None:
    """Until when this process alone may fetch the layer; None while another one does.

    Also None when another has tried it since `remote` was read: what was due is done.
    """
    at = now()
    until = at + timedelta(seconds=CLAIM_SECONDS)
    unchanged = (
        layers.c.tried_at.is_(None)
        if remote.tried_at is None
        else layers.c.tried_at == remote.tried_at
    )
    with write(store.engine) as connection:
        taken = connection.execute(
            update(layers)
            .where(layers.c.id == remote.layer_id, layers.c.removed_at.is_(None), unchanged)
            .where(or_(layers.c.claimed_until.is_(None), layers.c.claimed_until <= at))
            .values(claimed_until=until)
        )
        return until if taken.rowcount else None


def still_claimed(store: Store, remote: Remote, until: datetime) -> bool:
    query = select(layers.c.claimed_until, layers.c.removed_at, layers.c.url)
    with read(store.engine) as connection:
        row = connection.execute(query.where(layers.c.id == remote.layer_id)).one()
    return row.claimed_until == until and row.removed_at is None and row.url == remote.url


def succeeded(store: Store, remote: Remote, until: datetime, validators: Mapping[str, str]) -> None:
    at = now()
    _finish(
        store,
        remote,
        until,
        {"tried_at": at, "succeeded_at": at, "last_error": None, "validators": dict(validators)},
    )


def failed(
    store: Store,
    remote: Remote,
    until: datetime,
    reason: Sentence,
    *,
    wait_seconds: int | None = None,
) -> None:
    """The last good data stay, and so does what its source gave with it."""
    at = now()
    validators = {k: v for k, v in remote.validators.items() if k != _WAIT_UNTIL}
    if wait_seconds:
        validators[_WAIT_UNTIL] = str(to_epoch(at) + wait_seconds)
    _finish(
        store,
        remote,
        until,
        {"tried_at": at, "last_error": written(reason), "validators": validators},
    )


def _finish(store: Store, remote: Remote, until: datetime, values: dict[str, Any]) -> None:
    with write(store.engine) as connection:
        connection.execute(
            update(layers)
            # A claim that ran out is another's by now, and a changed address was never asked.
            .where(layers.c.id == remote.layer_id, layers.c.claimed_until == until)
            .where(layers.c.url == remote.url)
            .values(claimed_until=None, **values)
        )


def change_remote(store: Store, code: str, url: str, every_seconds: int, choice: Choice) -> None:
    """Fetch the layer from here from now on, at once for the first time. Raises LayerError."""
    remote = find_remote(store, code)
    with write(store.engine) as connection:
        connection.execute(
            update(layers)
            .where(layers.c.id == remote.layer_id)
            .values(
                **remote_columns(url, every_seconds, choice),
                validators=None,
                tried_at=None,
                claimed_until=None,
                last_error=None,
            )
        )


def _remote(row: Any) -> Remote:
    return Remote(
        layer_id=row.id,
        code=row.code,
        url=row.url,
        every_seconds=row.every_seconds,
        choice=Choice(**(row.choice or {})),
        validators=row.validators or {},
        tried_at=row.tried_at,
        succeeded_at=row.succeeded_at,
    )


def is_stale(layer: Layer, at: datetime) -> bool:
    """Whether a remote layer has missed STALE_AFTER turns; False for any other layer."""
    if layer.url is None or layer.every_seconds is None:
        return False
    since = layer.succeeded_at or layer.created_at
    return (at - since).total_seconds() > STALE_AFTER * layer.every_seconds + _GRACE_SECONDS
