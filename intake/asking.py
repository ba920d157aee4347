"""What all methods ask of a request, and say of what is not there."""

from http import HTTPStatus

from flask import request

from data.reasons import Reason
from data.reference import Reference
from intake.errors import Problem, Refused
from intake.text import shown


def preferred_language(reference: Reference) -> str:
    """The best of the city's languages for this client; without a wish, the city's first."""
    languages = reference.city.languages
    return request.accept_languages.best_match(languages) or languages[0]


def unknown(description: str, reason: Reason | None = None) -> Refused:
    return Refused(Problem(HTTPStatus.NOT_FOUND, description, reason))


def unknown_request(service_request_id: str) -> Refused:
    words = f"service_request_id {shown(service_request_id)} is not known here"
    return unknown(words, Reason.IDENTITY)
