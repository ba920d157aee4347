"""From what the city and the store hold to the answers of the standard."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from data.i18n import format_number, gettext, use_language
from data.reference import Reference
from data.reference import Service as CityService
from data.requests import StoredRequest
from intake import instants
from intake.answering import FORMATS
from intake.attributes import definitions
from intake.media import public_addresses
from intake.models import Discovery, Endpoint, Service, ServiceDefinition, ServiceRequest

_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def describe_endpoint(reference: Reference, url: str) -> Discovery:
    """`url` is the absolute address of this service, without a slash at its end."""
    changeset = reference.version.zfill(8)  # zeros, because the standard wants it sortable
    operator = f"The operator of the command centre of {reference.city.name}"
    return Discovery(
        changeset=changeset,
        contact=f"{operator}, at {reference.city.jurisdiction_id}",
        key_service=f"{operator} issues keys, one for each app",
        endpoints=[
            Endpoint(
                specification=_SPECIFICATION,
                url=url,
                changeset=changeset,
                type="test" if reference.city.demo else "production",
                formats=[form.CONTENT_TYPE.partition(";")[0] for form in FORMATS.values()],
            )
        ],
    )


def describe_service(service: CityService, reference: Reference, language: str) -> Service:
    return Service(
        service_code=service.service_code,
        service_name=reference.language_text(service.names, language),
        description=reference.language_text(service.descriptions, language),
        metadata=bool(service.attributes),
        type="realtime",
        keywords=", ".join(service.keywords),
        group=reference.language_text(service.group_names, language),
    )


def define_service(service: CityService, reference: Reference, language: str) -> ServiceDefinition:
    return ServiceDefinition(
        service_code=service.service_code,
        attributes=definitions(service, reference, language),
    )


def describe_requests(
    found: Iterable[StoredRequest], reference: Reference, language: str
) -> list[ServiceRequest]:
    """Each complaint as the public may read it, in the order found."""
    fields = request_fields(reference, language)
    return [ServiceRequest(**fields(stored)) for stored in found]


def request_fields(
    reference: Reference, language: str
) -> Callable[[StoredRequest], dict[str, Any]]:
    """Gives the standard's fields of a complaint."""
    zone = reference.city.time_zone
    notice = cache(lambda service_id: service_notice(reference.services[service_id], language))

    def fields(stored: StoredRequest) -> dict[str, Any]:
        service = reference.services[stored.service_id]
        due = stored.resolution_due_at
        return dict(
            service_request_id=stored.service_request_id,
            status="open" if stored.status.is_open else "closed",
            status_notes=stored.status_note,
            service_name=reference.language_text(service.names, language),
            service_code=service.service_code,
            description=stored.description,
            agency_responsible=None
            if stored.unit_id is None
            else reference.units[stored.unit_id].name,
            service_notice=notice(stored.service_id),
            requested_datetime=instants.write(stored.requested_at, zone),
            updated_datetime=instants.write(stored.changed_at, zone),
            expected_datetime=None if due is None else instants.write(due, zone),
            address=stored.address_string,
            address_id=stored.address_id,
            zipcode=stored.zipcode,
            lat=stored.latitude,
            long=stored.longitude,
            media_url=next(iter(public_addresses(stored.media_urls)), None),
        )

    return fields


def service_notice(service: CityService, language: str) -> str | None:
    """What the city means to do, and by when; None for a service without targets."""
    if service.response_hours is None or service.resolution_hours is None:
        return None
    with use_language(language):
        return gettext(
            "The city means to respond within {response} and to solve this within {resolution}."
        ).format(
            response=_target(service.response_hours, service.response_basis),
            resolution=_target(service.resolution_hours, service.resolution_basis),
        )


def _target(hours: float, basis: str) -> str:
    if basis == "working":
        return gettext("{n} working hours").format(n=format_number(hours, int(hours % 1 > 0)))
    if hours >= 72 and hours % 24 == 0:
        return gettext("{n} days").format(n=format_number(hours / 24))
    return gettext("{n} h").format(n=format_number(hours, 0 if hours == int(hours) else 1))
