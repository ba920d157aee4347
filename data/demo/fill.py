"""Fill an empty city with a believable past."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import func, select

from data import schema
from data.bulk import record_histories
from data.city import read_setting, touch_reference, write_setting
from data.database import read, write
from data.demo.arrivals import Hours, period_hours
from data.demo.cases import make_cases
from data.demo.character import Character
from data.demo.delays import delays_of
from data.demo.histories import write_histories
from data.demo.lives import make_lives
from data.demo.officers import SEED_SETTING, add_officers
from data.demo.people import usage_by_day
from data.demo.places import with_centers
from data.demo.skills import make_skills
from data.demo.texts import Writer
from data.instants import to_epoch
from data.reference import Reference
from data.store import Store
from data.usage import DayOfUse, record_usage

_UNFINISHED_SETTING = "demo_unfinished"
_BATCH = 2_500
_DAYS_A_MONTH = 30.4375


class AlreadyFilled(ValueError):
    """The city has complaints; a demo among real ones would be a lie."""


@dataclass(frozen=True)
class Plan:
    """What to fill with: the same plan gives the same city."""

    complaints: int
    seed: int
    end: int  # epoch seconds
    months: float


@dataclass(frozen=True)
class Filled:
    """What was written; `refused` is 0 unless the generator and the fold disagree."""

    complaints: int
    skipped: int
    refused: list[str]


def fill_city(
    store: Store,
    character: Character,
    *,
    complaints: int,
    seed: int,
    end: datetime,
    months: float = 18,
    among_others: bool = False,
    on_batch: Callable[[int], None] | None = None,
) -> Filled:
    """Write `complaints` histories over the months before `end`; nothing happens after it.

    The same seed, end and city give the same rows, tokens apart; what is stored already of a fill
    that was interrupted is not stored again. Raises AlreadyFilled for a city that has complaints:
    always for real ones, and for the demo's own unless `among_others`.
    """
    plan = Plan(complaints, seed, to_epoch(end), months)
    _refuse_if_filled(store, plan, among_others)
    with read(store.engine) as connection:
        reference = with_centers(connection, store.reference())
    last = plan.end
    first = last - round(months * _DAYS_A_MONTH * 86_400)
    hours = period_hours(first, last, reference.city.time_zone)
    cases, spots = make_cases(reference, store.locator(), character, hours, complaints, seed)
    skills = make_skills(reference, last, seed)
    lives = make_lives(cases, reference, character, skills, last, seed)
    writer = Writer(character, reference, spots, seed)
    delay = delays_of(reference)
    _mark_as_demo(store, plan)
    created, skipped, refused = 0, 0, []
    for batch in write_histories(
        cases, lives, writer, character, reference, seed=seed, size=_BATCH
    ):
        result = record_histories(store, batch, on_batch=on_batch, delay_seconds=delay)
        created += result.created
        skipped += result.skipped
        refused += [str(error) for _, error in result.refused]
    add_officers(store, character)
    record_usage(store, _usage(reference, character, hours, seed))
    with write(store.engine) as connection:
        write_setting(connection, _UNFINISHED_SETTING, None)
    return Filled(created, skipped, refused)


def unfinished_fill(store: Store) -> Plan | None:
    """The plan of a fill that was interrupted; filling by it again completes the city."""
    with read(store.engine) as connection:
        kept = read_setting(connection, _UNFINISHED_SETTING)
    return None if kept is None else Plan(**kept)


def _refuse_if_filled(store: Store, plan: Plan, among_others: bool) -> None:
    with read(store.engine) as connection:
        present = connection.scalar(select(func.count()).select_from(schema.complaints)) or 0
        demo = bool(read_setting(connection, "demo"))
    if not present or (demo and (among_others or unfinished_fill(store) == plan)):
        return
    name = store.reference().city.name
    if demo:
        raise AlreadyFilled(
            f"{name} has {present:,} complaints of a demo already; "
            "use an empty database, or --among-others to add to them"
        )
    raise AlreadyFilled(
        f"{name} has {present:,} complaints that are not a demo's, and invented ones never mix "
        "with those; give the demo a database of its own by PANTAU_DATABASE_URL"
    )


def _mark_as_demo(store: Store, plan: Plan) -> None:
    with write(store.engine) as connection:
        write_setting(connection, "demo", True)
        write_setting(connection, SEED_SETTING, plan.seed)
        write_setting(connection, _UNFINISHED_SETTING, asdict(plan))
        touch_reference(connection)
    store.forget()


def _usage(reference: Reference, character: Character, hours: Hours, seed: int) -> list[DayOfUse]:
    """The city's registered and active people, shared out among its apps by their volume."""
    apps = [c for c in reference.channels.values() if c.kind == "app"]
    apps = apps or list(reference.channels.values())[:1]
    weights = np.asarray([character.channels[c.id] for c in apps])
    shares = weights / weights.sum()
    days, registered, active = usage_by_day(character, hours, seed)
    first = _local_date(hours, reference)
    rows = []
    for day, total, busy in zip(days.tolist(), registered.tolist(), active.tolist(), strict=True):
        totals, busies = _split(total, shares), _split(busy, shares)
        for app, app_total, app_busy in zip(apps, totals, busies, strict=True):
            rows.append(
                DayOfUse(
                    date=date.fromordinal(first.toordinal() + day),
                    channel_code=app.code,
                    registered_users=app_total,
                    active_users=app_busy,
                )
            )
    return rows


def _split(total: int, shares: np.ndarray) -> list[int]:
    """Whole numbers in these shares that sum to the total."""
    edges = np.round(np.concatenate([[0.0], np.cumsum(shares)]) * total).astype(int)
    return np.diff(edges).tolist()


def _local_date(hours: Hours, reference: Reference) -> date:
    return datetime.fromtimestamp(int(hours.starts[0]), reference.city.time_zone).date()
