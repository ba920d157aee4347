"""A city pack, put into the database that serves its city."""

from typing import Any, cast

import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, Table, func, select, update

from data import schema
from data.accountability.calendar_rules import calendar_content, fingerprint, library_version
from data.database import upgrade, write
from data.instants import now
from data.pack import CityPack, PackError
from data.pack import read_pack as read_pack
from data.schematic import dissolve_up, schematic_cells


def init_city(engine: Engine, pack: CityPack) -> None:
    """Create or refresh the database of this city; safe to repeat.

    Rows are matched by code and keep their ids; imported boundaries and complaints stay.
    Raises PackError when the database already belongs to another city.
    """
    upgrade(engine)
    with write(engine) as connection:
        city = read_setting(connection, "city")
        if city is not None and city["jurisdiction_id"] != pack.city["jurisdiction_id"]:
            raise PackError(
                f"this database belongs to {city['name']}; "
                f"give {pack.city['name']} one of its own by PANTAU_DATABASE_URL"
            )
        made_of = f"{pack.fingerprint} holidays {library_version()}"
        if read_setting(connection, "pack") == made_of:
            return  # nothing to refresh, and no reason for open pages to load anew
        write_setting(
            connection, "city", {"zone_abbreviation": pack.city["time_zone"], **_kept(pack.city)}
        )
        districts = _put_districts(connection, pack)
        units = _upsert(connection, schema.units, "code", _unit_rows(pack, districts))
        _upsert(connection, schema.services, "service_code", _service_rows(pack, units))
        channels = pack.channels[["code", "name", "kind"]].to_dict("records")
        _upsert(connection, schema.channels, "code", cast(list[dict[str, Any]], channels))
        if read_setting(connection, "boundaries") is None:
            _draw_boundaries(connection, pack, districts)
        _put_calendar(connection, pack)
        write_setting(connection, "pack", made_of)
        touch_reference(connection)


def _kept(city: dict[str, Any]) -> dict[str, Any]:
    """What city.toml says, but for its dates: those are in the calendar."""
    return {key: value for key, value in city.items() if key != "days_off"}


def read_setting(connection: Connection, key: str) -> Any:
    """None where it was never written."""
    return connection.scalar(select(schema.settings.c.value).where(schema.settings.c.key == key))


def write_setting(connection: Connection, key: str, value: Any) -> None:
    _upsert(connection, schema.settings, "key", [{"key": key, "value": value}])


def touch_reference(connection: Connection) -> None:
    """Tell every running process to read reference and boundaries anew."""
    version = int(read_setting(connection, "reference_version") or 0)
    write_setting(connection, "reference_version", str(version + 1))


def _upsert(
    connection: Connection, table: Table, key: str, rows: list[dict[str, Any]]
) -> dict[str, int]:
    """Insert or update rows by their natural key; returns the id of each key."""
    identity = table.primary_key.columns[0]
    natural = table.c[key]
    present = {row[0]: row[1] for row in connection.execute(select(natural, identity))}
    new = [row for row in rows if row[key] not in present]
    if identity is not natural:
        first = (connection.scalar(select(func.max(identity))) or 0) + 1
        new = [{identity.name: first + index, **row} for index, row in enumerate(new)]
    for row in rows:
        if row[key] in present:
            connection.execute(update(table).where(natural == row[key]).values(**row))
    if new:
        connection.execute(table.insert(), new)
    return {**present, **{row[key]: row[identity.name] for row in new}}


def _put_districts(connection: Connection, pack: CityPack) -> dict[str, int]:
    ids: dict[str, int] = {}
    frame, levels = pack.districts, pack.level_ids
    for depth, level in enumerate(levels):
        leaf = depth == len(levels) - 1
        code, name = ("code", "name") if leaf else (f"{level}_code", level)
        parent = f"{levels[depth - 1]}_code" if depth else None
        rows = []
        for key, group in frame.groupby(code, sort=False):
            rows.append(
                {
                    "code": key,
                    "name": group[name].iloc[0],
                    "level": depth,
                    "parent_id": ids[group[parent].iloc[0]] if parent else None,
                    "population": _total(group, "population", int),
                    "households": _total(group, "households", int),
                    "area_km2": _total(group, "area_km2", float),
                    "latitude": _mean(group, "latitude"),
                    "longitude": _mean(group, "longitude"),
                }
            )
        _keep_measured(connection, rows)
        ids |= _upsert(connection, schema.districts, "code", rows)
    return ids


