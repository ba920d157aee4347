"""POST requests/{id}/feedback: stars from the one who reported, known by the complaint's token."""

import re
from http import HTTPStatus
from typing import Annotated

from flask import Response, request
from pydantic import BaseModel, BeforeValidator, ConfigDict

from data.complaints import NoSuchComplaint
from data.feedback import Feedback, StillOpen, WrongToken, give_feedback
from data.store import current_store
from intake import extension_models
from intake.admission import take_body
from intake.answering import respond
from intake.asking import unknown_request
from intake.booleans import not_known, to_boolean
from intake.checking import read_model
from intake.errors import Problem, Refused
from intake.parsing import Fields
from intake.submission import limited_text, wrong
from intake.text import clean, shown

COMMENT_LIMIT = 2_000
_STARS = re.compile(r"[1-5]", re.ASCII)
_MISSING = {"stars": "send a whole number from 1 to 5"}


def _stars(value: str) -> int:
    if not _STARS.fullmatch(value.strip()):
        raise wrong(f"stars {shown(value)} is not a whole number from 1 to 5")
    return int(value)


def _solved(value: str) -> bool:
    solved = to_boolean(value)
    if solved is None:
        raise wrong(not_known("solved", value))
    return solved


class FeedbackSubmission(BaseModel):
    """The fields of POST feedback besides the token; what is not among them is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stars: Annotated[int, BeforeValidator(_stars)]
    solved: Annotated[bool | None, BeforeValidator(_solved)] = None
    comment: Annotated[str | None, limited_text(COMMENT_LIMIT)] = None


def post_feedback(service_request_id: str, ending: str) -> Response:
    fields, key = take_body("feedback")
    wanted = clean(service_request_id)
    token, feedback = _token(fields), check_feedback(fields)
    try:
        created = give_feedback(current_store(), wanted, token, feedback, buckets=(key.bucket,))
    except NoSuchComplaint:
        raise unknown_request(service_request_id) from None
    except WrongToken as error:
        raise Refused(Problem(HTTPStatus.FORBIDDEN, str(error))) from None
    except StillOpen as error:
        raise Refused(Problem(HTTPStatus.CONFLICT, str(error))) from None
    answer = extension_models.Feedback(
        service_request_id=wanted, stars=feedback.stars, solved=feedback.solved
    )
    response = respond("feedback", answer, status=HTTPStatus.CREATED if created else HTTPStatus.OK)
    response.headers["Cache-Control"] = "no-store"
    return response


def _token(fields: Fields) -> str:
    """Not from the address: addresses are kept in logs."""
    token = fields.first("token") or request.headers.get("X-Request-Token")
    if not token:
        raise Refused(
            Problem(
                HTTPStatus.FORBIDDEN,
                "token is missing; send the complaint's own as a field or as the header "
                "X-Request-Token",
            )
        )
    return clean(token).strip()


def check_feedback(fields: Fields) -> Feedback:
    """Raises Refused with everything that is wrong."""
    sent, problems = read_model(fields, FeedbackSubmission, context=None, missing=_MISSING)
    if problems or sent is None:
        raise Refused(*problems)
    return Feedback(stars=sent.stars, solved=sent.solved, comment=sent.comment)
