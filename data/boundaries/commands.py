"""`flask districts`: boundaries in, and what is in force."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import func, select

from data.boundaries.report import BoundaryError, relocation_lines
from data.boundaries.run import IMPORTS, import_boundaries, redraw_schematic
from data.city import read_setting
from data.database import read
from data.reference import CityMissing
from data.schema import districts
from data.store import Store, current_store

group = AppGroup("districts", help="Districts and their boundaries.")


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("import")
@click.argument("source")
@click.option("--level", required=True, help="Level whose boundaries these are.")
@click.option("--code", required=True, help="Column of the districts' codes.")
@click.option("--name", help="Column of their names, for codes that do not match.")
@click.option("--layer", help="Layer, where the file has several.")
@click.option("--crs", help="Its coordinate system, overruling what it says: EPSG:32748.")
@click.option("--create", is_flag=True, help="Add the districts that only the file has.")
def import_command(
    source: str,
    level: str,
    code: str,
    name: str | None,
    layer: str | None,
    crs: str | None,
    create: bool,
) -> None:
    """Replace a level's boundaries by those of SOURCE.

    A GeoJSON, GeoPackage, Shapefile (zipped or not), KML, GML or TopoJSON file, or its http(s)
    address. Complaints are moved to the districts they now lie in.
    """
    try:
        report = import_boundaries(
            current_store(),
            source,
            level=level,
            code=code,
            name=name,
            layer=layer,
            crs=crs,
            create=create,
        )
    except (BoundaryError, CityMissing) as error:
        raise click.ClickException(str(error)) from error
    for line in report.lines():
        click.echo(line)


@group.command("schematic")
def schematic_command() -> None:
    """Go back to the pack's schematic boundaries."""
    try:
        relocated = redraw_schematic(current_store())
    except (BoundaryError, CityMissing) as error:
        raise click.ClickException(str(error)) from error
    for line in relocation_lines(relocated):
        click.echo(line)


@group.command("list")
def list_command() -> None:
    """Show the levels, how many districts have a polygon, and where these come from."""
    try:
        lines = describe_levels(current_store())
    except CityMissing as error:
        raise click.ClickException(str(error)) from error
    for line in lines:
        click.echo(line)


def describe_levels(store: Store) -> list[str]:
    """A line for each level, from the top."""
    reference = store.reference()
    with read(store.engine) as connection:
        imports = read_setting(connection, IMPORTS) or {}
        counts = {
            row.level: row
            for row in connection.execute(
                select(
                    districts.c.level,
                    func.count().label("n"),
                    func.count(districts.c.geometry).label("drawn"),
                    func.sum(districts.c.area_km2).label("km2"),
                ).group_by(districts.c.level)
            )
        }
    lines = []
    for index, level in enumerate(reference.city.levels):
        row = counts.get(index)
        total, drawn, km2 = (row.n, row.drawn, row.km2 or 0.0) if row else (0, 0, 0.0)
        if level.id in imports:
            origin = imports[level.id]["source"]
        elif not drawn or reference.city.boundaries in ("schematic", "none"):
            origin = reference.city.boundaries if drawn else "none"
        else:
            origin = f"drawn from {reference.city.levels[-1].id}"
        lines.append(f"{level.id}\t{total} districts\t{drawn} polygons\t{km2:,.1f} km²\t{origin}")
    return lines
