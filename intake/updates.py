"""GET and POST servicerequestupdates, as FixMyStreet fetches and sends updates of complaints.

Fetched are the events that concern the status, never citizens' comments. The period is that in
which they were recorded, and so is `updated_datetime`: FixMyStreet skips what is dated outside the
period it asked for, so an event that was reported hours late would otherwise never reach it. A
client that asks each time from where its last period ended misses none; one whose clock runs
ahead of ours has to let its periods overlap, as FixMyStreet does by asking for two hours. The
`update_id` stays the same: what came before is known by it.

Sent are the words of a citizen or of a desk: they stay inside where the key may not publish. A
status that is news becomes the event it means; everything else becomes a comment, is answered 201
all the same, and the answer says where the complaint stands. That is `data/posted_updates.py`.
"""

from http import HTTPStatus

from flask import Response, request

from data.complaints import NoSuchComplaint
from data.posted_updates import OtherChannel, UpdateIdTaken, post_update
from data.reference import Reference
from data.store import current_store
from data.updates import StoredUpdate, WritersBusy, fetch_updates
from intake import instants
from intake.admission import take_body
from intake.answering import respond
from intake.asking import unknown_request
from intake.errors import Problem, Refused
from intake.paging import add_page_headers
from intake.parsing import gather
from intake.update_models import PostedRequestUpdate, RequestUpdate
from intake.update_query import read_update_query
from intake.update_submission import check_update

_ROOT = "service_request_updates"


class _NotYet(Refused):
    """What is new is still being stored."""

    retry_seconds = 5

    def __init__(self) -> None:
        words = "updates are being stored at this moment; ask again in 5 s, or for a period before"
        super().__init__(Problem(HTTPStatus.SERVICE_UNAVAILABLE, words))


def list_updates(ending: str) -> Response:
    store = current_store()
    reference = store.reference()
    query = read_update_query(gather(request.args.items(multi=True)), reference)
    try:
        page = fetch_updates(
            store,
            start=query.start,
            end=query.end,
            service_request_ids=query.service_request_ids,
            limit=query.page.size,
            offset=query.page.offset,
        )
    except WritersBusy:
        raise _NotYet from None
    response = respond(_ROOT, [_describe(update, reference) for update in page.updates])
    return add_page_headers(response, query.page, page.total, query.pinned)


def create_update(ending: str) -> Response:
    store = current_store()
    fields, key = take_body("updates")
    posted = check_update(fields, store.reference())
    try:
        receipt = post_update(
            store,
            posted,
            api_key_id=key.id,
            acts_in=key.acts_in,
            publishes=key.publishes,
            buckets=(key.bucket,),
        )
    except NoSuchComplaint:
        raise unknown_request(posted.service_request_id) from None
    except OtherChannel as error:
        raise Refused(Problem(HTTPStatus.FORBIDDEN, str(error))) from None
    except UpdateIdTaken as error:
        raise Refused(Problem(HTTPStatus.CONFLICT, str(error))) from None
    answer = PostedRequestUpdate(
        update_id=str(receipt.seq),
        service_request_id=posted.service_request_id,
        status=receipt.status,
    )
    response = respond(_ROOT, [answer], status=HTTPStatus.CREATED)
    response.headers["Cache-Control"] = "no-store"
    if not receipt.created:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _describe(update: StoredUpdate, reference: Reference) -> RequestUpdate:
    zone = reference.city.time_zone
    return RequestUpdate(
        update_id=str(update.seq),
        service_request_id=update.service_request_id,
        status=update.status,
        external_status_code=update.decided_by,
        updated_datetime=instants.write(update.recorded_at, zone),
        happened_datetime=instants.write(update.at, zone),
        description=update.note,
        media_url=next(iter(update.media_urls), None),
    )
