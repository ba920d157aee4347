"""Which complaints are the first of their reporter's account in a year. Accounts are read, never
kept.

A year for all: where records are young, the first of the whole record would be fewer by the month.

Of an account only a number drawn from a keyed hash stays in memory, and the key goes with the
process: what is counted here leads back to nobody.
"""

import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, select, type_coerce

from data import schema
from data.database import read
from data.store import Store
from queries.columns import driver_rows
from queries.kpi.cohort import Cohort

ACQUAINTANCE = timedelta(days=365)  # who was silent for so long is taken to be new
_SILENCE = int(ACQUAINTANCE.total_seconds())
Array = NDArray[Any]


@dataclass(frozen=True)
class Reporters:
    """The complaints that came with an account, in order of id. Never changed."""

    ids: Array
    is_first: Array  # bool

    def of(self, cohort: Cohort) -> tuple[int, int]:
        """How many complaints are the first of their account, and how many have one."""
        wanted = cohort["id"]
        place = np.searchsorted(self.ids, wanted)
        there = place < len(self.ids)
        there[there] = self.ids[place[there]] == wanted[there]
        return int(self.is_first[place[there]].sum()), int(there.sum())


class ReporterColumns:
    """Holds the newest Reporters; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = secrets.token_hex(16)
        none = np.empty(0, np.int64)
        self._ids, self._accounts, self._requested = none, none, none
        self._reporters = Reporters(none, np.empty(0, bool))
        self._newest = 0  # id of a complaint; ids only grow

    def reporters(self, store: Store) -> Reporters:
        with self._lock:
            rows, newest = _read_accounts(store, self._newest)
            if rows:
                self._add(rows)
            self._newest = newest
            return self._reporters

    def _add(self, rows: list[tuple[int, int, str]]) -> None:
        new = np.array([(row[0], self._number(row[2]), row[1]) for row in rows], np.int64)
        self._ids = np.concatenate([self._ids, new[:, 0]])
        self._accounts = np.concatenate([self._accounts, new[:, 1]])
        self._requested = np.concatenate([self._requested, new[:, 2]])
        order = np.lexsort((self._ids, self._requested, self._accounts))
        is_first = np.zeros(len(order), bool)
        is_other = np.diff(self._accounts[order]) != 0
        is_other |= np.diff(self._requested[order]) >= _SILENCE
        is_first[order[np.append(True, is_other)]] = True
        by_id = np.argsort(self._ids, kind="stable")
        self._reporters = Reporters(self._ids[by_id], is_first[by_id])

    def _number(self, account: str) -> int:
        """Python's own SipHash, keyed by what comes first: a million in a quarter of a second."""
        return hash(self._key + account)


def current_reporters(store: Store) -> Reporters:
    columns: ReporterColumns = store.kept("kpi reporters", ReporterColumns)
    return columns.reporters(store)


def _read_accounts(store: Store, after: int) -> tuple[list[tuple[int, int, str]], int]:
    complaints, details = schema.complaints, schema.complaint_details
    query = (
        select(
            complaints.c.id,
            type_coerce(complaints.c.requested_at, BigInteger),
            details.c.account_id,
        )
        .join_from(complaints, details, details.c.complaint_id == complaints.c.id)
        .where(complaints.c.id > after)
    )
    found: list[tuple[int, int, str]] = []
    newest = after
    with read(store.engine) as connection:
        for block in driver_rows(connection.execute(query)):
            newest = max(newest, max(row[0] for row in block))
            found += [row for row in block if row[2]]
    return found, newest
