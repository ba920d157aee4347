"""A new complaint before it is stored: checked, routed to a unit, located in a district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from data.accountability.calendar import WorkingCalendar
from data.fold import Unchanging
from data.geography import Locator, to_tile
from data.instants import now, to_epoch
from data.reference import Reference, Service

DESCRIPTION_LIMIT = 4_000  # characters of what a client reports; the standard's own


class ComplaintError(ValueError):
    """A complaint that cannot be stored; `field` is the field to mend."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class UnknownCode(ComplaintError):
    """A service, channel, unit or district that this city does not have."""


class OutsideCity(ComplaintError):
    """Coordinates that no district of the city holds."""


@dataclass(frozen=True, kw_only=True)
class NewComplaint:
    """One citizen report. Instants are aware; coordinates are WGS 84 degrees."""

    service_code: str
    channel_code: str
    requested_at: datetime | None = None  # None: now
    latitude: float | None = None
    longitude: float | None = None
    district_code: str | None = None  # used where there are no coordinates, or they lie outside
    unit_code: str | None = None  # None: routed by the service
    description: str | None = None
    address_string: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    device_id: str | None = None
    account_id: str | None = None
    media_urls: tuple[str, ...] = ()
    photo_ids: tuple[int, ...] = ()  # of the photos kept here that media_urls names
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source: str | None = None
    external_id: str | None = None
    resolution_due_at: datetime | None = None  # None: from the service's target


DETAIL_FIELDS = (
    "description",
    "address_string",
    "address_id",
    "zipcode",
    "first_name",
    "last_name",
    "email",
    "phone",
    "device_id",
    "account_id",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A new complaint, checked, routed and located; not yet stored."""

    new: NewComplaint
    requested_at: int
    unit_id: int | None
    fixed: Unchanging


def prepare(
    new: NewComplaint,
    reference: Reference,
    locator: Locator,
    *,
    require_inside: bool = False,
    located: int | None = None,
    tile: tuple[int, int] | None = None,
) -> Prepared:
    """Check a complaint and find its place and unit.

    `located` is the district id already found for its coordinates (0: none), and `tile` their
    tile, for callers that locate many at once. Raises UnknownCode, OutsideCity or ComplaintError.
    """
    service = reference.service_by_code.get(new.service_code)
    if service is None:
        raise UnknownCode(
            f"service_code {new.service_code!r} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json",
            field="service_code",
        )
    channel = reference.channel_by_code.get(new.channel_code)
    if channel is None:
        raise UnknownCode(f"channel {new.channel_code!r} is not known here", field="channel")
    district_id = _district(new, reference, locator, require_inside, located)
    x, y = _tile(new, tile)
    unit_id = reference.route(service, district_id)
    if new.unit_code is not None:
        unit_id = unit_id_of(reference, new.unit_code)
    requested_at = new.requested_at or now()
    return Prepared(
        new=new,
        requested_at=to_epoch(requested_at),
        unit_id=unit_id,
        fixed=Unchanging(
            service_id=service.id,
            channel_id=channel.id,
            district_id=district_id,
            x=x,
            y=y,
            **_deadlines(new, requested_at, service, reference),
        ),
    )


def _district(
    new: NewComplaint,
    reference: Reference,
    locator: Locator,
    require_inside: bool,
    located: int | None,
) -> int | None:
    district_id: int | None = None
    if new.district_code:
        district = reference.district_by_code.get(new.district_code)
        if district is None or district.level != reference.leaf_level:
            raise UnknownCode(
                f"district {new.district_code!r} is not a "
                f"{reference.city.levels[-1].id} of {reference.city.name}",
                field="district_code",
            )
        district_id = district.id
    if new.latitude is None or new.longitude is None:
        return district_id
    if not (-90 <= new.latitude <= 90 and -180 <= new.longitude <= 180):
        raise ComplaintError(
            f"lat {new.latitude}, long {new.longitude} are not degrees on Earth", field="lat"
        )
    if located is None:
        located = locator.locate(new.latitude, new.longitude)
    if not located and require_inside and locator.has_boundaries:
        raise OutsideCity(
            f"lat {new.latitude}, long {new.longitude} lies outside {reference.city.name}",
            field="place",
        )
    return located or district_id


def _tile(new: NewComplaint, tile: tuple[int, int] | None) -> tuple[int | None, int | None]:
    if new.latitude is None or new.longitude is None:
        return None, None
    return tile or to_tile(new.latitude, new.longitude)


def _deadlines(
    new: NewComplaint, requested_at: datetime, service: Service, reference: Reference
) -> dict[str, Any]:
    """Both deadlines, and the calendars by which they run; None: day and night."""
    response = reference.calendar_for(service.response_basis)
    found = {
        "response_due_at": _deadline(requested_at, service.response_hours, response),
        "response_calendar": response,
    }
    if new.resolution_due_at is not None:  # said by its source, in whatever way it counts
        return found | {"resolution_due_at": to_epoch(new.resolution_due_at)}
    resolution = reference.calendar_for(service.resolution_basis)
    return found | {
        "resolution_due_at": _deadline(requested_at, service.resolution_hours, resolution),
        "resolution_calendar": resolution,
    }


def _deadline(
    requested_at: datetime, hours: float | None, calendar: WorkingCalendar | None
) -> int | None:
    if hours is None:
        return None
    if calendar is None:
        return to_epoch(requested_at + timedelta(hours=hours))
    return calendar.add(to_epoch(requested_at), round(hours * 3600))


def unit_id_of(reference: Reference, code: str) -> int:
    unit = reference.unit_by_code.get(code)
    if unit is None:
        raise UnknownCode(f"unit {code!r} is not known here", field="unit")
    return unit.id
