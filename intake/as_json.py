"""Answers as JSON: lists are bare arrays, what is unknown is null."""

import json
from typing import Any

CONTENT_TYPE = "application/json; charset=utf-8"


def write(_root: str, content: Any) -> bytes:
    """Plain values (dict, list, str, number, bool, None) as UTF-8 JSON."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
