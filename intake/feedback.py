"""POST requests/{id}/feedback: stars from the one who reported, known by the complaint's token."""

import re
from http import HTTPStatus

from flask import Response, request

from data.complaints import NoSuchComplaint
from data.feedback import Feedback, StillOpen, WrongToken, give_feedback
from data.store import current_store
from intake import extension_models
from intake.admission import authorise
from intake.answering import respond
from intake.asking import unknown_request
from intake.booleans import read_boolean
from intake.errors import Problem, Refused, problem
from intake.parsing import Fields, read_body
from intake.text import clean, shown

COMMENT_LIMIT = 2_000
_STARS = re.compile(r"[1-5]", re.ASCII)


def post_feedback(service_request_id: str, ending: str) -> Response:
    fields = read_body(request)
    key = authorise(fields, "feedback")
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
    problems: list[Problem] = []
    stars = (fields.first("stars") or "").strip()
    if not stars:
        problems.append(problem("stars is missing; send a whole number from 1 to 5"))
    elif not _STARS.fullmatch(stars):
        problems.append(problem(f"stars {shown(stars)} is not a whole number from 1 to 5"))
    solved = read_boolean(fields, "solved", problems)
    comment = fields.first("comment")
    if comment is not None and len(comment) > COMMENT_LIMIT:
        problems.append(
            problem(
                f"comment {shown(comment)} is {len(comment)} characters long; "
                f"send at most {COMMENT_LIMIT}"
            )
        )
    if problems:
        raise Refused(*problems)
    return Feedback(stars=int(stars), solved=solved, comment=comment)
