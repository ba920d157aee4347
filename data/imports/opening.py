"""Opening a file of rows: CSV, zipped CSV, XLSX, JSON or JSON lines."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from data.imports.delimited import read_delimited
from data.imports.records import read_records
from data.imports.table import Layout, Source, Table, TableError
from data.imports.workbook import read_workbook

_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls); save it as .xlsx",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip; unpack it",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file; save it as CSV",
    b"SQLite format 3": "an SQLite database; export its table as CSV",
    b"<": "XML or HTML, not a table; export it as CSV, XLSX or JSON",
}


@contextmanager
def open_table(path: Path, layout: Layout) -> Iterator[Table]:
    """The table in a file. Raises TableError with one sentence that names the file.

    Rows are read while one iterates, so TableError can also come from there.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise TableError(f"{path} cannot be opened: {error.strerror}") from error
    if not start.strip():
        raise TableError(f"{path} is empty")
    try:
        if start.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                if "xl/workbook.xml" in archive.namelist():
                    with read_workbook(path, archive, layout) as table:
                        yield table
                    return
                member = _only_member(path, archive)
                source = Source(member.filename, member.file_size, lambda: archive.open(member))
                with _read_text(source, layout) as table:
                    yield table
            return
        for magic, what in _FOREIGN.items():
            if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic):
                raise TableError(f"{path} is {what}")
        source = Source(path.name, path.stat().st_size, lambda: path.open("rb"))
        with _read_text(source, layout) as table:
            yield table
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise TableError(f"{path} is a damaged or incomplete archive: {error}") from error
    except (RuntimeError, NotImplementedError) as error:
        if "password" not in str(error) and "compression" not in str(error):
            raise
        raise TableError(f"{path} cannot be unpacked: {error}") from error


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and info.filename.lower().endswith((".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson"))
    ]
    if len(members) != 1:
        found = ", ".join(info.filename for info in archive.infolist()[:5]) or "nothing"
        raise TableError(
            f"{path} must hold exactly one CSV or JSON file; it holds {len(members)} ({found})"
        )
    return members[0]


def _read_text(source: Source, layout: Layout) -> AbstractContextManager[Table]:
    with source.open() as file:
        start = file.read(4096)
    is_json = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))
    return (read_records if is_json else read_delimited)(source, layout)
