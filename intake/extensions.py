"""What `extensions=true` adds to a complaint: exact status, place, photos, answers, history."""

from collections.abc import Sequence

from data.public_events import PublicEvent, fetch_histories
from data.reference import Reference
from data.requests import StoredRequest
from data.store import Store
from intake import instants
from intake.answers import request_fields
from intake.attributes import definitions, public_answers
from intake.extension_models import (
    AnsweredAttribute,
    DistrictOfRequest,
    ExtendedAttributes,
    ExtendedRequest,
    Note,
    Photo,
    TimelineEvent,
)
from intake.media import public_addresses
from intake.models import AttributeValue


def describe_extended_requests(
    found: Sequence[StoredRequest], store: Store, language: str
) -> list[ExtendedRequest]:
    """Each complaint as the public may read it with all that is known, in the order found."""
    reference = store.reference()
    histories = fetch_histories(store, [stored.id for stored in found])
    fields = request_fields(reference, language)
    return [
        ExtendedRequest(
            **fields(stored),
            extended_attributes=_attributes(stored, reference, language),
            notes=[_note(event, reference) for event in histories[stored.id]],
        )
        for stored in found
    ]


def describe_timeline(events: Sequence[PublicEvent], reference: Reference) -> list[TimelineEvent]:
    return [
        TimelineEvent(
            datetime=instants.write(event.at, reference.city.time_zone),
            kind=event.kind.value,
            agency_responsible=(
                None if event.unit_id is None else reference.units[event.unit_id].name
            ),
            note=event.note,
        )
        for event in events
    ]


def _note(event: PublicEvent, reference: Reference) -> Note:
    return Note(
        datetime=instants.write(event.at, reference.city.time_zone),
        type=event.kind.value,
        description=event.note,
    )


def _attributes(stored: StoredRequest, reference: Reference, language: str) -> ExtendedAttributes:
    districts = _districts(stored, reference)
    return ExtendedAttributes(
        status=stored.status.code,
        channel=reference.channels[stored.channel_id].code,
        agency_code=None if stored.unit_id is None else reference.units[stored.unit_id].code,
        district_code=districts[-1].code if districts else None,
        districts=districts,
        duplicate_of=stored.duplicate_of,
        photos=[Photo(media_url=url) for url in public_addresses(stored.media_urls)],
        attributes=_answered(stored, reference, language),
    )


def _districts(stored: StoredRequest, reference: Reference) -> list[DistrictOfRequest]:
    if stored.district_id is None:
        return []
    ids = [
        reference.ancestor(stored.district_id, level)
        for level in range(reference.districts[stored.district_id].level + 1)
    ]
    return [
        DistrictOfRequest(
            level=reference.city.levels[reference.districts[district_id].level].id,
            code=reference.districts[district_id].code,
            name=reference.districts[district_id].name,
        )
        for district_id in ids
        if district_id is not None
    ]


def _answered(
    stored: StoredRequest, reference: Reference, language: str
) -> list[AnsweredAttribute]:
    """Answers to what the service asks, where they cannot be anyone's own words."""
    service = reference.services[stored.service_id]
    public = public_answers(service, stored.attributes)
    return [
        AnsweredAttribute(
            code=attribute.code,
            description=attribute.description,
            values=[
                AttributeValue(key=value, name=names.get(value, value))
                for value in public[attribute.code]
            ],
        )
        for attribute in definitions(service, reference, language)
        if attribute.code in public
        for names in [{choice.key: choice.name for choice in attribute.values}]
    ]
