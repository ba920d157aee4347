"""Which texts can be kept and written again, in a database as in XML, JSON or a header."""

import re

# Beyond what XML 1.0 may hold: control characters, halves of characters, and no characters.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_writable(text: str) -> bool:
    """False where it holds NUL, another control character or half a character."""
    return UNWRITABLE.search(text) is None