def _keep_measured(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """What the pack does not say may have been measured on imported boundaries: it stays."""
    names = ("area_km2", "latitude", "longitude")
    columns = [schema.districts.c[name] for name in ("code", *names)]
    stored = {row.code: row._mapping for row in connection.execute(select(*columns))}
    for row in rows:
        for name in names:
            if row[name] is None and row["code"] in stored:
                row[name] = stored[row["code"]][name]


def _total(group: pd.DataFrame, column: str, kind: type) -> Any:
    if column not in group or (group[column] == "").any():
        return None
    return kind(pd.to_numeric(group[column]).sum())


def _mean(group: pd.DataFrame, column: str) -> float | None:
    if column not in group or (group[column] == "").any():
        return None
    return float(pd.to_numeric(group[column]).mean())


def _unit_rows(pack: CityPack, districts: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for row in pack.units.to_dict("records"):
        district_code = row.get("district_code", "")
        rows.append(
            {
                "code": row["code"],
                "name": row["name"],
                "kind": row["kind"],
                "district_id": districts.get(district_code),
            }
        )
    return rows


def _service_rows(pack: CityPack, units: dict[str, int]) -> list[dict[str, Any]]:
    languages = pack.city["languages"]
    rows = []
    for row in pack.services.to_dict("records"):

        def texts(prefix: str, row: dict[Any, Any] = row) -> dict[str, str]:
            return {
                language: row[f"{prefix}_{language}"]
                for language in languages
                if row.get(f"{prefix}_{language}")
            }

        rows.append(
            {
                "service_code": row["service_code"],
                "names": texts("name") or {languages[0]: row["service_code"]},
                "descriptions": texts("description"),
                "group_code": row["group"],
                "group_names": texts("group") or {languages[0]: row["group"]},
                "keywords": row.get("keywords", ""),
                "response_hours": _hours(row, "response_hours"),
                "resolution_hours": _hours(row, "resolution_hours"),
                "unit_kind": row["unit_kind"],
                "response_basis": row.get("response_basis") or "calendar",
                "resolution_basis": row.get("resolution_basis") or "calendar",
                "agency_id": units.get(row.get("agency_code", "")),
                "attributes": pack.attributes.get(row["service_code"], []),
            }
        )
    return rows


def _hours(row: dict[Any, Any], column: str) -> float | None:
    return float(row[column]) if row.get(column) else None


def _put_calendar(connection: Connection, pack: CityPack) -> None:
    """Put the pack's calendar in force. Former ones stay, for the promises made by them."""
    content, calendar_id = calendar_content(pack.city), None
    if content is not None:
        mark, table = fingerprint(content), schema.working_calendars
        calendar_id = connection.scalar(select(table.c.id).where(table.c.fingerprint == mark))
        if calendar_id is None:
            calendar_id = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
            row = {"id": calendar_id, "fingerprint": mark, "content": content, "since": now()}
            connection.execute(table.insert().values(row))
    write_setting(connection, "working_calendar", calendar_id)


def _draw_boundaries(connection: Connection, pack: CityPack, ids: dict[str, int]) -> None:
    """Schematic boundaries, until real ones are imported."""
    if pack.city.get("boundaries", "none") != "schematic":
        return
    frame = pack.districts.assign(
        **{c: pd.to_numeric(pack.districts[c]) for c in ("latitude", "longitude", "area_km2")}
    )
    cells = schematic_cells(frame[["code", "latitude", "longitude", "area_km2"]])
    put_geometries(connection, dict(zip(cells["code"], cells.geometry, strict=True)), ids)
    below, below_code = cells, "code"
    for level in reversed(pack.level_ids[:-1]):
        parents = dict(zip(frame[below_code], frame[f"{level}_code"], strict=True))
        below, below_code = dissolve_up(below, parents), f"{level}_code"
        put_geometries(connection, dict(zip(below["code"], below.geometry, strict=True)), ids)
    write_setting(connection, "boundaries", "schematic")


def put_geometries(connection: Connection, shapes: dict[str, Any], ids: dict[str, int]) -> None:
    """Store polygons (WGS 84) for districts given by code."""
    for code, shape in shapes.items():
        connection.execute(
            update(schema.districts)
            .where(schema.districts.c.id == ids[code])
            .values(geometry=shapely.to_geojson(shapely.set_precision(shape, 1e-8)))
        )
