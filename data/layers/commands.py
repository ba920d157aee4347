"""`flask layers`: the catalogue of layers, from files and addresses."""

import functools
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from data.instants import now
from data.layers import catalogue
from data.layers.addresses import Sources, check_url
from data.layers.command_words import list_lines, show_lines, version_lines
from data.layers.download import download
from data.layers.model import About, Choice, FeatureTable, LayerError
from data.layers.reading import city_frame, read_source
from data.layers.remote import add_remote
from data.reference import CityMissing
from data.store import Store, current_store

layers = AppGroup("layers", help="City layers: other city data over the map.")


def init_app(app: Flask) -> None:
    app.cli.add_command(layers)


def in_one_sentence(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is wrong with a layer is said to the person who brought it, without a traceback."""

    @functools.wraps(command)
    def run(*given: Any, **options: Any) -> Any:
        try:
            return command(*given, **options)
        except (LayerError, CityMissing) as error:
            raise click.ClickException(str(error)) from error

    return run


def sources_of(server: str | None = None) -> Sources:
    """What may be asked, by the settings; `server` is where Pantau itself runs."""
    return Sources(current_app.config["PANTAU"].private_sources, server)


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for what a file does not say."""
    for name, help_text in reversed(
        (
            ("--layer", "Layer, sheet or member, where the file has several."),
            ("--crs", "Coordinate system, where the file does not say: EPSG:32748."),
            ("--latitude", "Column or path of the latitude (or northing)."),
            ("--longitude", "Column or path of the longitude (or easting)."),
            ("--wkt", "Column or path of shapes as well-known text."),
            ("--records", "JSON or XML: path or element of one record."),
            ("--axes", "yx where latitude or northing come first, against the rule."),
        )
    ):
        command = click.option(name, help=help_text)(command)
    return command


@layers.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE…|URL")
@click.option("--code", help="Its name in addresses: a-z, 0-9 and hyphens. [from the file's name]")
@click.option("--name", "names", multiple=True, metavar="[LANGUAGE=]TEXT", help="Repeatable.")
@click.option("--description", "descriptions", multiple=True, metavar="[LANGUAGE=]TEXT")
@click.option("--source", default="", help="Who made it.")
@click.option("--licence", default="", help="What one may do with it, such as CC0-1.0.")
@click.option("--owner", default="", help="Who answers for it here.")
@click.option("--approximate", is_flag=True, help="Not surveyed: people are told so.")
@click.option("--every", type=click.IntRange(1), metavar="MINUTES", help="Fetch the URL again.")
@_choosing
@in_one_sentence
def add_command(
    files: tuple[str, ...],
    code: str | None,
    names: tuple[str, ...],
    descriptions: tuple[str, ...],
    source: str,
    licence: str,
    owner: str,
    approximate: bool,
    every: int | None,
    **choice: str | None,
) -> None:
    """Publish a new layer from FILE (or the loose parts of one), or from a URL.

    A URL with --every becomes a remote layer: see `flask layers follow`.
    """
    store = current_store()
    code = catalogue.check_code(code or _code_of(files[0]))
    if any(layer.code == code for layer in catalogue.list_layers(store)):
        raise LayerError(
            "a layer {code!r} is there already; replace it, or choose another --code", code=code
        )
    about = About(
        names=_texts(store, names) or _texts(store, (_title_of(files[0]),)),
        descriptions=_texts(store, descriptions),
        source=source,
        licence=licence,
        owner=owner,
        is_approximate=approximate,
    )
    if every is not None:
        if len(files) != 1 or not _is_url(files[0]):
            raise LayerError("only a layer from one URL can be fetched --every some minutes")
        layer = add_remote(
            store,
            code,
            about,
            files[0],
            every_seconds=60 * every,
            choice=Choice(**choice),
            sources=sources_of(),
        )
    else:
        with _read(store, files, Choice(**choice)) as (table, file_name):
            layer = catalogue.publish(store, code, about, table, file_name=file_name)
    click.echo(code)
    _echo(version_lines(layer.version))


@layers.command("replace")
@click.argument("code")
@click.argument("files", nargs=-1, required=True, metavar="FILE…|URL")
@_choosing
@in_one_sentence
def replace_command(code: str, files: tuple[str, ...], **choice: str | None) -> None:
    """Put new features in force; the former version is kept."""
    store = current_store()
    before = catalogue.find_replaceable(store, code)
    with _read(store, files, Choice(**choice)) as (table, file_name):
        layer = catalogue.replace(store, code, table, file_name=file_name)
    if layer.version.id == before.version.id:
        click.echo("nothing is different; no new version")
    _echo(version_lines(layer.version))


@layers.command("list")
@click.option("--removed", is_flag=True, help="Those that were removed.")
@in_one_sentence
def list_command(removed: bool) -> None:
    """Show the layers: code, features, geometry, version, change, state of remote ones."""
    found = catalogue.list_layers(current_store(), removed=removed)
    _echo(list_lines(found, now()))
    if not found:
        click.echo("no layers", err=True)


@layers.command("show")
@click.argument("code")
@in_one_sentence
def show_command(code: str) -> None:
    """Show all that is known of a layer; the version in force has an asterisk."""
    store = current_store()
    layer = catalogue.find_layer(store, code)
    _echo(show_lines(layer, catalogue.list_versions(store, code), now()))


@layers.command("remove")
@click.argument("code")
@in_one_sentence
def remove_command(code: str) -> None:
    """Take a layer out of the catalogue; `flask layers restore CODE` undoes it."""
    catalogue.remove(current_store(), code)
    click.echo(f"{code} is removed; flask layers restore {code} brings it back")


@layers.command("restore")
@click.argument("code")
@click.option("--version", "number", type=click.IntRange(1), help="Put this version in force.")
@in_one_sentence
def restore_command(code: str, number: int | None) -> None:
    """Bring a removed layer back, or put a former version in force."""
    store = current_store()
    if number is None:
        layer = catalogue.bring_back(store, code)
    else:
        layer = catalogue.restore(store, code, number)
    _echo(version_lines(layer.version))


@contextmanager
def _read(store: Store, files: Sequence[str], choice: Choice) -> Iterator[tuple[FeatureTable, str]]:
    """The features of files or of one address, and the name of the first file."""
    with tempfile.TemporaryDirectory(prefix="pantau-layer-") as folder:
        if _is_url(files[0]):
            if len(files) > 1:
                raise LayerError("give one URL, or files, not several of them together")
            got = download(check_url(files[0]), Path(folder), sources=sources_of())
            assert got is not None  # nothing was there that could be unchanged
            paths = [got.path]
        else:
            paths = [Path(name) for name in files]
            for path in paths:
                if not path.is_file():
                    raise LayerError(
                        "{path} is no file; give the file itself, or its URL", path=path
                    )
        yield read_source(paths, choice, city=city_frame(store)), paths[0].name


def _is_url(text: str) -> bool:
    return "://" in text


def _stem(text: str) -> str:
    return Path(text.partition("?")[0] if _is_url(text) else text).name.partition(".")[0]


def _code_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _stem(text).lower())[:64].strip("-")


def _title_of(text: str) -> str:
    return _stem(text).replace("-", " ").replace("_", " ").strip().capitalize() or "Layer"


def _texts(store: Store, given: Sequence[str]) -> dict[str, str]:
    """{language: text} from 'en=Pumps' or 'Pumps', the latter in the city's first language."""
    languages = store.reference().city.languages
    texts = {}
    for entry in given:
        language, equals, text = entry.partition("=")
        if equals and re.fullmatch(r"[a-z]{2,3}", language):
            if language not in {*languages, "en"}:
                raise LayerError(
                    "{language!r} is no language of this city: {names}",
                    language=language,
                    names=", ".join(languages),
                )
        else:
            language, text = languages[0], entry
        texts[language] = text
    return texts


def _echo(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)
