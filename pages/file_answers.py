"""Answers that are files: made beside the database, two at a time, sent, and gone."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Response, send_file

from data.i18n import gettext as _
from data.store import Store
from reports.layer_file_parts import FileAbout, Table
from reports.layer_files import write_table_file

_AT_ONCE = 2  # each takes a processor, and for the largest half a gigabyte
_WAIT_SECONDS = 60.0
FILE_TYPES = {  # by the ending in an address
    "geojson": ("geojson", "application/geo+json"),
    "gpkg": ("gpkg", "application/geopackage+sqlite3"),
    "shp.zip": ("zip", "application/zip"),
    "kml": ("kml", "application/vnd.google-earth.kml+xml"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class FilesBusy(RuntimeError):
    """Others are making files, for longer than one should wait."""


def answer_file(
    store: Store, ending: str, stem: str, name: str, make: Callable[[], tuple[Table, FileAbout]]
) -> Response:
    """What `make` returns, in the format of FILE_TYPES[ending], as a download called `name`.

    `stem` is what it is called inside. Raises LayerError for what the format cannot hold.
    """
    suffix, mimetype = FILE_TYPES[ending]
    with _turn(store), tempfile.TemporaryDirectory(prefix="pantau-export-") as folder:
        table, about = make()
        path = Path(folder) / f"{stem}.{suffix}"
        write_table_file(path, table, about)
        opened = path.open("rb")  # what is open stays readable after the folder is gone
    response = send_file(opened, mimetype=mimetype, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@contextmanager
def _turn(store: Store) -> Iterator[None]:
    turns: threading.Semaphore = store.kept(
        "file-turns", lambda: threading.BoundedSemaphore(_AT_ONCE)
    )
    if not turns.acquire(timeout=_WAIT_SECONDS):
        raise FilesBusy(_("other files are being made; try again in a minute"))
    try:
        yield
    finally:
        turns.release()
