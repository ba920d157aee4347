"""The files of a city pack, read and checked as a whole before anything of them is stored."""

import hashlib
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data.accountability.calendar_rules import BASES, CalendarError, calendar_content
from data.kpi_targets import check_targets


class PackError(ValueError):
    """A file of the city pack is missing or wrong."""


@dataclass(frozen=True)
class CityPack:
    """What the folder says, unchanged: `city` is city.toml, the frames are the CSV files."""

    folder: Path
    city: dict[str, Any]
    districts: pd.DataFrame
    services: pd.DataFrame
    units: pd.DataFrame
    channels: pd.DataFrame
    attributes: dict[str, list[dict[str, Any]]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the names and contents of the pack's files."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.iterdir()):
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.name} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    @property
    def level_ids(self) -> list[str]:
        return [level["id"] for level in self.city["levels"]]


_KEYS = ("name", "time_zone", "languages", "jurisdiction_id", "levels", "map")
_MAP = {"latitude": 90.0, "longitude": 180.0, "zoom": 24.0}  # and the largest each may be
_UNIT_KINDS = ("district_office", "agency")
_COLUMNS = {  # the first one is the key
    "districts.csv": ("code", "name"),
    "services.csv": ("service_code", "group", "unit_kind"),
    "units.csv": ("code", "name", "kind"),
    "channels.csv": ("code", "name", "kind"),
}
_NUMBERS = {
    "districts.csv": ("population", "households", "area_km2", "latitude", "longitude"),
    "services.csv": ("response_hours", "resolution_hours"),
}
_SIGNED = {"latitude", "longitude"}


def read_pack(folder: Path) -> CityPack:
    """Raises PackError naming the file, its row or key, the value and what to write instead."""
    if not (folder / "city.toml").is_file():
        raise PackError(f"{folder} is not a city pack: it has no city.toml")
    city = read_toml(folder / "city.toml")
    _check_city(city, folder / "city.toml")
    attributes = folder / "attributes.toml"
    pack = CityPack(
        folder=folder,
        city=city,
        districts=_read_csv(folder, "districts.csv"),
        services=_read_csv(folder, "services.csv"),
        units=_read_csv(folder, "units.csv"),
        channels=_read_csv(folder, "channels.csv"),
        attributes=read_toml(attributes) if attributes.is_file() else {},
    )
    _check_districts(pack)
    _check_units(pack)
    _check_services(pack)
    return pack


def read_toml(path: Path) -> dict[str, Any]:
    """Raises PackError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PackError(f"{path} cannot be read; mend its TOML: {error}") from error


def _read_csv(folder: Path, name: str) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise PackError(f"{folder} has no {name}")
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
        raise PackError(f"{path} cannot be read; save it as CSV in UTF-8: {error}") from error
    key = _COLUMNS[name][0]
    missing = set(_COLUMNS[name]) - set(frame.columns)
    if missing:
        raise PackError(f"{path} lacks the column {', '.join(sorted(missing))}")
    if (frame[key].str.strip() == "").any():
        line = int((frame[key].str.strip() == "").argmax()) + 2
        raise PackError(f"{path}, line {line} has no {key}; give it one of its own")
    repeated = frame[key][frame[key].duplicated()]
    if len(repeated):
        raise PackError(f"{path} has {key} {repeated.iloc[0]!r} twice; give each row its own")
    for column in _NUMBERS.get(name, ()):
        if column in frame:
            _check_numbers(path, frame[key], frame[column])
    return frame


def _check_numbers(path: Path, keys: Iterable[str], values: pd.Series) -> None:
    column = str(values.name)
    for key, value in zip(keys, values, strict=True):
        number = _number(value)
        if value and (number is None or (number < 0 and column not in _SIGNED)):
            remedy = "write a number like 48 or 0.5, or leave it empty"
            raise PackError(f"{path}, {key}: {column} {value!r} is not a number; {remedy}")


def _number(value: Any) -> float | None:
    """None for what is no finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None


