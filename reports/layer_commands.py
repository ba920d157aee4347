"""`flask layers export`: a layer as a file."""

from pathlib import Path

import click
from flask import Flask

from data.layers import catalogue
from data.layers.commands import in_one_sentence, layers
from data.layers.model import LayerError
from data.store import current_store
from reports.layer_files import FILE_FORMATS, write_table_file
from reports.layer_table import layer_table


def init_app(app: Flask) -> None:
    if layers.name not in app.cli.commands:
        app.cli.add_command(layers)


@layers.command("export")
@click.argument("code")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Its ending names the format: {', '.join(FILE_FORMATS)} (a Shapefile).",
)
@click.option("--version", "number", type=click.IntRange(1), help="A former version.")
@click.option("--language", help="Of name and description. [the city's first]")
@in_one_sentence
def export_command(code: str, out: Path, number: int | None, language: str | None) -> None:
    """Write a layer to a file, with its name, description, source, licence and date inside."""
    store = current_store()
    layer = catalogue.find_layer(store, code)
    version = layer.version
    if number is not None:
        found = [one for one in catalogue.list_versions(store, code) if one.number == number]
        if not found:
            raise LayerError("layer {code!r} has no version {number}", code=code, number=number)
        version = found[0]
    language = language or store.reference().city.languages[0]
    table, about = layer_table(store, layer, version, language)
    write_table_file(out, table, about)
    click.echo(f"{out}: {len(table.shapes):,} features, {out.stat().st_size:,} bytes")
