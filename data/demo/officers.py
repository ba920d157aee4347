"""Invented officers for the demo's units. Their last name says that they are."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select

from data import schema
from data.accountability.officers import keep_terms
from data.accountability.tables import terms
from data.accountability.term_checks import HEAD, Told
from data.city import read_setting
from data.database import read
from data.demo.character import Character
from data.demo.key import NoDemo
from data.demo.streams import stream
from data.instants import date_of, local_midnight
from data.reference import Unit
from data.store import Store

SEED_SETTING = "demo_seed"  # where the living demo finds its hot spots again
_MONTHS = (7, 30)  # a term lasts so long, about
_VACANT = 0.15  # of the changes leave the post empty for some days


def add_officers(store: Store, character: Character) -> int:
    """Give every unit a head over the time of the complaints, and most a change within it.

    The same seed and complaints give the same officers. Returns how many terms were stored: 0
    where there are any already. Raises NoDemo for a city that is a real one.
    """
    reference, facts = store.reference(), schema.complaints.c
    if not reference.city.demo:
        raise NoDemo("this is no demo city; `flask officers import` the officers of a real one")
    with read(store.engine) as connection:
        seed = int(read_setting(connection, SEED_SETTING) or 1)
        first, last = connection.execute(select(func.min(facts.day), func.max(facts.day))).one()
        if first is None or connection.scalar(select(func.count()).select_from(terms)):
            return 0
    rng = stream(seed, "officers")
    names = _names(character, rng)
    told = [
        term
        for unit in reference.units.values()
        for term in _terms_of(unit, date_of(first), date_of(last), names, character, rng)
    ]
    # As if each had been known when the first complaint came: months before are evaluated too.
    known_since = local_midnight(date_of(first), reference.city.time_zone)
    return keep_terms(store, told, recorded_at=known_since).added


def _terms_of(
    unit: Unit,
    first: date,
    last: date,
    names: Iterator[tuple[str, str]],
    character: Character,
    rng: np.random.Generator,
) -> Iterator[Told]:
    start = first - timedelta(days=int(rng.integers(30, 700)))
    is_last = False
    while not is_last:
        months = int(rng.integers(*_MONTHS))
        until = start + timedelta(days=30 * months + int(rng.integers(0, 30)))
        is_last = until >= last
        code, name = next(names)
        if until >= first:  # those who left before the first complaint are not told
            yield Told(
                line=0,
                unit_id=unit.id,
                unit_code=unit.code,
                post_code=HEAD,
                titles=character.words["head_titles"][unit.kind],
                officer_code=code,
                officer_name=name,
                from_date=start,
                until_date=None if is_last else until,
            )
        vacant = int(rng.integers(3, 25)) if rng.random() < _VACANT else 0
        start = until + timedelta(days=1 + vacant)


def _names(character: Character, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Codes and names, no name twice until all are used; then with a number."""
    words = character.words
    firsts, lasts = words["first_names"], words["last_names"]
    order = rng.permutation(len(firsts) * len(lasts))
    number = 0
    while True:
        turn, place = divmod(number, len(order))
        one, other = divmod(int(order[place]), len(lasts))
        name = f"{firsts[one]} {lasts[other]} {words['invented_name']}"
        number += 1
        yield f"demo-{number:04d}", f"{name} {turn + 1}" if turn else name
