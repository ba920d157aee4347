"""Drafts each month by itself soon after its end; between months it sleeps."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from data.database import AWAY
from data.evaluation.authors import SCHEDULER
from data.evaluation.editions import list_editions
from data.instants import now, to_epoch
from data.reference import CityMissing
from data.store import Store
from queries.evaluation.due import last_month
from queries.evaluation.month import has_complaints, month_bounds

BY = SCHEDULER
_LONGEST_SLEEP = 3600.0  # seconds; a machine's clock may be set, or the machine sleep
_AFTER_FAILURE = 600.0
_GRACE = timedelta(minutes=5)  # after midnight: what came in the last second is then stored


def run_draft(month: str) -> None:
    """In a process of its own, which gives back its memory. Raises CalledProcessError."""
    flask = Path(sys.executable).parent / "flask"
    command = [str(flask), "evaluation", "draft", "--month", month, "--by", BY, "--first"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Drafter:
    """`tell` gets a sentence about each draft, and about what went wrong."""

    def __init__(
        self, store: Store, *, tell: Callable[[str], None], draft: Callable[[str], None] = run_draft
    ) -> None:
        self._store = store
        self._tell = tell
        self._draft = draft

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            stop.wait(self.look(now()))

    def look(self, instant: datetime) -> float:
        """Draft the month that ended last, if that is to be done; seconds until the next look."""
        try:
            month = self._waiting(instant)
            if month is not None:
                self._tell(f"the evaluation of {month} is being drafted")
                self._draft(month)
            return min(self._until_next(instant), _LONGEST_SLEEP)
        except (*AWAY, CityMissing) as error:
            self._tell(f"the month was not looked at: {type(error).__name__}")
        except (OSError, subprocess.SubprocessError) as error:
            self._tell(f"the draft failed and is tried again: {error}")
        return _AFTER_FAILURE

    def _waiting(self, instant: datetime) -> str | None:
        """The month to be drafted: it has complaints and no edition. Long past ones are left."""
        zone = self._store.reference().city.time_zone
        month = last_month((instant - _GRACE).astimezone(zone).date())
        if list_editions(self._store, month):
            return None
        return month if has_complaints(self._store, month) else None

    def _until_next(self, instant: datetime) -> float:
        """Seconds until the running month has ended and the grace after it."""
        zone = self._store.reference().city.time_zone
        running = f"{(instant - _GRACE).astimezone(zone):%Y-%m}"
        ends = month_bounds(running, zone)[1] + _GRACE
        return max(float(to_epoch(ends) - to_epoch(instant)), 1.0)
