"""The methods of GeoReport v2: parse, call one named function, answer."""

from http import HTTPStatus

from flask import Blueprint, Response, request, url_for

from data.complaints import NewComplaint, receive
from data.keys import ApiKey
from data.requests import (
    StoredRequest,
    fetch_id_of_token,
    fetch_requests,
    fetch_requests_by_id,
)
from data.store import current_store
from intake.admission import buckets_of, take_body
from intake.answering import respond
from intake.answers import (
    define_service,
    describe_endpoint,
    describe_requests,
    describe_service,
    service_notice,
)
from intake.asking import preferred_language, unknown, unknown_request
from intake.bulk import get_bulk
from intake.converters import ComplaintNumber
from intake.errors import Refused, problem
from intake.extensions import describe_extended_requests
from intake.feedback import post_feedback
from intake.idempotency import read_idempotency
from intake.media import Media, take_media
from intake.models import CreatedRequest, RequestOfToken
from intake.paging import Page, add_page_headers
from intake.parsing import Fields, gather
from intake.request_query import read_query, wants_extensions
from intake.submission import City, Submission, check_submission
from intake.text import clean, shown
from intake.timeline import get_timeline
from intake.updates import create_update, list_updates
from intake.usage import put_usage

_ENDING = "<any(json, xml):ending>"
_NAMED_IN_PATH = {
    "services": "service_code",
    "requests": "service_request_id",
    "tokens": "token",
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.record(
        lambda state: state.app.url_map.converters.update(complaint_number=ComplaintNumber)
    )
    for rule, view, methods in (
        (f"/v2/discovery.{_ENDING}", discovery, ["GET"]),
        (f"/v2/services.{_ENDING}", list_services, ["GET"]),
        (f"/v2/services/<path:service_code>.{_ENDING}", get_definition, ["GET"]),
        (f"/v2/requests.{_ENDING}", list_requests, ["GET"]),
        (f"/v2/requests.{_ENDING}", create_request, ["POST"]),
        (f"/v2/requests/<complaint_number:service_request_id>.{_ENDING}", get_request, ["GET"]),
        (f"/v2/requests/<path:service_request_id>/timeline.{_ENDING}", get_timeline, ["GET"]),
        (f"/v2/requests/<path:service_request_id>/feedback.{_ENDING}", post_feedback, ["POST"]),
        (f"/v2/app-usage/<path:day>.{_ENDING}", put_usage, ["PUT"]),
        ("/v2/bulk/requests.csv", get_bulk, ["GET"]),
        (f"/v2/servicerequestupdates.{_ENDING}", list_updates, ["GET"]),
        (f"/v2/servicerequestupdates.{_ENDING}", create_update, ["POST"]),
        (f"/v2/tokens/<path:token>.{_ENDING}", get_token, ["GET"]),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)
    for kind, name in _NAMED_IN_PATH.items():
        blueprint.add_url_rule(
            f"/v2/{kind}/.{_ENDING}", f"missing_{name}", refuse_missing, defaults={"name": name}
        )


def refuse_missing(name: str, ending: str) -> Response:
    raise Refused(problem(f"{name} is missing; send it in the path, before .{ending}"))


def discovery(ending: str) -> Response:
    here = url_for(".discovery", ending=ending, _external=True)
    url = here.removesuffix(f"/discovery.{ending}")
    return respond("discovery", describe_endpoint(current_store().reference(), url))


def list_services(ending: str) -> Response:
    reference = current_store().reference()
    language = preferred_language(reference)
    services = [describe_service(s, reference, language) for s in reference.services.values()]
    return respond("services", services)


def get_definition(service_code: str, ending: str) -> Response:
    reference = current_store().reference()
    service = reference.service_by_code.get(clean(service_code))
    if service is None:
        raise unknown(
            f"service_code {shown(service_code)} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json"
        )
    return respond(
        "service_definition", define_service(service, reference, preferred_language(reference))
    )


def list_requests(ending: str) -> Response:
    store = current_store()
    fields = gather(request.args.items(multi=True))
    query = read_query(fields, store.reference())
    if isinstance(query, tuple):
        found = fetch_requests_by_id(store, query)
        return add_page_headers(_respond_requests(found, fields), Page(), len(found), {})
    page = fetch_requests(
        store,
        query.filter,
        limit=query.page.size,
        offset=query.page.offset,
        order=query.order,
        ascending=query.ascending,
    )
    response = _respond_requests(page.requests, fields)
    return add_page_headers(response, query.page, page.total, query.pinned)


def get_request(service_request_id: str, ending: str) -> Response:
    found = fetch_requests_by_id(current_store(), [clean(service_request_id)])
    if not found:
        raise unknown_request(service_request_id)
    return _respond_requests(found, gather(request.args.items(multi=True)))


def _respond_requests(found: list[StoredRequest], fields: Fields) -> Response:
    store = current_store()
    reference = store.reference()
    language = preferred_language(reference)
    if wants_extensions(fields):
        return respond("service_requests", describe_extended_requests(found, store, language))
    return respond("service_requests", describe_requests(found, reference, language))


def get_token(token: str, ending: str) -> Response:
    service_request_id = fetch_id_of_token(current_store(), clean(token))
    if service_request_id is None:
        raise unknown(f"token {shown(token)} is not known here")
    found = RequestOfToken(service_request_id=service_request_id, token=token)
    return respond("service_requests", [found])


def create_request(ending: str) -> Response:
    store = current_store()
    reference = store.reference()
    fields, key = take_body("write", with_photos=True)
    submission = check_submission(fields, City(reference, store.locator()))
    idempotency = read_idempotency(fields, key)
    media = take_media(store, submission, fields)  # last: nothing is kept for what is refused
    receipt = receive(
        store,
        _new_complaint(submission, fields, key, media),
        idempotency=idempotency,
        require_inside=True,
        buckets=buckets_of(key, submission),
    )
    service = reference.service_by_code[submission.service_code]
    created = CreatedRequest(
        service_request_id=receipt.service_request_id,
        token=receipt.token,
        service_notice=service_notice(service, preferred_language(reference)),
        account_id=submission.account_id,
    )
    response = respond("service_requests", [created], status=HTTPStatus.CREATED)
    response.headers["Cache-Control"] = "no-store"
    if not receipt.created:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _new_complaint(
    submission: Submission, fields: Fields, key: ApiKey, media: Media
) -> NewComplaint:
    content = submission.model_dump(exclude={"lat", "long", "media_url"})
    return NewComplaint(
        **content,
        channel_code=key.channel_code,
        latitude=submission.lat,
        longitude=submission.long,
        media_urls=media.addresses,
        photo_ids=media.photo_ids,
        attributes=fields.attributes,
    )
