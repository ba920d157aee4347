"""A preset: a TOML file that says how to read one kind of export."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent / "presets"

FIELDS = (
    "external_id",
    "requested",
    "acknowledged",
    "started",
    "closed",
    "updated",
    "due",
    "status",
    "closing_note",
    "service",
    "service_group",
    "unit",
    "channel",
    "district",
    "latitude",
    "longitude",
    "address",
    "zipcode",
    "description",
    "media",
    "reporter",
)
REQUIRED = ("external_id", "requested", "service")
CATALOGUES = ("service", "unit", "channel", "district")
CREATABLE = ("service", "unit", "channel")
OUTCOMES = ("open", "closed", "rejected", "acknowledged", "started")
FOLLOW_UPS = ("column", "at", "status", "note")
_KEYS = {
    "title",
    "source",
    "time_zone",
    "encoding",
    "delimiter",
    "decimal",
    "sheet",
    "records",
    "datetime_formats",
    "create_missing",
    "optional",
    "follow",
    "fallback",
    "follow_ups",
    "columns",
    "statuses",
    "values",
    "defaults",
}


class PresetError(ValueError):
    """A preset that does not exist or cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How to read one kind of export.

    columns: field -> the names its column may have; statuses: folded word -> one of OUTCOMES;
    values: catalogue -> folded word -> code; defaults: field -> word for empty cells; fallback:
    catalogue -> code for words nobody knows; follow_ups: where the list of what happened is, and
    the names of its parts. time_zone is None where the city's own applies. With `follow`, a later
    state of a complaint that is stored already is added to it.
    """

    name: str
    title: str
    source: str
    time_zone: ZoneInfo | None
    encoding: str
    delimiter: str
    decimal: str
    sheet: str | None
    records: str | None
    datetime_formats: tuple[str, ...]
    create_missing: frozenset[str]
    optional: frozenset[str]
    follow: bool
    fallback: Mapping[str, str]
    follow_ups: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]

    @property
    def headings(self) -> frozenset[str]:
        """The headings that its columns may have."""
        names = [*self.columns.values(), self.follow_ups.get("column", ())]
        return frozenset(heading(name) for group in names for name in group)


def preset_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_preset(name: str) -> Preset:
    """The preset of that name, or of that path when it ends in .toml. Raises PresetError."""
    own = name.endswith(".toml")
    path = Path(name) if own else FOLDER / f"{name}.toml"
    if not own and name not in preset_names():
        raise PresetError(
            f"preset {name!r} is not one of {', '.join(preset_names())}; "
            "give one of these, or the path of your own .toml file"
        )
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PresetError(f"preset {path} cannot be read: {error}") from error
    return _checked(path, settings)


def fold(word: str) -> str:
    """Words are compared without case and without surplus spaces."""
    return " ".join(word.split()).casefold()


def heading(name: str) -> str:
    """Names of columns are compared without punctuation too: 'Created Date' is created_date."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold())) or fold(name)


def _checked(path: Path, settings: Mapping[str, Any]) -> Preset:
    def demand(condition: bool, message: str) -> None:
        if not condition:
            raise PresetError(f"preset {path.name}: {message}")

    def strings(value: Any, key: str) -> tuple[str, ...]:
        names = (value,) if isinstance(value, str) else value
        valid = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
        demand(valid and bool(names), f"{key} must be a text or a list of texts")
        return tuple(names)

    def table(key: str, allowed: tuple[str, ...] | None = None) -> Mapping[str, Any]:
        value = settings.get(key, {})
        demand(isinstance(value, dict), f"[{key}] must be a table")
        if allowed is not None:
            unknown = sorted(set(value) - set(allowed))
            demand(not unknown, f"[{key}] knows {', '.join(allowed)}, not {', '.join(unknown)}")
        return value

    def option(key: str, default: str | None) -> Any:
        value = settings.get(key, default)
        demand(value is None or isinstance(value, str), f"{key} must be a text")
        return value

    unknown = sorted(set(settings) - _KEYS)
    demand(not unknown, f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}")
    columns = {
        field: strings(names, f"columns.{field}")
        for field, names in table("columns", FIELDS).items()
    }
    defaults = {key: str(value) for key, value in table("defaults", FIELDS).items()}
    for field in REQUIRED:
        given = field in columns or (field == "service" and field in defaults)
        demand(given, f"[columns] must say which column is {field}")
    demand(
        "channel" in columns or "channel" in defaults,
        "[columns] or [defaults] must say which channel the complaints came through",
    )
    source = option("source", None)
    demand(bool(source) and len(source) <= 64, "source must be a text of at most 64 characters")
    statuses = {fold(word): outcome for word, outcome in table("statuses").items()}
    demand(
        all(outcome in OUTCOMES for outcome in statuses.values()),
        f"[statuses] may say {', '.join(OUTCOMES)}",
    )
    demand("status" not in columns or bool(statuses), "[statuses] must say what the words mean")
    create_missing = frozenset(settings.get("create_missing", ()))
    demand(create_missing <= set(CREATABLE), f"create_missing may hold {', '.join(CREATABLE)}")
    optional = frozenset(settings.get("optional", ()))
    demand(
        optional <= set(columns) - set(REQUIRED),
        f"optional may hold fields of [columns] other than {', '.join(REQUIRED)}",
    )
    values = {
        catalogue: {fold(word): str(code) for word, code in words.items()}
        for catalogue, words in table("values", CATALOGUES).items()
    }
    follow = settings.get("follow", False)
    demand(isinstance(follow, bool), "follow must be true or false")
    fallback = {key: str(code) for key, code in table("fallback", CATALOGUES).items()}
    follow_ups = {
        key: strings(names, f"follow_ups.{key}")
        for key, names in table("follow_ups", FOLLOW_UPS).items()
    }
    demand(
        not follow_ups or {"column", "at"} <= set(follow_ups),
        "[follow_ups] must say which column holds them, and where each says when it was (at)",
    )
    demand("status" not in follow_ups or bool(statuses), "[statuses] must say what the words mean")
    zone_name = option("time_zone", None)
    try:
        zone = None if zone_name is None else ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError) as error:
        raise PresetError(f"preset {path.name}: time_zone {zone_name!r} is unknown") from error
    return Preset(
        name=path.stem,
        title=option("title", path.stem),
        source=source,
        time_zone=zone,
        encoding=option("encoding", "auto"),
        delimiter=option("delimiter", "auto"),
        decimal=option("decimal", "."),
        sheet=option("sheet", None),
        records=option("records", None),
        datetime_formats=strings(settings.get("datetime_formats", "iso"), "datetime_formats"),
        create_missing=create_missing,
        optional=optional,
        follow=follow,
        fallback=fallback,
        follow_ups=follow_ups,
        columns=columns,
        statuses=statuses,
        values=values,
        defaults=defaults,
    )
