"""`flask follow`: all that goes on by itself beside the server, in one small process."""

import threading
from datetime import datetime

import click
from flask import Flask

from data.layers.commands import in_one_sentence
from data.layers.remote_commands import default_server, follow_layers, stop_when_ended
from data.store import current_store
from reports.evaluation_commands import evaluation
from reports.evaluation_follow import Drafter
from reports.kpi_brief_commands import brief_hour, brief_keeper


def init_app(app: Flask) -> None:
    app.cli.add_command(follow_command)


@click.command("follow")
@click.option("--pack", is_flag=True, help="First bring in the layers that the city pack has.")
@click.option("--verbose", is_flag=True, help="Say every fetch, not only what is wrong.")
@click.option("--server", default=default_server, help="Where Pantau itself runs.")
@brief_hour
@in_one_sentence
def follow_command(pack: bool, verbose: bool, server: str, at: datetime) -> None:
    """Keep remote layers up to date, write each day's KPI brief, and draft the evaluation of
    each month that ends."""
    stop = stop_when_ended()
    drafter, keeper = Drafter(current_store(), tell=_tell), brief_keeper(at)
    threads = [
        threading.Thread(target=run, args=(stop,), name=name, daemon=True)
        for name, run in (("drafter", drafter.run), ("briefs", keeper.run))
    ]
    for thread in threads:
        thread.start()
    follow_layers(stop, pack=pack, verbose=verbose, server=server)
    for thread in threads:
        thread.join(timeout=5)


@evaluation.command("follow")
@in_one_sentence
def evaluation_follow_command() -> None:
    """Draft the evaluation of each month that ends, until stopped; `flask follow` does so, too."""
    Drafter(current_store(), tell=_tell).run(stop_when_ended())


def _tell(line: str) -> None:
    click.echo(f"evaluation: {line}", err=True)
