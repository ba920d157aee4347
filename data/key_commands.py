"""`flask keys`: create, list and revoke the API keys of the clients."""

import click
from flask import Flask
from flask.cli import AppGroup

from data.keys import PER_MINUTE, REPORTING, SCOPES, KeyProblem, create_key, list_keys, revoke_key
from data.store import current_store


def init_app(app: Flask) -> None:
    group = AppGroup("keys", help="API keys of the clients that report complaints.")

    @group.command("create")
    @click.argument("name")
    @click.option("--channel", "channel_code", required=True, help="Code of the key's channel.")
    @click.option(
        "--scope",
        "scopes",
        multiple=True,
        default=REPORTING,
        show_default=True,
        help=f"Of {', '.join(SCOPES)}; several times for several.",
    )
    @click.option("--per-minute", default=PER_MINUTE, show_default=True, help="Its rate limit.")
    def create(name: str, channel_code: str, scopes: tuple[str, ...], per_minute: int) -> None:
        """Create a key and show it, this once."""
        try:
            click.echo(
                create_key(
                    current_store(), name, channel_code, scopes=scopes, per_minute=per_minute
                )
            )
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
        """Show every key's name, channel, scopes, limit and dates; never the key."""
        for key in list_keys(current_store()):
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in use"
            rights = f"{','.join(key.scopes)}\t{key.per_minute}/min"
            click.echo(
                f"{key.name}\t{key.channel_code}\t{rights}\t{key.created_at:%Y-%m-%d}\t{state}"
            )

    app.cli.add_command(group)
