"""The methods of GeoReport v2: parse, call one named function, answer."""

import hashlib
import re
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for

from data.complaints import Idempotency, NewComplaint, receive
from data.keys import ApiKey, find_key
from data.reference import Reference
from data.requests import fetch_id_of_token, fetch_requests, fetch_requests_by_id
from data.store import current_store
from intake.answering import respond
from intake.answers import (
    define_service,
    describe_endpoint,
    describe_requests,
    describe_service,
    service_notice,
)
from intake.errors import Problem, Refused, problem
from intake.models import CreatedRequest, RequestOfToken
from intake.parsing import Fields, gather, read_body
from intake.request_query import ROW_LIMIT, read_query
from intake.submission import City, Submission, check_submission
from intake.text import clean, shown

_ENDING = "<any(json, xml):ending>"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,254}")


def add_routes(blueprint: Blueprint) -> None:
    for rule, view, methods in (
        (f"/v2/discovery.{_ENDING}", discovery, ["GET"]),
        (f"/v2/services.{_ENDING}", list_services, ["GET"]),
        (f"/v2/services/<path:service_code>.{_ENDING}", get_definition, ["GET"]),
        (f"/v2/requests.{_ENDING}", list_requests, ["GET"]),
        (f"/v2/requests.{_ENDING}", create_request, ["POST"]),
        (f"/v2/requests/<path:service_request_id>.{_ENDING}", get_request, ["GET"]),
        (f"/v2/tokens/<path:token>.{_ENDING}", get_token, ["GET"]),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


def discovery(ending: str) -> Response:
    here = url_for(".discovery", ending=ending, _external=True)
    url = here.removesuffix(f"/discovery.{ending}")
    return respond("discovery", describe_endpoint(current_store().reference(), url))


def list_services(ending: str) -> Response:
    reference = current_store().reference()
    language = _language(reference)
    services = [describe_service(s, reference, language) for s in reference.services.values()]
    return respond("services", services)


def get_definition(service_code: str, ending: str) -> Response:
    reference = current_store().reference()
    service = reference.service_by_code.get(clean(service_code))
    if service is None:
        raise _unknown(
            f"service_code {shown(service_code)} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json"
        )
    return respond("service_definition", define_service(service, reference, _language(reference)))


def list_requests(ending: str) -> Response:
    store = current_store()
    reference = store.reference()
    query = read_query(gather(request.args.items(multi=True)), reference)
    if isinstance(query, tuple):
        found = fetch_requests_by_id(store, query)
    else:
        found = fetch_requests(
            store,
            start=query.start,
            end=query.end,
            service_ids=query.service_ids,
            is_open=query.is_open,
            limit=ROW_LIMIT,
        )
    answer = describe_requests(found, reference, _language(reference))
    return respond("service_requests", answer)


def get_request(service_request_id: str, ending: str) -> Response:
    store = current_store()
    reference = store.reference()
    found = fetch_requests_by_id(store, [clean(service_request_id)])
    if not found:
        raise _unknown(f"service_request_id {shown(service_request_id)} is not known here")
    answer = describe_requests(found, reference, _language(reference))
    return respond("service_requests", answer)


def get_token(token: str, ending: str) -> Response:
    service_request_id = fetch_id_of_token(current_store(), clean(token))
    if service_request_id is None:
        raise _unknown(f"token {shown(token)} is not known here")
    found = RequestOfToken(service_request_id=service_request_id, token=token)
    return respond("service_requests", [found])


def create_request(ending: str) -> Response:
    store = current_store()
    reference = store.reference()
    fields = read_body(request)
    key = authorised_key(fields)
    submission = check_submission(fields, City(reference, store.locator()))
    receipt = receive(
        store,
        _new_complaint(submission, fields, key),
        idempotency=_idempotency(fields, key),
        require_inside=True,
    )
    service = reference.service_by_code[submission.service_code]
    created = CreatedRequest(
        service_request_id=receipt.service_request_id,
        token=receipt.token,
        service_notice=service_notice(service, _language(reference)),
        account_id=submission.account_id,
    )
    response = respond("service_requests", [created], status=HTTPStatus.CREATED)
    response.headers["Cache-Control"] = "no-store"
    if not receipt.created:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _new_complaint(submission: Submission, fields: Fields, key: ApiKey) -> NewComplaint:
    content = submission.model_dump(exclude={"lat", "long", "media_url"})
    return NewComplaint(
        **content,
        channel_code=key.channel_code,
        latitude=submission.lat,
        longitude=submission.long,
        media_urls=tuple(submission.media_url),
        attributes=fields.attributes,
    )


def authorised_key(fields: Fields) -> ApiKey:
    plain = (
        fields.first("api_key") or request.headers.get("X-API-Key") or request.args.get("api_key")
    )
    if not plain:
        description = "api_key is missing; send it as a form field or as the header X-API-Key"
        raise Refused(Problem(HTTPStatus.FORBIDDEN, description))
    key = find_key(current_store(), plain.strip())
    if key is None:
        description = "api_key is not valid here; ask this service's operator for one"
        raise Refused(Problem(HTTPStatus.FORBIDDEN, description))
    return key


def _idempotency(fields: Fields, key: ApiKey) -> Idempotency | None:
    """What recognises a retry: the content counts, not its encoding nor where the key was."""
    sent = request.headers.get("Idempotency-Key")
    if not sent:
        return None
    if not _IDEMPOTENCY_KEY.fullmatch(sent):
        raise Refused(problem("Idempotency-Key is not 1 to 255 ASCII characters; send a UUID"))
    content = fields.canonical(without="api_key")
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    return Idempotency(key.id, sent, fingerprint)


def _language(reference: Reference) -> str:
    """The best of the city's languages for this client; without a wish, the city's first."""
    languages = reference.city.languages
    return request.accept_languages.best_match(languages) or languages[0]


def _unknown(description: str) -> Refused:
    return Refused(Problem(HTTPStatus.NOT_FOUND, description))
