"""`flask demo`: fill a city with a believable past, and keep it alive."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import numpy as np
from flask import Flask, current_app
from flask.cli import AppGroup

from data.city import read_setting
from data.database import read
from data.demo.character import Character, CharacterError, read_character
from data.demo.fill import AlreadyFilled, Plan, fill_city, unfinished_fill
from data.demo.key import KEY_VARIABLE, NoDemo, ensure_channel_keys
from data.demo.live import Live
from data.demo.mover import Mover
from data.demo.newcomers import Newcomers
from data.demo.officers import SEED_SETTING, add_officers
from data.demo.places import with_centers
from data.demo.streams import stream
from data.instants import from_epoch, now, to_epoch
from data.reference import CityMissing
from data.settings import Settings
from data.store import Store, current_store

_REPORTS_A_DAY = 508
_SPEED = 1.5

demo = AppGroup("demo", help="The demo city.")


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)


@demo.command("fill")
@click.option("--complaints", default=120_000, type=click.IntRange(min=1), show_default=True)
@click.option("--seed", default=1, type=click.IntRange(min=0), show_default=True)
@click.option("--end", metavar="INSTANT", help="ISO 8601; the city's time where no offset. [now]")
@click.option("--months", default=18.0, type=click.FloatRange(0.1, 240), show_default=True)
@click.option("--among-others", is_flag=True, help="Add to a city that has complaints already.")
def fill(complaints: int, seed: int, end: str | None, months: float, among_others: bool) -> None:
    """Make complaints and all that happened to them, up to the end instant.

    The same seed and end give the same city. A fill that was interrupted is completed as it began.
    """
    store = current_store()
    try:
        character = _character(store)
        plan = unfinished_fill(store)
        if plan is None:
            plan = Plan(complaints, seed, to_epoch(_instant(store, end)), months)
        else:
            click.echo(f"Going on with the fill of seed {plan.seed} that was interrupted")
        with click.progressbar(
            length=plan.complaints, label=f"Filling {store.reference().city.name}", show_pos=True
        ) as bar:
            filled = fill_city(
                store,
                character,
                complaints=plan.complaints,
                seed=plan.seed,
                end=from_epoch(plan.end),
                months=plan.months,
                among_others=among_others,
                on_batch=bar.update,
            )
    except (AlreadyFilled, CharacterError, CityMissing) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{filled.complaints:,} complaints stored, {filled.skipped:,} were there already")
    if filled.refused:
        raise click.ClickException(f"{len(filled.refused):,} were refused: {filled.refused[0]}")


@demo.command("officers")
def officers_command() -> None:
    """Give a demo city that has no officers some that are invented."""
    store = current_store()
    try:
        added = add_officers(store, _character(store))
    except (NoDemo, CharacterError, CityMissing) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{added:,} terms of invented officers stored")


@demo.command("live")
@click.option("--url", default="http://127.0.0.1:8050", show_default=True, help="The server.")
@click.option("--rate", type=click.FloatRange(min=0.1), help="New complaints an hour.")
@click.option(
    "--speed",
    default=_SPEED,
    type=click.FloatRange(min=0.01),
    show_default=True,
    help=f"Without --rate: times {_REPORTS_A_DAY} complaints a day.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Repeatable draws, for tests.")
@click.option("--verbose", is_flag=True, help="Say every step, not only what is wrong.")
def live(url: str, rate: float | None, speed: float, seed: int | None, verbose: bool) -> None:
    """Report new complaints over HTTP and move old ones on, until stopped.

    Takes the API key from PANTAU_DEMO_KEY, else the demo's own for each channel.
    """
    store = current_store()
    settings: Settings = current_app.config["PANTAU"]
    try:
        character = _character(store)
        draw_key = _key_drawer(store, Path(settings.var), character, seed)
    except (NoDemo, CharacterError, CityMissing) as error:
        raise click.ClickException(str(error)) from None
    with read(store.engine) as connection:
        places_seed = int(read_setting(connection, SEED_SETTING) or 1)
        reference = with_centers(connection, store.reference())
    newcomers = Newcomers(reference, store.locator(), character, places_seed)
    Live(
        store,
        newcomers,
        Mover(store, character, newcomers),
        url=url,
        draw_key=draw_key,
        per_hour=rate or _REPORTS_A_DAY / 24 * speed,
        seed=seed,
        tell=click.echo if verbose else lambda _line: None,
        warn=lambda line: click.echo(f"demo: {line}", err=True),
    ).run()


def _key_drawer(
    store: Store, folder: Path, character: Character, seed: int | None
) -> Callable[[], str]:
    """Draws the key for one complaint, so that every channel has its share. Raises NoDemo."""
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return lambda: given
    keys = ensure_channel_keys(store, folder)
    shares = {store.reference().channels[i].code: s for i, s in character.channels.items()}
    codes = list(keys)
    weights = np.asarray([shares[code] for code in codes])
    dice = stream(seed, "channels") if seed is not None else np.random.default_rng()
    return lambda: keys[codes[int(dice.choice(len(codes), p=weights / weights.sum()))]]


def _character(store: Store) -> Character:
    settings: Settings = current_app.config["PANTAU"]
    return read_character(settings.city, store.reference())


def _instant(store: Store, text: str | None) -> datetime:
    if text is None:
        return now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not an instant; use e.g. 2026-11-01T00:00:00+07:00", param_hint="--end"
        ) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=store.reference().city.time_zone)
    return instant
