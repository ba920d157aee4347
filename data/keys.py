"""API keys: each belongs to a channel, is shown once and kept as its SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import Select, func, insert, select, update

from data.database import read, write
from data.instants import now
from data.schema import api_keys, channels
from data.store import Store, current_store


class KeyProblem(ValueError):
    """A key that cannot be created or revoked."""


@dataclass(frozen=True)
class ApiKey:
    """A key as far as it may be known afterwards."""

    id: int
    name: str
    channel_code: str
    created_at: datetime
    revoked_at: datetime | None


def create_key(store: Store, name: str, channel_code: str) -> str:
    """The new key, in plain: it cannot be read again. Raises KeyProblem."""
    channel = store.reference().channel_by_code.get(channel_code)
    if channel is None:
        known = ", ".join(sorted(store.reference().channel_by_code))
        raise KeyProblem(f"channel {channel_code!r} is not one of {known}")
    plain = f"pantau_{secrets.token_urlsafe(24)}"
    with write(store.engine) as connection:
        if connection.scalar(
            select(api_keys.c.id).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        ):
            raise KeyProblem(f"a key named {name!r} is in use; choose another name or revoke it")
        connection.execute(
            insert(api_keys).values(
                id=(connection.scalar(select(func.max(api_keys.c.id))) or 0) + 1,
                key_hash=_digest(plain),
                name=name,
                channel_id=channel.id,
                created_at=now(),
            )
        )
    return plain


def find_key(store: Store, plain: str) -> ApiKey | None:
    """The key in force that this is, if any."""
    with read(store.engine) as connection:
        row = connection.execute(
            _query().where(api_keys.c.key_hash == _digest(plain), api_keys.c.revoked_at.is_(None))
        ).first()
    return None if row is None else ApiKey(*row)


def list_keys(store: Store) -> list[ApiKey]:
    """All keys ever created, oldest first."""
    with read(store.engine) as connection:
        return [ApiKey(*row) for row in connection.execute(_query().order_by(api_keys.c.id))]


def revoke_key(store: Store, name: str) -> None:
    """From now on the key of this name opens nothing. Raises KeyProblem."""
    with write(store.engine) as connection:
        revoked = connection.execute(
            update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=now())
        )
        if not revoked.rowcount:
            raise KeyProblem(f"no key in use is named {name!r}; see `flask keys list`")


def _query() -> Select[Any]:
    return select(
        api_keys.c.id,
        api_keys.c.name,
        channels.c.code,
        api_keys.c.created_at,
        api_keys.c.revoked_at,
    ).join(channels, channels.c.id == api_keys.c.channel_id)


def _digest(plain: str) -> str:
    # The keys are 192 random bits, so that a plain hash is as safe as a slow one.
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def init_app(app: Flask) -> None:
    group = AppGroup("keys", help="API keys of the clients that report complaints.")

    @group.command("create")
    @click.argument("name")
    @click.option("--channel", "channel_code", required=True, help="Code of the key's channel.")
    def create(name: str, channel_code: str) -> None:
        """Create a key and show it, this once."""
        try:
            click.echo(create_key(current_store(), name, channel_code))
        except KeyProblem as problem:
            raise click.ClickException(str(problem)) from None

    @group.command("revoke")
    @click.argument("name")
    def revoke(name: str) -> None:
        """Make a key useless, at once."""
        try:
            revoke_key(current_store(), name)
        except KeyProblem as problem:
            raise click.ClickException(str(problem)) from None
        click.echo(f"{name} is revoked")

    @group.command("list")
    def list_all() -> None:
        """Show every key's name, channel and dates; never the key."""
        for key in list_keys(current_store()):
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in use"
            click.echo(f"{key.name}\t{key.channel_code}\t{key.created_at:%Y-%m-%d}\t{state}")

    app.cli.add_command(group)
