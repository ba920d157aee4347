"""How long a reader waits after changing a filter: `python -m bench.page --url http://127.0.0.1:8050`.

Opens the map in headless Chromium, changes one filter at a time as its controls do, and
measures from the change until the last answer (figures, charts, choropleth, heat tiles, points).
The server must be running; nothing is written.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Request, sync_playwright

_QUIET_MS = 400  # no request for so long: everything has been answered
_CHANGES: tuple[tuple[str, object], ...] = (
    ("filter-period", "12m"),
    ("filter-services", ["garbage"]),
    ("filter-services", []),
    ("filter-statuses", ["resolved"]),
    ("filter-statuses", []),
    ("filter-period", "all"),
    ("filter-groups", ["roads"]),
    ("filter-groups", []),
    ("filter-districts", ["31.74"]),
    ("filter-districts", []),
    ("filter-period", "90d"),
)


class Traffic:
    """Counts what a page asks for, and when the last of it was answered."""

    def __init__(self, page: Page) -> None:
        self.open: set[Request] = set()
        self.answered = 0
        self.last = 0.0
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    @staticmethod
    def _counts(request: Request) -> bool:
        return "/api/live" not in request.url and not request.url.startswith("data:")

    def _begin(self, request: Request) -> None:
        if self._counts(request):
            self.open.add(request)

    def _end(self, request: Request) -> None:
        if self._counts(request):
            self.open.discard(request)
            self.answered += 1
            self.last = time.perf_counter()


@contextmanager
def _browser(width: int, height: int) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()


def _wait_until_quiet(page: Page, traffic: Traffic) -> None:
    while traffic.open or time.perf_counter() - traffic.last < _QUIET_MS / 1000:
        page.wait_for_timeout(20)


def measure(url: str, extra: str) -> list[tuple[str, float, int]]:
    """(change, seconds until the last answer, requests) for each change."""
    found = []
    with _browser(1440, 900) as page:
        traffic = Traffic(page)
        page.goto(f"{url}/?{extra}")
        page.wait_for_selector(".leaflet-container path", state="attached")
        _wait_until_quiet(page, traffic)
        for control, value in _CHANGES:
            before = traffic.answered
            begun = traffic.last = time.perf_counter()
            page.evaluate("([id, value]) => window.pantau.setValue(id, value)", [control, value])
            while not traffic.open and traffic.answered == before:
                page.wait_for_timeout(5)
            _wait_until_quiet(page, traffic)
            change = f"{control} = {value}"
            found.append((change, traffic.last - begun, traffic.answered - before))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8050")
    parser.add_argument("--extra", default="", help="of the address, e.g. layers=districts,heat")
    options = parser.parse_args()
    found = measure(options.url, options.extra)
    for change, seconds, requests in found:
        print(f"{seconds * 1000:7.0f} ms  {requests:3d} requests  {change}")
    print(
        f"median {statistics.median(seconds for _, seconds, _ in found) * 1000:.0f} ms, "
        f"slowest {max(seconds for _, seconds, _ in found) * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
