"""What a preset says, and the words it may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

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
KEYS = {
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


def fold(word: str) -> str:
    """Words are compared without case and without surplus spaces."""
    return " ".join(word.split()).casefold()


def heading(name: str) -> str:
    """Names of columns are compared without punctuation too: 'Created Date' is created_date."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold())) or fold(name)
