"""The settings of a preset's TOML file, checked one by one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.imports.preset_model import (
    CATALOGUES,
    CREATABLE,
    FIELDS,
    FOLLOW_UPS,
    KEYS,
    OUTCOMES,
    REQUIRED,
    Preset,
    PresetError,
    fold,
)

_SOURCE_LENGTH = 64


def read_settings(path: Path, settings: Mapping[str, Any]) -> Preset:
    """Raises PresetError naming the file, the key and what it may hold."""
    found = _Settings(path.name, settings)
    found.refuse_unknown_keys()
    columns = found.columns()
    statuses = found.statuses()
    follow_ups = found.follow_ups()
    if "status" in columns or "status" in follow_ups:
        found.demand(bool(statuses), "[statuses] must say what the words mean")
    return Preset(
        name=path.stem,
        title=found.option("title", path.stem),
        source=found.source(),
        time_zone=found.time_zone(),
        encoding=found.option("encoding", "auto"),
        delimiter=found.option("delimiter", "auto"),
        decimal=found.option("decimal", "."),
        sheet=found.option("sheet", None),
        records=found.option("records", None),
        datetime_formats=found.strings(settings.get("datetime_formats", "iso"), "datetime_formats"),
        create_missing=found.create_missing(),
        optional=found.optional(columns),
        follow=found.follow(),
        fallback=found.words("fallback", CATALOGUES),
        follow_ups=follow_ups,
        columns=columns,
        statuses=statuses,
        values={
            catalogue: {fold(word): str(code) for word, code in words.items()}
            for catalogue, words in found.table("values", CATALOGUES).items()
        },
        defaults=found.words("defaults", FIELDS),
    )


class _Settings:
    """The settings of one file. Every method raises PresetError."""

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        self._name = name
        self._settings = settings

    def demand(self, condition: bool, message: str) -> None:
        if not condition:
            raise PresetError(f"preset {self._name}: {message}")

    def strings(self, value: Any, key: str) -> tuple[str, ...]:
        names = (value,) if isinstance(value, str) else value
        valid = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
        self.demand(valid and bool(names), f"{key} must be a text or a list of texts")
        return tuple(names)

    def table(self, key: str, allowed: tuple[str, ...] | None = None) -> Mapping[str, Any]:
        value = self._settings.get(key, {})
        self.demand(isinstance(value, dict), f"[{key}] must be a table")
        if allowed is not None:
            unknown = sorted(set(value) - set(allowed))
            known = f"[{key}] knows {', '.join(allowed)}, not {', '.join(unknown)}"
            self.demand(not unknown, known)
        return value

    def words(self, key: str, allowed: tuple[str, ...]) -> dict[str, str]:
        return {name: str(word) for name, word in self.table(key, allowed).items()}

    def option(self, key: str, default: str | None) -> Any:
        value = self._settings.get(key, default)
        self.demand(value is None or isinstance(value, str), f"{key} must be a text")
        return value

    def refuse_unknown_keys(self) -> None:
        unknown = sorted(set(self._settings) - KEYS)
        known = ", ".join(sorted(KEYS))
        self.demand(not unknown, f"unknown key {', '.join(unknown)}; known are {known}")

    def columns(self) -> dict[str, tuple[str, ...]]:
        columns = {
            field: self.strings(names, f"columns.{field}")
            for field, names in self.table("columns", FIELDS).items()
        }
        defaults = self.table("defaults", FIELDS)
        for field in REQUIRED:
            given = field in columns or (field == "service" and field in defaults)
            self.demand(given, f"[columns] must say which column is {field}")
        self.demand(
            "channel" in columns or "channel" in defaults,
            "[columns] or [defaults] must say which channel the complaints came through",
        )
        return columns

    def source(self) -> str:
        source = self.option("source", None)
        self.demand(
            bool(source) and len(source) <= _SOURCE_LENGTH,
            f"source must be a text of at most {_SOURCE_LENGTH} characters",
        )
        return str(source)

    def statuses(self) -> dict[str, str]:
        statuses = {fold(word): outcome for word, outcome in self.table("statuses").items()}
        valid = all(outcome in OUTCOMES for outcome in statuses.values())
        self.demand(valid, f"[statuses] may say {', '.join(OUTCOMES)}")
        return statuses

    def create_missing(self) -> frozenset[str]:
        wanted = frozenset(self._settings.get("create_missing", ()))
        self.demand(wanted <= set(CREATABLE), f"create_missing may hold {', '.join(CREATABLE)}")
        return wanted

    def optional(self, columns: Mapping[str, Any]) -> frozenset[str]:
        optional = frozenset(self._settings.get("optional", ()))
        self.demand(
            optional <= set(columns) - set(REQUIRED),
            f"optional may hold fields of [columns] other than {', '.join(REQUIRED)}",
        )
        return optional

    def follow(self) -> bool:
        follow = self._settings.get("follow", False)
        self.demand(isinstance(follow, bool), "follow must be true or false")
        return bool(follow)

    def follow_ups(self) -> dict[str, tuple[str, ...]]:
        follow_ups = {
            key: self.strings(names, f"follow_ups.{key}")
            for key, names in self.table("follow_ups", FOLLOW_UPS).items()
        }
        self.demand(
            not follow_ups or {"column", "at"} <= set(follow_ups),
            "[follow_ups] must say which column holds them, and where each says when it was (at)",
        )
        return follow_ups

    def time_zone(self) -> ZoneInfo | None:
        name = self.option("time_zone", None)
        try:
            return None if name is None else ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise PresetError(f"preset {self._name}: time_zone {name!r} is unknown") from error
