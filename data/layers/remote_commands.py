"""`flask layers refresh`, `follow` and `pack`: layers that come by themselves."""

import os
import signal
import threading
from types import FrameType

import click
from flask import Flask, current_app

from data.layers.commands import in_one_sentence, layers, sources_of
from data.layers.follow import Follower, refresh_due
from data.layers.model import LayerError
from data.layers.pack import load_pack_layers
from data.layers.remote import Outcome, refresh
from data.layers.remote_state import list_remotes
from data.reference import CityMissing
from data.store import current_store

_WORDS = {"new": "changed", "same": "as before", "failed": "FAILED", "busy": "left alone"}


def init_app(app: Flask) -> None:
    if layers.name not in app.cli.commands:
        app.cli.add_command(layers)


def default_server() -> str:
    """Where a server started on this machine answers, unless told otherwise."""
    return f"http://127.0.0.1:{os.environ.get('PORT') or 8050}"


_server = click.option(
    "--server", default=default_server, help="Where Pantau itself runs, for the demo's feeds."
)


@layers.command("refresh")
@click.argument("codes", nargs=-1, metavar="[CODE…]")
@click.option("--all", "everything", is_flag=True, help="Also those that are not due.")
@_server
@in_one_sentence
def refresh_command(codes: tuple[str, ...], everything: bool, server: str) -> None:
    """Fetch the remote layers that are due, or those named."""
    store, sources = current_store(), sources_of(server)
    if everything:
        codes = tuple(remote.code for remote in list_remotes(store))
    if codes or everything:
        outcomes = [refresh(store, code, sources) for code in codes]
    else:
        outcomes = refresh_due(store, sources)
    for outcome in outcomes:
        click.echo(_line(outcome))
    if any(outcome.kind == "failed" for outcome in outcomes):
        raise SystemExit(1)


@layers.command("follow")
@click.option("--pack", is_flag=True, help="First bring in what the city pack has.")
@click.option("--verbose", is_flag=True, help="Say every fetch, not only what is wrong.")
@_server
@in_one_sentence
def follow_command(pack: bool, verbose: bool, server: str) -> None:
    """Keep remote layers up to date until stopped; several processes may do so."""
    follow_layers(stop_when_ended(), pack=pack, verbose=verbose, server=server)


def stop_when_ended() -> threading.Event:
    """Set when this process is asked to end."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop


def follow_layers(stop: threading.Event, *, pack: bool, verbose: bool, server: str) -> None:
    """Fetch what is due until `stop` is set."""
    if pack:
        try:
            _load_pack(quiet=not verbose, stop=stop)
        except (LayerError, CityMissing) as error:  # the layers that are there are followed still
            _warn(str(error))

    def tell(outcome: Outcome) -> None:
        if verbose or outcome.kind == "failed":
            click.echo(f"layers: {_line(outcome)}", err=outcome.kind == "failed")

    Follower(current_store(), sources_of(server), tell=tell, warn=_warn).run(stop)


@layers.command("pack")
@click.option("--quiet", is_flag=True, help="Say only what is wrong.")
@in_one_sentence
def pack_command(quiet: bool) -> None:
    """Bring in the layers of the city pack; safe to repeat, leaves what people changed alone."""
    found, failed = _load_pack(quiet=quiet, stop=threading.Event())
    if not found and not quiet:
        click.echo("nothing new")
    if failed:
        raise SystemExit(1)


def _load_pack(*, quiet: bool, stop: threading.Event) -> tuple[int, int]:
    """How many layers were new, and how many could not be brought in."""
    found = failed = 0
    for code, error in load_pack_layers(current_store(), current_app.config["PANTAU"].city):
        found += 1
        if error is not None:
            failed += 1
            _warn(f"{code}: {error}")
        elif not quiet:
            click.echo(code)
        if stop.is_set():
            break
    return found, failed


def _line(outcome: Outcome) -> str:
    return f"{outcome.code}\t{_WORDS[outcome.kind]}\t{outcome.message or ''}".rstrip()


def _warn(line: str) -> None:
    click.echo(f"layers: {line}", err=True)