def _check_city(city: dict[str, Any], path: Path) -> None:
    missing = [key for key in _KEYS if key not in city]
    if missing:
        raise PackError(f"{path} lacks {', '.join(missing)}")
    said = city.get("open_data", {})
    if not isinstance(said, dict) or not all(
        key in ("attribution", "licence") and isinstance(value, str) for key, value in said.items()
    ):
        raise PackError(f"{path}: [open_data] holds the texts attribution and licence, no more")
    check_targets(city.get("kpi", {}), path, PackError)
    for key in ("name", "time_zone", "jurisdiction_id"):
        if not isinstance(city[key], str) or not city[key]:
            raise PackError(f"{path}: {key} {city[key]!r} is not a text; write it in quotes")
    try:
        ZoneInfo(city["time_zone"])
    except (KeyError, ValueError, OSError) as error:
        raise PackError(
            f"{path}: time_zone {city['time_zone']!r} is unknown; write one like 'Asia/Jakarta'"
        ) from error
    languages = city["languages"]
    if not (isinstance(languages, list) and languages and all(map(_is_text, languages))):
        raise PackError(f'{path}: languages {languages!r} must be a list like ["id", "en"]')
    view = city["map"] if isinstance(city["map"], dict) else {}
    for key, largest in _MAP.items():
        if key not in view:
            raise PackError(f"{path}: [map] lacks {key}; write it as a number")
        number = None if isinstance(view[key], str) else _number(view[key])
        if number is None or abs(number) > largest:
            raise PackError(
                f"{path}: [map] {key} {view[key]!r} is not a number up to {largest:g}; mend it"
            )
    try:
        calendar_content(city)
    except CalendarError as error:
        raise PackError(f"{path}: {error}") from error
    levels = city["levels"]
    if not (isinstance(levels, list) and levels and all(map(_is_level, levels))):
        raise PackError(f"{path}: each of [[levels]] needs an id and a table of names, name")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_level(level: Any) -> bool:
    if not isinstance(level, dict):
        return False
    return _is_text(level.get("id")) and isinstance(level.get("name"), dict)


def _check_districts(pack: CityPack) -> None:
    path, frame = pack.folder / "districts.csv", pack.districts
    needed = [column for level in pack.level_ids[:-1] for column in (f"{level}_code", level)]
    if pack.city.get("boundaries", "none") == "schematic":
        needed += ["latitude", "longitude", "area_km2"]
    for column in needed:
        if column not in frame:
            raise PackError(f"{path} lacks the column {column}, which city.toml calls for")
        for key in frame["code"][frame[column].str.strip() == ""]:
            raise PackError(f"{path}, {key}: {column} is empty; fill it in")


def _check_units(pack: CityPack) -> None:
    path, known = pack.folder / "units.csv", _district_codes(pack)
    for row in pack.units.to_dict("records"):
        if row["kind"] not in _UNIT_KINDS:
            raise PackError(_no_kind(path, row["code"], "kind", row["kind"]))
        district = row.get("district_code", "")
        if district and district not in known:
            raise PackError(
                f"{path}, {row['code']}: district_code {district!r} is no district; "
                "write a code of districts.csv, or leave it empty"
            )


def _district_codes(pack: CityPack) -> set[str]:
    columns = ["code", *(f"{level}_code" for level in pack.level_ids[:-1])]
    return {code for column in columns for code in pack.districts[column]}


def _check_services(pack: CityPack) -> None:
    path, known = pack.folder / "services.csv", set(pack.units["code"])
    for row in pack.services.to_dict("records"):
        code, agency = row["service_code"], row.get("agency_code", "")
        if row["unit_kind"] not in _UNIT_KINDS:
            raise PackError(_no_kind(path, code, "unit_kind", row["unit_kind"]))
        if agency not in known and (agency or row["unit_kind"] == "agency"):
            raise PackError(
                f"{path}, {code}: agency_code {agency!r} is no unit; write a code of units.csv"
            )
        for column in ("response_basis", "resolution_basis"):
            _check_basis(pack, path, code, column, row.get(column, ""))
    for code, questions in pack.attributes.items():
        for question in questions:
            if not isinstance(question.get("public", True), bool):
                raise PackError(
                    f"{pack.folder / 'attributes.toml'}: public of [[{code}]] "
                    f"{question.get('code')} is {question['public']!r}; write true or false"
                )
    for code in pack.attributes.keys() - set(pack.services["service_code"]):
        raise PackError(
            f"{pack.folder / 'attributes.toml'}: [[{code}]] is no service; "
            "write a service_code of services.csv"
        )


def _check_basis(pack: CityPack, path: Path, code: str, column: str, value: str) -> None:
    if value and value not in BASES:
        raise PackError(
            f"{path}, {code}: {column} {value!r} is unknown; write {' or '.join(BASES)}"
        )
    if value == "working" and "working_hours" not in pack.city:
        raise PackError(
            f"{path}, {code}: {column} is 'working', but city.toml has no [working_hours]; "
            "write them there, or write calendar"
        )


def _no_kind(path: Path, code: str, column: str, value: str) -> str:
    return f"{path}, {code}: {column} {value!r} is unknown; write {' or '.join(_UNIT_KINDS)}"
