"""`flask photos`: the folder of photos."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from data.photos import photo_folder, sweep
from data.store import current_store


def init_app(app: Flask) -> None:
    group = AppGroup("photos", help="Photos that came with complaints.")

    @group.command("sweep")
    def sweep_unused() -> None:
        """Remove photos that no complaint has used for a day; safe while people report."""
        swept = sweep(current_store(), photo_folder(current_app.config["PANTAU"]))
        click.echo(f"removed {swept.files} files and {swept.rows} entries")

    app.cli.add_command(group)
