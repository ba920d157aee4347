"""The list of follow-ups that some exports keep in one cell, as events."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.bulk import Happening
from data.imports.cells import to_text
from data.imports.preset import heading
from data.vocabulary import EventKind

_CLOSING = {"closed": EventKind.RESOLVED, "rejected": EventKind.REJECTED}
_STEPS = {
    ("open", "acknowledged"): EventKind.ACKNOWLEDGED,
    ("open", "started"): EventKind.STARTED,
    ("acknowledged", "started"): EventKind.STARTED,
}
_AFTER = {
    EventKind.ACKNOWLEDGED: "acknowledged",
    EventKind.STARTED: "started",
    EventKind.RESOLVED: "closed",
    EventKind.REJECTED: "rejected",
    EventKind.REOPENED: "acknowledged",
}


@dataclass(frozen=True)
class FollowUp:
    """What was said of a complaint at an instant; an outcome of None leaves its status."""

    at: datetime
    outcome: str | None  # one of OUTCOMES
    note: str | None


class UnreadableFollowUps(ValueError):
    """A cell that holds something else than a list of follow-ups."""


def read_follow_ups(cell: Any) -> list[dict[str, Any]]:
    """The entries of a cell, a list of objects or the JSON text of one, by heading.

    Raises UnreadableFollowUps.
    """
    if isinstance(cell, str) and cell.strip():
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            cell = [cell]
    if cell is None or cell == "":
        return []
    entries = [cell] if isinstance(cell, dict) else cell
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnreadableFollowUps(f"{to_text(cell)[:60]!r} is not a list of follow-ups")
    return [{heading(str(name)): value for name, value in entry.items()} for entry in entries]


def part(entry: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these parts that the entry has; None without one."""
    found = (entry.get(heading(name)) for name in names)
    return next((value for value in found if value is not None and value != ""), None)


def happenings_of(follow_ups: Iterable[FollowUp]) -> list[Happening]:
    """Events in order of time, such that each may follow the one before.

    A status that comes again is kept as a comment where it says something, else left out.
    """
    happenings: list[Happening] = []
    status = "open"
    for follow_up in sorted(follow_ups, key=lambda follow_up: follow_up.at):
        kind = _kind(status, follow_up.outcome)
        if kind is None and not follow_up.note:
            continue
        happenings.append(Happening(kind or EventKind.COMMENTED, follow_up.at, note=follow_up.note))
        if kind is not None:
            status = _AFTER[kind]
    return happenings


def _kind(status: str, outcome: str | None) -> EventKind | None:
    """The event that leads from one status to another; None where nothing changes."""
    if outcome is None or outcome == status:
        return None
    if status in _CLOSING:
        return None if outcome in _CLOSING else EventKind.REOPENED
    if outcome in _CLOSING:
        return _CLOSING[outcome]
    return _STEPS.get((status, outcome))
