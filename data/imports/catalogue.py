"""From the words of an export to this city's codes, adding what the city does not have yet."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from data import schema
from data.city import touch_reference
from data.database import write
from data.imports.preset import Preset, fold
from data.store import Store

_CODE_LENGTH, _NAME_LENGTH = 64, 200
_KINDS = {
    "service": (schema.services, "service_code", "services"),
    "unit": (schema.units, "code", "units"),
    "channel": (schema.channels, "code", "channels"),
}


class UnknownWord(ValueError):
    """A service, unit, channel or district (`kind`) that neither city nor preset knows."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass
class Catalogue:
    """Finds codes by code, name or the preset's own table; adds them where the preset allows.

    With `pretend` nothing is written: additions get the code they would have had.
    """

    store: Store
    preset: Preset
    pretend: bool = False
    added: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})

    def __post_init__(self) -> None:
        reference = self.store.reference()
        known = {
            "service": _words(
                (service.service_code, *service.names.values())
                for service in reference.services.values()
            ),
            "unit": _words((unit.code, unit.name) for unit in reference.units.values()),
            "channel": _words((c.code, c.name) for c in reference.channels.values()),
            "district": _words(
                (d.code, d.name)
                for d in reference.districts.values()
                if d.level == reference.leaf_level
            ),
        }
        self._codes = {kind: codes for kind, (codes, _) in known.items()}
        self._shared = {kind: shared for kind, (_, shared) in known.items()}
        for kind, words in self.preset.values.items():
            unknown = self.preset.fallback.get(kind)
            for word, code in words.items():
                self._codes[kind][word] = self._codes[kind].get(fold(code), unknown or code)

    def code(self, kind: str, word: str, *, group: str = "", unit_code: str | None = None) -> str:
        """The code of a word. Raises UnknownWord.

        `group` and `unit_code` describe a service in case it must be added.
        """
        code = self._codes[kind].get(fold(word))
        if code is not None:
            return code
        if fold(word) in self._shared[kind]:
            raise UnknownWord(kind, f"{kind} {word[:80]!r} is ambiguous; use its code")
        if kind in self.preset.fallback:
            return self.preset.fallback[kind]
        if kind not in self.preset.create_missing:
            known = len(set(self._codes[kind].values()))
            raise UnknownWord(
                kind,
                f"{kind} {word[:80]!r} is not one of this city's {known}; "
                f"name its code in [values.{kind}] of the preset",
            )
        if len(word) > _NAME_LENGTH:
            words = f"{kind} has a name of {len(word):,} characters; at most 200 fit"
            raise UnknownWord(kind, words)
        code = self._new_code(kind, word)
        if not self.pretend:
            self._add(kind, code, word, group, unit_code)
        self._codes[kind][fold(word)] = code
        self.added[kind].append(word)
        return code

    def knows(self, kind: str, word: str) -> bool:
        return fold(word) in self._codes[kind]

    def _new_code(self, kind: str, word: str) -> str:
        taken = set(self._codes[kind].values())
        base = slug(word)
        number, code = 1, base
        while code in taken:
            number += 1
            code = f"{base[: _CODE_LENGTH - 5]}-{number}"
        return code

    def _add(self, kind: str, code: str, word: str, group: str, unit_code: str | None) -> None:
        table, key, _ = _KINDS[kind]
        reference = self.store.reference()
        language = reference.city.languages[0]

        def values(connection: Connection) -> dict[str, Any]:
            if kind == "unit":
                return {"code": code, "name": word, "kind": "agency"}
            if kind == "channel":
                return {"code": code, "name": word, "kind": "other"}
            group_code = slug(group) if group else "other"
            same_group = next(
                (s for s in reference.services.values() if s.group_code == group_code), None
            )
            return {
                "service_code": code,
                "names": {language: word},
                "descriptions": {},
                "group_code": group_code,
                "group_names": same_group.group_names
                if same_group
                else {language: group or "Other"},
                "keywords": "",
                "unit_kind": "agency",
                "agency_id": connection.scalar(
                    select(schema.units.c.id).where(schema.units.c.code == unit_code)
                ),
                "attributes": [],
            }

        _insert(self.store, table, key, code, values)


def _insert(
    store: Store,
    table: Table,
    key: str,
    code: str,
    values: Callable[[Connection], dict[str, Any]],
) -> None:
    with write(store.engine) as connection:
        present = connection.scalar(select(table.c.id).where(table.c[key] == code))
        if present is None:
            first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
            connection.execute(insert(table).values(id=first, **values(connection)))
            touch_reference(connection)
    store.forget()


def slug(word: str) -> str:
    """Lower-case ASCII letters, digits and hyphens, at most 64: 'Heat - Excessive' is
    'heat-excessive'."""
    ascii_word = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "-", ascii_word.lower()).strip("-")
    return code[:_CODE_LENGTH].rstrip("-") or "unnamed"


def _words(entries: Iterable[tuple[str, ...]]) -> tuple[dict[str, str], set[str]]:
    """Folded code and names -> code, and the folded names that more than one code carries.

    A code wins over a name that is spelt alike; a name that tells nothing apart finds nothing.
    """
    entries = list(entries)
    carriers: dict[str, set[str]] = {}
    for code, *names in entries:
        for name in names:
            carriers.setdefault(fold(name), set()).add(code)
    words = {name: next(iter(codes)) for name, codes in carriers.items() if len(codes) == 1}
    shared = {name for name, codes in carriers.items() if len(codes) > 1}
    return words | {fold(code): code for code, *_ in entries}, shared
