"""`flask photos`: the folder of photos."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from data.photo_removal import NoSuchPhoto, delete_photo
from data.photos import photo_folder, sweep
from data.store import current_store


def init_app(app: Flask) -> None:
    group = AppGroup("photos", help="Photos that came with complaints.")

    @group.command("sweep")
    def sweep_unused() -> None:
        """Remove photos that no complaint has used for a day; safe while people report."""
        swept = sweep(current_store(), photo_folder(current_app.config["PANTAU"]))
        click.echo(f"removed {swept.files} files and {swept.rows} entries")

    @group.command("delete")
    @click.argument("name")
    def delete(name: str) -> None:
        """Take one photo from every complaint and from the disk; NAME may be its address."""
        try:
            removed = delete_photo(
                current_store(), photo_folder(current_app.config["PANTAU"]), name
            )
        except NoSuchPhoto as problem:
            raise click.ClickException(str(problem)) from None
        numbers = ", ".join(removed.service_request_ids) or "none"
        click.echo(f"removed; the complaints that showed it: {numbers}")

    app.cli.add_command(group)
