"""Addresses of photos elsewhere, which become links on a page."""

import re

LENGTH_LIMIT = 2_000
PATTERN = r'^https?://[^\s"<>\\]+$'
MEDIA_LIMIT = 10  # of one complaint, or of one update
_ADDRESS = re.compile(r'https?://[^\s"<>\\\x00-\x1f]+', re.IGNORECASE)


def is_web_address(text: str) -> bool:
    """Whether it begins with http:// or https:// and holds nothing that no address holds."""
    return len(text) <= LENGTH_LIMIT and _ADDRESS.fullmatch(text) is not None
