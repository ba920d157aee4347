"""GET requests/{id}/timeline: what happened to one complaint, as anyone may read it."""

from flask import Response

from data.public_events import fetch_timeline
from data.store import current_store
from intake.answering import respond
from intake.asking import unknown_request
from intake.extensions import describe_timeline
from intake.text import clean


def get_timeline(service_request_id: str, ending: str) -> Response:
    store = current_store()
    events = fetch_timeline(store, clean(service_request_id))
    if events is None:
        raise unknown_request(service_request_id)
    return respond("timeline", describe_timeline(events, store.reference()))
