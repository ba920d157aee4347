"""The header by which a retry is recognised."""

import hashlib
import re

from flask import request

from data.complaints import Idempotency
from data.keys import ApiKey
from data.reasons import Reason
from intake.errors import Refused, problem
from intake.parsing import Fields

PATTERN = r"[!-~]([ -~]{0,253}[!-~])?"  # spaces inside, as a quoted string may have them


def read_idempotency(fields: Fields, key: ApiKey) -> Idempotency | None:
    """What recognises a retry: the content counts, not its encoding nor where the key was."""
    sent = request.headers.get("Idempotency-Key", "").strip()
    if not sent:
        return None
    if not re.fullmatch(PATTERN, sent):
        words = "Idempotency-Key is not 1 to 255 ASCII characters; send a UUID"
        raise Refused(problem(words, Reason.CONFLICT))
    content = fields.canonical(without="api_key")
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    return Idempotency(key.id, sent, fingerprint)
