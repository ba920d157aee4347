"""`flask views`: look whether saved views passed their limits, from a scheduler."""

import click
from flask import Flask
from flask.cli import AppGroup

from data.store import current_store
from queries.saved_views import raise_alerts


def init_app(app: Flask) -> None:
    group = AppGroup("views", help="Views that people saved.")

    @group.command("check")
    def check() -> None:
        """Print the views that passed their limit today for the first time; exit code 1 if any.

        For a scheduler every few minutes; one that mails what a command prints mails the alerts.
        """
        raised = raise_alerts(current_store())
        for view, value in raised:
            click.echo(f"{view.name}: {view.figure} {value} > {view.alert_above:g}  /v/{view.slug}")
        if raised:
            raise SystemExit(1)

    app.cli.add_command(group)
