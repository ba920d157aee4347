"""Examples for the OpenAPI document: answers as this city would give them, with its own codes."""

from datetime import datetime, timedelta
from typing import Any

from data.reference import Reference, Service
from intake import as_xml, extension_models, instants, models, update_models
from intake.answers import define_service, describe_endpoint, describe_service, service_notice
from intake.operation import Operation

_ID, _TOKEN = "184223", "9f2c51e07ab84c1d"
_DAY = "2026-10-01"


class Examples:
    """One complaint of this city that never was, and all that is said of it."""

    def __init__(self, reference: Reference, url: str, language: str) -> None:
        self._reference, self._url, self._language = reference, url, language
        services = list(reference.services.values())
        # Of the services that ask something the example shows the questions.
        self._service = next((s for s in services if s.attributes), services[0])
        # What is sent as it stands has to be taken: of a service that insists on no answer.
        self._easy = next((s for s in services if not _insists(s)), services[0])
        self._received = datetime(2026, 10, 1, 9, tzinfo=reference.city.time_zone)

    def of_path(self, name: str) -> str:
        return {
            "service_code": self._service.service_code,
            "service_request_id": _ID,
            "token": _TOKEN,
            "file_name": f"{'0' * 32}.jpg",
            "day": _DAY,
            "name": "qlue-push",
        }[name]

    def of_body(self, operation: Operation) -> dict[str, Any]:
        """Fields that are taken as they are, but for the API key and tokens."""
        if operation.body_model is None:
            return {p.name: p.example for p in operation.body if p.example is not None}
        city = self._reference.city
        return {
            "service_code": self._easy.service_code,
            "lat": city.latitude,
            "long": city.longitude,
            "description": self._reference.language_text(self._easy.names, self._language),
        }

    def of_answer(self, operation: Operation, ending: str) -> Any:
        """A document for XML, plain values for JSON; None where there is no example."""
        if operation.answer is None:
            return None
        made = self._made()[operation.answer].model_dump()
        return _written(operation.root, [made] if operation.is_list else made, ending)

    def of_error(self, status: int, ending: str) -> Any:
        code = self._service.service_code
        words = {
            400: "lat '6,17' is not a number; send decimal degrees with a point, such as -6.1754",
            403: "api_key is missing; send it as a form field or as the header X-API-Key",
            404: f"service_code '{code}-2' is not one of this city's "
            f"{len(self._reference.services)} services; see /open311/v2/services.json",
            409: "Idempotency-Key '7f3a' came before with other content; "
            "use a new key for a new complaint",
            408: "the body did not arrive within 30 s; send the request again",
            413: "the request is too large; send at most 2048 KB; "
            "photos of a complaint go as files of a multipart body",
            429: "this API key is at its limit; send this again in 12 s",
            503: "the service is briefly unavailable; send the request again",
        }[status]
        error = models.Error(code=status, description=words)
        return _written("errors", [error.model_dump()], ending)

    def _made(self) -> dict[type[models.Answer], models.Answer]:
        reference, language = self._reference, self._language
        at = instants.write(self._received + timedelta(hours=5), reference.city.time_zone)
        return {
            models.Discovery: describe_endpoint(reference, self._url),
            models.Service: describe_service(self._service, reference, language),
            models.ServiceDefinition: define_service(self._service, reference, language),
            models.ServiceRequest: self._request(self._service),
            models.RequestOfToken: models.RequestOfToken(service_request_id=_ID, token=_TOKEN),
            models.CreatedRequest: models.CreatedRequest(
                service_request_id=_ID,
                token=_TOKEN,
                service_notice=service_notice(self._service, language),
                account_id=None,
            ),
            extension_models.TimelineEvent: extension_models.TimelineEvent(
                datetime=at, kind="started", agency_responsible=self._agency, note="Crew sent"
            ),
            extension_models.Feedback: extension_models.Feedback(
                service_request_id=_ID, stars=5, solved=True
            ),
            extension_models.AppUsage: extension_models.AppUsage(
                date=_DAY, channel=self._channel, registered_users=81_200, active_users=5_310
            ),
            update_models.RequestUpdate: update_models.RequestUpdate(
                update_id="903311",
                service_request_id=_ID,
                status="IN_PROGRESS",
                external_status_code="started",
                updated_datetime=at,
                happened_datetime=at,
                description="Crew sent",
                media_url=None,
            ),
            update_models.PostedRequestUpdate: update_models.PostedRequestUpdate(
                update_id="903311", service_request_id=_ID, status="IN_PROGRESS"
            ),
        }

    @property
    def _words(self) -> str:
        return self._reference.language_text(self._service.names, self._language)

    @property
    def _channel(self) -> str:
        return next(iter(self._reference.channel_by_code), "")

    @property
    def _agency(self) -> str | None:
        unit = self._reference.units.get(self._service.agency_id or 0)
        return unit.name if unit else None

    def _request(self, service: Service) -> models.ServiceRequest:
        reference, zone = self._reference, self._reference.city.time_zone
        hours = service.resolution_hours
        due = None if hours is None else self._received + timedelta(hours=hours)
        return models.ServiceRequest(
            service_request_id=_ID,
            status="open",
            status_notes="Crew sent",
            service_name=self._words,
            service_code=service.service_code,
            description=self._words,
            agency_responsible=self._agency,
            service_notice=service_notice(service, self._language),
            requested_datetime=instants.write(self._received, zone),
            updated_datetime=instants.write(self._received + timedelta(hours=5), zone),
            expected_datetime=None if due is None else instants.write(due, zone),
            address=None,
            address_id=None,
            zipcode=None,
            lat=reference.city.latitude,
            long=reference.city.longitude,
            media_url=None,
        )


def _insists(service: Service) -> bool:
    return any(question.get("required") for question in service.attributes)


def _written(root: str, content: Any, ending: str) -> Any:
    return as_xml.write(root, content).decode() if ending == "xml" else content
