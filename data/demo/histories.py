"""From arrays to the histories that the write path takes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from data.bulk import Happening, History
from data.complaints import NewComplaint
from data.demo.answers import answers_to
from data.demo.cases import Cases
from data.demo.character import Character
from data.demo.lives import KINDS, NEVER, RATE_AGAIN, RESOLVE, Lives
from data.demo.people import describe_person
from data.demo.texts import Writer
from data.reference import Reference
from data.vocabulary import EventKind

SOURCE = "demo"
_WITH_ADDRESS = 9  # of ten cases with a place
_NOTES = {
    EventKind.TRANSFERRED: "transferred",
    EventKind.SENT_BACK: "sent_back",
    EventKind.RESOLVED: "resolved",
    EventKind.REJECTED: "rejected",
    EventKind.REOPENED: "reopened",
    EventKind.COMMENTED: "comment",
}


def write_histories(
    cases: Cases,
    lives: Lives,
    writer: Writer,
    character: Character,
    reference: Reference,
    *,
    seed: int,
    size: int,
) -> Iterator[list[History]]:
    """Lists of up to `size` histories, in the order in which complaints came."""
    order = np.argsort(lives.times, axis=1, kind="stable")
    codes = _codes(reference)
    for start in range(0, len(cases.at), size):
        part = slice(start, start + size)
        rows = zip(
            range(start, start + size),
            _rows(cases, part),
            _rows(lives, part),
            order[part].tolist(),
            strict=False,
        )
        yield [
            History(
                new=_new(case, writer, character, reference, codes, f"{seed}-{number}"),
                happenings=_happenings(case, life, sequence, writer, codes),
            )
            for number, case, life, sequence in rows
        ]


def _rows(arrays: Cases | Lives, part: slice) -> Iterator[dict[str, Any]]:
    """One plain dictionary per complaint: Python values are much quicker to read one by one."""
    values = {**vars(arrays)}
    if isinstance(arrays, Lives):
        values |= vars(values.pop("handovers"))
    names = list(values)
    columns = [values[name][part].tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _codes(reference: Reference) -> dict[str, dict[int, str]]:
    return {
        "service": {s.id: s.service_code for s in reference.services.values()},
        "channel": {c.id: c.code for c in reference.channels.values()},
        "district": {d.id: d.code for d in reference.districts.values()},
        "unit": {u.id: u.code for u in reference.units.values()},
    }


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _new(
    case: dict[str, Any],
    writer: Writer,
    character: Character,
    reference: Reference,
    codes: dict[str, dict[int, str]],
    external_id: str,
) -> NewComplaint:
    ticket, spot, placed = case["ticket"], case["spot"], case["district_id"] > 0
    mapped = case["latitude"] == case["latitude"]  # not NaN
    person = describe_person(character, case["reporter"]) if case["reporter"] >= 0 else {}
    addressed = placed and ticket // 71 % 10 < _WITH_ADDRESS
    return NewComplaint(
        service_code=codes["service"][case["service_id"]],
        channel_code=codes["channel"][case["channel_id"]],
        requested_at=_instant(case["at"]),
        latitude=case["latitude"] if mapped else None,
        longitude=case["longitude"] if mapped else None,
        district_code=codes["district"][case["district_id"]] if placed else None,
        description=writer.description(case["service_id"], spot, ticket),
        address_string=writer.address(spot, ticket) if addressed else None,
        attributes=answers_to(reference.services[case["service_id"]], ticket),
        source=SOURCE,
        external_id=external_id,
        **person,
    )


def _happenings(
    case: dict[str, Any],
    life: dict[str, Any],
    sequence: list[int],
    writer: Writer,
    codes: dict[str, dict[int, str]],
) -> list[Happening]:
    happenings = []
    times, ticket = life["times"], case["ticket"]
    units = (life["first_unit"], None, life["to_unit"], life["on_to_unit"])  # by column of KINDS
    for column in sequence:
        at = times[column]
        if at == NEVER:
            break
        kind = KINDS[column]
        unit_id = units[column] if column < len(units) else None
        data, note = None, None
        if kind is EventKind.RATED:
            stars = life["stars_again" if column == RATE_AGAIN else "stars"]
            data, note = _rating(stars, ticket, writer)
        elif kind in _NOTES:
            quick = life["show"] and column == RESOLVE
            note = writer.note("quick_close" if quick else _NOTES[kind], ticket // (column + 1))
        happenings.append(
            Happening(kind, _instant(at), codes["unit"][unit_id] if unit_id else None, note, data)
        )
    return happenings


def _rating(stars: int, ticket: int, writer: Writer) -> tuple[dict[str, Any], str | None]:
    """Stars and whether it solved the problem, which most but not all judge alike."""
    contrary = ticket // 97 % 12 == 0
    data = {"stars": stars, "solved": (stars >= 3) != contrary}
    if ticket // 89 % 3:
        return data, None
    mood = "praise" if stars >= 4 else "fair" if stars == 3 else "blame"
    return data, writer.note(mood, ticket)
