"""What a running program holds: the engine, and what is small enough to keep in memory."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, inspect, select

from data import schema
from data.accountability.listing import Term, read_terms
from data.database import open_engine, read
from data.geography import Locator, load_locator
from data.reference import CityMissing, Reference, current_version, load_reference

_CHECK_SECONDS = 1.0


class Store:
    """One per process. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cache: dict[str, Any] = {}  # readers' own caches, keyed by who keeps them
        self._lock = threading.Lock()
        self._reference: Reference | None = None
        self._locator: tuple[str, Locator] | None = None
        self._checked = 0.0

    def reference(self) -> Reference:
        """The city's words; at most a second behind a change made by another process."""
        with self._lock:
            if self._reference is None or time.monotonic() - self._checked > _CHECK_SECONDS:
                self._reload_if_changed()
            assert self._reference is not None
            return self._reference

    def forget(self) -> None:
        """Read reference and boundaries anew at the next use; call after changing them."""
        with self._lock:
            self._reference = None

    def _reload_if_changed(self) -> None:
        with read(self.engine) as connection:
            if self._reference is None and not inspect(connection).has_table("settings"):
                raise CityMissing("the database holds no city; run `flask city init`")
            known = self._reference
            if known is None or known.version != current_version(connection):
                self._reference = load_reference(connection)
        self._checked = time.monotonic()

    def locator(self) -> Locator:
        """Finds districts by the boundaries now in force."""
        reference = self.reference()
        if self._locator is None or self._locator[0] != reference.version:
            with read(self.engine) as connection:
                locator = load_locator(
                    connection,
                    leaf_level=reference.leaf_level,
                    schematic=reference.city.boundaries == "schematic",
                )
            self._locator = (reference.version, locator)
        return self._locator[1]

    def terms(self, known_at: datetime | None = None) -> list[Term]:
        """All terms of office, as known now or at a past instant; see `read_terms`."""
        with read(self.engine) as connection:
            return read_terms(connection, known_at)

    def latest_seq(self) -> int:
        """The number of the newest event; 0 before the first."""
        with read(self.engine) as connection:
            return connection.scalar(select(func.max(schema.events.c.seq))) or 0

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """The cache of that name, made at first use."""
        with self._lock:
            if name not in self.cache:
                self.cache[name] = make()
            return self.cache[name]


def open_store(url: str) -> Store:
    return Store(open_engine(url))


def current_store() -> Store:
    """The store of the Flask application at work."""
    from flask import current_app

    store: Store = current_app.extensions["pantau"]
    return store
