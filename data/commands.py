"""`flask city`: the database of a city."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from data.city import PackError, init_city, read_pack
from data.settings import Settings
from data.store import current_store

city = AppGroup("city", help="The database of PANTAU_CITY.")


def init_app(app: Flask) -> None:
    app.cli.add_command(city)


@city.command("init")
def init() -> None:
    """Create or refresh the database of the city pack; safe to repeat."""
    settings: Settings = current_app.config["PANTAU"]
    store = current_store()
    try:
        init_city(store.engine, read_pack(settings.city))
    except PackError as error:
        raise click.ClickException(str(error)) from None
    store.forget()
    reference = store.reference()
    click.echo(
        f"{reference.city.name}: {len(reference.at_level(reference.leaf_level))} districts, "
        f"{len(reference.services)} services, {len(reference.units)} units, "
        f"boundaries: {reference.city.boundaries}"
    )
