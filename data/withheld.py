"""Words and pictures of events that stay inside: those of clients that may not publish."""

from collections.abc import Mapping
from typing import Any

_WITHHELD = "withheld"  # the key in an event's data


def withhold(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of an event whose note and pictures the public may not see."""
    return {**(data or {}), _WITHHELD: True}


def is_withheld(data: Mapping[str, Any] | None) -> bool:
    return bool((data or {}).get(_WITHHELD))


def public_note(note: str | None, data: Mapping[str, Any] | None) -> str | None:
    """The note of an event as far as the public may read it."""
    return None if is_withheld(data) else note
