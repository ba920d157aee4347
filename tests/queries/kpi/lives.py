"""A city of random lives over seven weeks: answered, handed over, rejected, reopened, rated."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from data.bulk import Happening, History
from data.complaints import NewComplaint
from data.vocabulary import EventKind

BEGIN = datetime(2026, 1, 31, 17, tzinfo=UTC)  # local midnight
WEEKS = 7
END = BEGIN + timedelta(weeks=WEEKS)
_PLACES = ("10.1", "10.2", "20.1", "20.2", None)
_DAY = 86_400


def histories(seed: int, number: int) -> list[History]:
    chance = random.Random(seed)
    return [_history(chance, index) for index in range(number)]


def _history(chance: random.Random, index: int) -> History:
    at = BEGIN + timedelta(seconds=chance.randrange(WEEKS * 7 * _DAY))
    place = chance.choice(_PLACES)
    where: dict[str, Any] = {"address_string": "Jalan Melati"}
    if place is not None:
        where = {"district_code": place}
    new = NewComplaint(
        service_code=chance.choice(["garbage", "garbage", "flood", "damaged-road", "noise"]),
        channel_code=chance.choice(["app", "email", "counter"]),
        requested_at=at,
        account_id=chance.choice([None, f"account-{chance.randrange(number_of_accounts)}"]),
        source="old",
        external_id=str(index),
        **where,
    )
    return History(new, _happenings(chance, at))


number_of_accounts = 90


def _happenings(chance: random.Random, at: datetime) -> list[Happening]:
    found: list[Happening] = []

    def later(kind: EventKind, days: float, **more: Any) -> None:
        nonlocal at
        at += timedelta(seconds=1 + int(chance.expovariate(1 / (days * _DAY))))
        found.append(Happening(kind, at, **more))

    if chance.random() < 0.05:
        return found
    if chance.random() < 0.08:
        later(EventKind.REJECTED, 1)
        return found
    if chance.random() < 0.25:
        later(EventKind.TRANSFERRED, 0.4, unit_code=chance.choice(["dbm", "dsda"]))
    later(EventKind.ACKNOWLEDGED, 0.6)
    if chance.random() < 0.1:
        return found
    later(EventKind.RESOLVED, 1.5)
    if chance.random() < 0.5:
        later(EventKind.RATED, 1, data=_said(chance))
    if chance.random() < 0.1:
        later(EventKind.REOPENED, 1)
        later(EventKind.RESOLVED, 1)
        later(EventKind.RATED, 1, data=_said(chance))
    return found


def _said(chance: random.Random) -> dict[str, Any]:
    return {"stars": chance.randrange(1, 6), "solved": chance.choice([True, False, None])}
