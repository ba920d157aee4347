"""What is small and changes rarely: the city, its districts, services, units and channels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from data import schema
from data.accountability.calendar import WorkingCalendar
from data.kpi_targets import read_targets


@dataclass(frozen=True)
class Level:
    """A level of the administrative tree."""

    id: str
    names: dict[str, str]


@dataclass(frozen=True)
class CityInfo:
    name: str
    time_zone: ZoneInfo
    zone_abbreviation: str
    languages: tuple[str, ...]
    jurisdiction_id: str
    levels: tuple[Level, ...]
    latitude: float
    longitude: float
    zoom: int
    boundaries: str  # 'schematic', 'none', or the name of the imported source
    demo: bool
    attribution: str = ""  # whose the complaints are, as open data; empty: the city's
    licence: str = ""  # under which; empty: it is not stated
    targets: Mapping[str, float] = field(default_factory=dict)  # of the KPIs, those that are set


@dataclass(frozen=True)
class District:
    id: int
    code: str
    name: str
    level: int
    parent_id: int | None
    population: int | None
    households: int | None
    area_km2: float | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Service:
    id: int
    service_code: str
    names: dict[str, str]
    descriptions: dict[str, str]
    group_code: str
    group_names: dict[str, str]
    keywords: tuple[str, ...]
    response_hours: float | None
    resolution_hours: float | None
    unit_kind: str
    agency_id: int | None
    attributes: tuple[dict[str, Any], ...]
    response_basis: str  # 'calendar' or 'working': in which time the hours of its targets run
    resolution_basis: str


@dataclass(frozen=True)
class Unit:
    id: int
    code: str
    name: str
    kind: str
    district_id: int | None


@dataclass(frozen=True)
class Channel:
    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Reference:
    """Everything a reader needs to turn stored integers into words, and back."""

    version: str
    city: CityInfo
    districts: dict[int, District]
    services: dict[int, Service]
    units: dict[int, Unit]
    channels: dict[int, Channel]
    calendars: dict[int, WorkingCalendar]  # all that the city ever had
    calendar_id: int | None  # the one in force

    @cached_property
    def district_by_code(self) -> dict[str, District]:
        return {district.code: district for district in self.districts.values()}

    @cached_property
    def service_by_code(self) -> dict[str, Service]:
        return {service.service_code: service for service in self.services.values()}

    @cached_property
    def unit_by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units.values()}

    @cached_property
    def channel_by_code(self) -> dict[str, Channel]:
        return {channel.code: channel for channel in self.channels.values()}

    @cached_property
    def groups(self) -> dict[str, dict[str, str]]:
        """Names by language of each group of services, in the order of the services."""
        return {s.group_code: s.group_names for s in self.services.values()}

    @property
    def leaf_level(self) -> int:
        return len(self.city.levels) - 1

    def level_index(self, level_id: str) -> int:
        """Raises ValueError naming the city's levels."""
        ids = [level.id for level in self.city.levels]
        if level_id not in ids:
            raise ValueError(f"level {level_id!r} is not one of {', '.join(ids)}")
        return ids.index(level_id)

    def at_level(self, level: int) -> list[District]:
        return [district for district in self.districts.values() if district.level == level]

    def ancestor(self, district_id: int, level: int) -> int | None:
        """The district of `level` that holds this one; itself at its own level."""
        district: District | None = self.districts.get(district_id)
        while district is not None and district.level > level:
            district = self.districts.get(district.parent_id or 0)
        return district.id if district is not None and district.level == level else None

    @cached_property
    def _leaves(self) -> dict[int, tuple[int, ...]]:
        leaves: dict[int, list[int]] = {district_id: [] for district_id in self.districts}
        for leaf in self.at_level(self.leaf_level):
            district: District | None = leaf
            while district is not None:
                leaves[district.id].append(leaf.id)
                district = self.districts.get(district.parent_id or 0)
        return {district_id: tuple(ids) for district_id, ids in leaves.items()}

    def leaves_under(self, district_id: int) -> tuple[int, ...]:
        return self._leaves.get(district_id, ())

    def leaves_of(self, codes: Iterable[str]) -> set[int]:
        """The leaf districts in those of any level with these codes."""
        return {
            leaf for code in codes for leaf in self.leaves_under(self.district_by_code[code].id)
        }

    @cached_property
    def unit_of_district(self) -> dict[int, int]:
        """The office that answers for each district that has one."""
        return {u.district_id: u.id for u in self.units.values() if u.district_id is not None}

    def route(self, service: Service, district_id: int | None) -> int | None:
        """The unit accountable at first: the district's office, or the service's agency."""
        if service.unit_kind == "agency":
            return service.agency_id
        return None if district_id is None else self.unit_of_district.get(district_id)

    def calendar_for(self, basis: str) -> WorkingCalendar | None:
        """The calendar in force by which a target of this basis runs; None: day and night."""
        return self.calendars[self.calendar_id] if basis == "working" and self.calendar_id else None

    def language_text(self, names: Mapping[str, str], language: str) -> str:
        """The text in this language, else in the city's first, else any."""
        for wanted in (language, *self.city.languages):
            if names.get(wanted):
                return names[wanted]
        return next((text for text in names.values() if text), "")


class CityMissing(RuntimeError):
    """The database holds no city yet."""


def current_version(connection: Connection) -> str:
    """Changes whenever districts, boundaries, services, units or channels do."""
    return str(connection.scalar(_VERSION) or "0")


_VERSION = select(schema.settings.c.value).where(schema.settings.c.key == "reference_version")


def load_reference(connection: Connection) -> Reference:
    """Raises CityMissing where `flask city init` has not run."""
    settings = {key: value for key, value in connection.execute(select(schema.settings))}
    if "city" not in settings:
        raise CityMissing("the database holds no city; run `flask city init`")
    city = settings["city"]
    return Reference(
        version=str(settings.get("reference_version") or "0"),
        city=CityInfo(
            name=city["name"],
            time_zone=ZoneInfo(city["time_zone"]),
            zone_abbreviation=city["zone_abbreviation"],
            languages=tuple(city["languages"]),
            jurisdiction_id=city["jurisdiction_id"],
            levels=tuple(Level(level["id"], level["name"]) for level in city["levels"]),
            latitude=city["map"]["latitude"],
            longitude=city["map"]["longitude"],
            zoom=city["map"]["zoom"],
            boundaries=settings.get("boundaries", "none"),
            demo=bool(settings.get("demo", False)),
            targets=read_targets(city),
            **city.get("open_data", {}),
        ),
        districts={r.id: District(**r._mapping) for r in _rows(connection, schema.districts)},
        services={
            r.id: Service(
                **{
                    **r._mapping,
                    "keywords": tuple(word for word in r.keywords.split(",") if word),
                    "attributes": tuple(r.attributes),
                }
            )
            for r in _rows(connection, schema.services)
        },
        units={r.id: Unit(**r._mapping) for r in _rows(connection, schema.units)},
        channels={r.id: Channel(**r._mapping) for r in _rows(connection, schema.channels)},
        calendars={
            r.id: WorkingCalendar.from_content(r.id, r.content)
            for r in _rows(connection, schema.working_calendars)
        },
        calendar_id=settings.get("working_calendar"),
    )


def _rows(connection: Connection, table: Table) -> Any:
    columns = [column for column in table.c if column.name != "geometry"]
    return connection.execute(select(*columns).order_by(table.c.id))
