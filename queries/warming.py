"""What readers keep in memory is read at the start, before anybody asks for it.

A million complaints take some seconds; whoever asks meanwhile waits for what is left of them.
"""

import logging
import threading

from data.database import AWAY
from data.reference import CityMissing
from data.store import Store
from queries.columns import current_facts
from queries.filters import ComplaintFilter
from queries.kpi.ratings import current_ratings
from queries.kpi.reporters import current_reporters
from queries.kpi.spell_columns import select_spells

_log = logging.getLogger("pantau")


def start_warming(store: Store) -> threading.Thread:
    """In a thread of this process; it ends by itself and never keeps the process from ending."""
    thread = threading.Thread(target=_warm, args=(store,), name="warming", daemon=True)
    thread.start()
    return thread


def warm(store: Store) -> None:
    """The widest used first. Each part is kept in step with the event log from then on."""
    current_facts(store)
    select_spells(store, ComplaintFilter())
    current_ratings(store)
    current_reporters(store)


def _warm(store: Store) -> None:
    try:
        warm(store)
    except (*AWAY, CityMissing) as error:  # then the first who asks reads, or is told
        _log.warning("nothing was read into memory yet: %s", type(error).__name__)
