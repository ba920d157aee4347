"""A brief of each day by itself: the 30 days before it, as they stood early that morning.

Whatever the hour at which it is made, a brief is seen from its own hour, so one that is made late
says what it would have said in time.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from data.database import AWAY
from data.i18n import languages
from data.instants import now
from data.reference import CityMissing
from data.store import Store
from queries.comparison import records_begin
from queries.filters import ComplaintFilter
from reports.kpi_brief import make_kpi_brief

DAYS = 30
CATCH_UP_DAYS = 7
_LONGEST_SLEEP = 3600.0  # seconds; a machine's clock may be set, or the machine sleep
_AFTER_FAILURE = 600.0
_NAME = re.compile(r"kpi-(\d{4}-\d\d-\d\d)-\w+\.pdf", re.ASCII)
Make = Callable[[date], None]


def brief_file(folder: Path, day: date, language: str) -> Path:
    """Such as kpi-2026-10-31-id.pdf."""
    return folder / f"kpi-{day.isoformat()}-{language}.pdf"


def _day_in(name: str) -> date | None:
    found = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:  # somebody's own file
        return None


def day_filter(store: Store, day: date, at: time) -> ComplaintFilter:
    """The 30 days before a local date, seen from that hour of it."""
    seen = datetime.combine(day, at, store.reference().city.time_zone)
    return ComplaintFilter(start=day - timedelta(days=DAYS), end=day, as_of=seen)


def write_day_briefs(store: Store, folder: Path, day: date, at: time) -> list[Path]:
    """In each language. Raises OSError."""
    return [write_day_brief(store, folder, day, at, language) for language in languages()]


def write_day_brief(store: Store, folder: Path, day: date, at: time, language: str) -> Path:
    """Whole or not at all. Raises OSError."""
    pdf = make_kpi_brief(store, day_filter(store, day, at), language)
    folder.mkdir(parents=True, exist_ok=True)
    path = brief_file(folder, day, language)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".brief-", delete=False) as file:
        file.write(pdf)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    return path


def run_brief(at: time, day: date) -> None:
    """In a process of its own, which gives back its memory. Raises CalledProcessError."""
    flask = Path(sys.executable).parent / "flask"
    command = [str(flask), "kpi", "brief", "--day", day.isoformat(), "--brief-at", f"{at:%H:%M}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class BriefKeeper:
    """`tell` gets a sentence about each day written, and about what went wrong."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        at: time,
        *,
        tell: Callable[[str], None],
        make: Make | None = None,
    ) -> None:
        self._store, self._folder, self._at = store, folder, at
        self._tell, self._make = tell, make or partial(run_brief, at)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            stop.wait(self.look(now(), stop))

    def look(self, instant: datetime, stop: threading.Event | None = None) -> float:
        """Write what is missing of the last days, oldest first; seconds until the next look."""
        try:
            for day in self._missing(instant):
                if stop is not None and stop.is_set():
                    break
                self._make(day)
                self._tell(f"the brief of {day} is in {self._folder}")
            return min(self._until_next(instant), _LONGEST_SLEEP)
        except (*AWAY, CityMissing) as error:
            self._tell(f"no brief was looked for: {type(error).__name__}")
        except (OSError, subprocess.SubprocessError) as error:
            self._tell(f"a brief failed and is tried again: {error}")
        return _AFTER_FAILURE

    def _missing(self, instant: datetime) -> Iterator[date]:
        """Days whose hour has come and that lack a file; none before there were complaints.

        Where none was ever written there is nothing to catch up with: the last one begins.
        """
        zone = self._store.reference().city.time_zone
        local = instant.astimezone(zone)
        last = local.date() - timedelta(days=local.time() < self._at)
        first = max(self._first_written() or last, last - timedelta(days=CATCH_UP_DAYS - 1))
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        lacking = [day for day in days if not self._is_there(day)]
        if not lacking:
            return
        began = records_begin(self._store)
        yield from (day for day in lacking if began is not None and day > began)

    def _first_written(self) -> date | None:
        days = (_day_in(path.name) for path in self._folder.glob("kpi-*.pdf"))
        return min((day for day in days if day), default=None)

    def _is_there(self, day: date) -> bool:
        return all(brief_file(self._folder, day, language).exists() for language in languages())

    def _until_next(self, instant: datetime) -> float:
        zone = self._store.reference().city.time_zone
        local = instant.astimezone(zone)
        day = local.date() + timedelta(days=local.time() >= self._at)
        return max((datetime.combine(day, self._at, zone) - instant).total_seconds(), 1.0)
