"""The living demo: a process of its own that reports over HTTP and moves old complaints on."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from data.complaints import ComplaintError, NotAllowed
from data.demo.mover import Mover
from data.demo.newcomers import Newcomers
from data.demo.post import Refusal, ServerAway, post_request
from data.store import Store

MOVES_PER_COMPLAINT = 3.6  # of a whole life, so that the backlog neither grows nor melts
_QUIETEST = 0.4  # of the mean rate: at night the map should not look broken
_EVENNESS = 4.0
_IDLE_SECONDS = 3.0
_TICK = 0.25
_FIRST_RETRY, _LAST_RETRY = 1.0, 30.0


class Live:
    """Two clocks: the next new complaint and the next step of an old one."""

    def __init__(
        self,
        store: Store,
        newcomers: Newcomers,
        mover: Mover,
        *,
        url: str,
        draw_key: Callable[[], str],
        per_hour: float,
        seed: int | None,
        tell: Callable[[str], object],
        warn: Callable[[str], object],
    ) -> None:
        self._store, self._newcomers, self._mover = store, newcomers, mover
        self._url, self._draw_key, self._per_hour = url, draw_key, per_hour
        self._tell, self._warn = tell, warn
        self._rng = np.random.default_rng(seed)
        self._retry = _FIRST_RETRY
        now = time.monotonic()
        self._next_post, self._next_move = now, now + 1.0

    def run(self) -> None:
        """Until SIGTERM or SIGINT, or until the process that started this one is gone."""
        _stop_at_signals()
        parent = os.getppid()
        try:
            while os.getppid() == parent:
                self.tick(time.monotonic())
                time.sleep(_TICK)
            self._warn("the process that started this demo is gone, and so it ends")
        except _Stopped:
            self._store.engine.dispose()
            sys.stdout.flush()
            # Taking the libraries down one by one can last a second, and nothing is left to do.
            os._exit(0)

    def tick(self, now: float) -> None:
        """Do what is due at `now` (monotonic seconds)."""
        if now >= self._next_post:
            self._next_post = now + self._post()
        if now >= self._next_move:
            self._next_move = now + self._move()

    def _local(self) -> datetime:
        return datetime.now(self._store.reference().city.time_zone)

    def _pause(self, per_hour: float) -> float:
        factor = max(self._newcomers.hour_factor(self._local()), _QUIETEST)
        # More even than chance would have it: who looks at a demo should not wait for minutes.
        return float(self._rng.gamma(_EVENNESS, 3600 / (per_hour * factor * _EVENNESS)))

    def _post(self) -> float:
        """Report one complaint; returns the seconds until the next."""
        fields = self._newcomers.draw(self._local(), self._rng)
        try:
            request_id = post_request(self._url, self._draw_key(), fields)
        except ServerAway as away:
            if self._retry == _FIRST_RETRY:
                self._warn(f"waiting for {self._url}: {away}")
            wait, self._retry = self._retry, min(self._retry * 2, _LAST_RETRY)
            return wait
        except Refusal as refusal:
            self._warn(f"refused: {refusal}")
            return _LAST_RETRY
        self._retry = _FIRST_RETRY
        self._tell(f"{request_id} received: {fields['service_code']}")
        return self._pause(self._per_hour)

    def _move(self) -> float:
        try:
            move = self._mover.move_one(self._rng)
        except (NotAllowed, ComplaintError) as late:
            self._tell(f"too late: {late}")  # somebody else moved it meanwhile
        except SQLAlchemyError as error:
            self._warn(f"the database did not answer: {error}")
            return _LAST_RETRY
        else:
            if move is None:
                return _IDLE_SECONDS
            self._tell(f"{move.service_request_id} {move.kind}")
        return self._pause(self._per_hour * MOVES_PER_COMPLAINT)


class _Stopped(BaseException):
    """A signal came. No `except Exception` on the way may hold it up."""


def _stop_at_signals() -> None:
    def stop(_number: int, _frame: Any) -> None:
        # An exception, so that a request under way does not hold the process up; whatever
        # transaction it interrupts is rolled back.
        raise _Stopped

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
