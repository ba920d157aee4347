"""What stops any command of `flask`: a setting that is wrong, a database that is away or empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import click
from flask import Flask

from data.database import AWAY, DatabaseError
from data.reference import CityMissing
from data.settings import SettingError


@contextmanager
def wrong_settings_told() -> Iterator[None]:
    """Whoever runs a command reads the sentence about a setting; a server's log has the rest."""
    try:
        yield
    except (SettingError, DatabaseError) as error:
        if click.get_current_context(silent=True) is None:
            raise
        raise click.ClickException(str(error)) from error


def init_app(app: Flask) -> None:
    """After all commands were added, which other applications share."""
    for name, command in list(app.cli.commands.items()):
        app.cli.commands[name] = _telling(command)


def _telling(command: click.Command) -> click.Command:
    def invoke(context: click.Context) -> Any:
        try:
            return command.invoke(context)
        except CityMissing as error:
            raise click.ClickException(str(error)) from error
        except AWAY as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise click.ClickException(
                f"the database does not answer ({reason}); look whether it runs, and whether "
                "`flask city init` has made its tables"
            ) from error

    told = copy(command)
    setattr(told, "invoke", invoke)  # noqa: B010, for a type checker takes no method's place
    return told
