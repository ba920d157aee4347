"""The parts of a Shapefile: which belong together, and whether they are whole."""

import mmap
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from data.layers.limits import LIMITS, size_words
from data.layers.model import LayerError

PART_SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj")
_HEADER = 100  # bytes
_NAMES = {".dbf": "the attributes", ".prj": "the coordinate system", ".cpg": "the encoding"}


def is_part(path: Path) -> bool:
    return path.suffix.lower() in PART_SUFFIXES


def gather_parts(shp: Path, others: Sequence[Path], folder: Path) -> Path:
    """Lay the parts of `shp` together in `folder`, with an index of our own; the .shp there.

    Parts share the name of `shp`, whatever the case. Raises LayerError for parts that are missing,
    broken off or not of one Shapefile.
    """
    found = {
        other.suffix.lower(): other
        for other in others
        if other.parent == shp.parent and other.stem.lower() == shp.stem.lower() and other != shp
    }
    if ".dbf" not in found:
        raise LayerError(
            "{name} comes without its .dbf, the attributes; give all parts of the "
            "Shapefile together, best as one ZIP archive",
            name=shp.name,
        )
    folder.mkdir(parents=True)
    target = folder / f"{shp.stem}.shp"
    target.symlink_to(shp.resolve())
    for suffix in _NAMES:
        if suffix in found:
            target.with_suffix(suffix).symlink_to(found[suffix].resolve())
    records = _write_index(target, shp.name)
    _check_attributes(found[".dbf"], records, shp.name)
    return target


def refuse_orphans(paths: Sequence[Path]) -> None:
    """Raises LayerError where there are parts of a Shapefile but not its shapes."""
    for path in paths:
        if path.suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
            raise LayerError(
                "{name} is only a part of a Shapefile; give its .shp, .shx, .dbf and .prj "
                "together, best as one ZIP archive",
                name=path.name,
            )


def _write_index(shp: Path, name: str) -> int:
    """Write the .shx that the records of `shp` call for; how many there are.

    GDAL believes the index that comes along, and reads a file that broke off without a word.
    """
    size = os.stat(shp).st_size
    with shp.open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            raise LayerError(
                "{name} broke off after {size}; send it again", name=name, size=size_words(size)
            )
        promised = 2 * int(struct.unpack(">i", header[24:28])[0])
        if size < promised:
            raise LayerError(
                "{name} broke off after {size} of {promised} bytes; send it again",
                name=name,
                size=size,
                promised=promised,
            )
        if promised < size:
            raise LayerError(
                "{name} says that it has {promised} bytes but has {size}: it is damaged; "
                "export it again",
                name=name,
                promised=promised,
                size=size,
            )
        entries = _entries(file.fileno(), size, name)
    count = len(entries) // 8
    with shp.with_suffix(".shx").open("wb") as index:
        length = struct.pack(">i", (_HEADER + len(entries)) // 2)
        index.write(header[:24] + length + header[28:] + bytes(entries))
    return count


def _entries(descriptor: int, size: int, name: str) -> bytearray:
    entries = bytearray()
    if size == _HEADER:
        return entries
    read_head, pack_entry = struct.Struct(">ii").unpack_from, struct.Struct(">ii").pack
    with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as content:
        place = _HEADER
        while place < size:
            length = 2 * read_head(content, place)[1] if place + 8 <= size else -1
            if length < 4 or place + 8 + length > size:
                raise LayerError(
                    "{name} is damaged at shape {n}: its length is wrong; export it again",
                    name=name,
                    n=len(entries) // 8 + 1,
                )
            entries += pack_entry(place // 2, length // 2)
            if len(entries) // 8 > LIMITS.features:
                raise LayerError(
                    "{name} holds more than {limit} shapes; give a part of it",
                    name=name,
                    limit=LIMITS.features,
                )
            place += 8 + length
    return entries


def _check_attributes(dbf: Path, records: int, name: str) -> None:
    size = dbf.stat().st_size
    with dbf.open("rb") as file:
        header = file.read(32)
    if len(header) < 32:
        raise LayerError(
            "{name} broke off after {size}; send it again", name=dbf.name, size=size_words(size)
        )
    rows, start, width = struct.unpack("<IHH", header[4:12])
    promised = start + rows * width
    if size < promised:
        raise LayerError(
            "{name} broke off after {size} of {promised} bytes; send it again",
            name=dbf.name,
            size=size,
            promised=promised,
        )
    if rows != records:
        raise LayerError(
            "{name} has {rows} rows for the {records} shapes of {other}: they are not of "
            "one Shapefile; export it again",
            name=dbf.name,
            rows=rows,
            records=records,
            other=name,
        )
