"""Keeps remote layers up to date: a few at a time, so that a slow source holds up no other."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from data.database import AWAY
from data.instants import now
from data.layers.addresses import Sources
from data.layers.remote import Outcome, due_layers, refresh_remote
from data.layers.remote_state import Remote
from data.sentence import Sentence
from data.store import Store

_AT_ONCE = 4
_LOOK_SECONDS = 5.0
_AWAY_SECONDS = 30.0  # between two complaints about a database that is away

Tell = Callable[[Outcome], None]


def refresh_due(store: Store, sources: Sources) -> list[Outcome]:
    """Fetch every remote layer that is due, once."""
    due = due_layers(store, now())
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="layers") as pool:
        return list(pool.map(lambda remote: refresh_remote(store, remote, sources), due))


class Follower:
    """Fetches what is due, for ever. `warn` gets a sentence about what is no source's fault."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        *,
        tell: Tell,
        warn: Callable[[str], None],
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        self._store = store
        self._sources = sources
        self._tell = tell
        self._warn = warn
        self._look_seconds = look_seconds
        self._busy: dict[int, Future[Outcome]] = {}
        self._warned = float("-inf")

    def run(self, stop: threading.Event | None = None) -> None:
        """Until `stop` is set, or the process is ended."""
        stop = stop or threading.Event()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="layers") as pool:
            while not stop.is_set():
                try:
                    self._look(pool)
                except AWAY as error:
                    self._complain(f"the database does not answer: {type(error).__name__}")
                stop.wait(self._look_seconds)

    def _look(self, pool: ThreadPoolExecutor) -> None:
        for remote in due_layers(self._store, now()):
            if remote.layer_id not in self._busy:
                self._busy[remote.layer_id] = pool.submit(self._refresh, remote)
        for layer_id, future in list(self._busy.items()):
            if future.done():
                del self._busy[layer_id]

    def _refresh(self, remote: Remote) -> Outcome:
        try:
            outcome = refresh_remote(self._store, remote, self._sources)
        except Exception as error:  # one layer's misfortune is not the others'
            outcome = Outcome(remote.code, "failed", Sentence(f"{type(error).__name__}: {error}"))
        self._tell(outcome)
        return outcome

    def _complain(self, reason: str) -> None:
        if time.monotonic() - self._warned > _AWAY_SECONDS:
            self._warned = time.monotonic()
            self._warn(reason)
