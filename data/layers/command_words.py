"""How `flask layers` says what there is: lines of plain English."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from data.layers.catalogue import Layer, Version
from data.layers.model import Note
from data.layers.remote_state import is_stale
from data.layers.shown_address import shown_address

_NOTES = {
    "repaired": "invalid polygons were made valid",
    "empty": "features without a shape were kept out",
    "flattened": "features lost their heights or measures",
    "mixed": "features are of another geometry than most",
    "recoded": "texts were in another encoding than the file says",
    "curves": "arcs and circles became lines and polygons",
    "outside": "features lie outside the city's surroundings",
    "renamed": "fields were renamed",
    "unplaced": "rows without usable coordinates were kept out",
    "hidden": "features that the drawing hides were kept out",
}


def note_line(note: Note) -> str:
    return f"{note.count:,} {_NOTES.get(note.kind, note.kind)}"


def version_lines(version: Version) -> Iterator[str]:
    """What was read: a line, and one for each thing that was mended."""
    yield (
        f"{version.features:,} features ({version.geometry}) from {version.file_name} "
        f"({version.file_format}, {version.crs}), version {version.number}"
    )
    for note in version.notes:
        yield f"  {note_line(note)}"


def list_lines(layers: Sequence[Layer], at: datetime) -> Iterator[str]:
    """A line for each layer, its cells apart by tabs."""
    for layer in layers:
        cells = [
            layer.code,
            f"{layer.version.features:,}",
            layer.version.geometry,
            f"version {layer.version.number}",
            f"{layer.changed_at:%Y-%m-%d %H:%M} UTC",
            freshness_text(layer, at),
        ]
        yield "\t".join(cells).rstrip()


def freshness_text(layer: Layer, at: datetime) -> str:
    """Of a remote layer: how old its data are, and what went wrong last; '' for others."""
    if layer.url is None or layer.every_seconds is None:
        return ""
    seen = f"{layer.succeeded_at:%Y-%m-%d %H:%M} UTC" if layer.succeeded_at else "never"
    state = "STALE, " if is_stale(layer, at) else ""
    error = f"; {layer.last_error}" if layer.last_error else ""
    return f"{state}last fetched {seen}{error}"


def show_lines(layer: Layer, versions: Sequence[Version], at: datetime) -> Iterator[str]:
    """All that is known of a layer."""
    about, version = layer.about, layer.version
    yield layer.code + ("  (approximate)" if about.is_approximate else "")
    for label, texts in (("name", about.names), ("description", about.descriptions)):
        for language, text in texts.items():
            yield f"  {label} ({language})\t{text}"
    for label, text in (
        ("source", about.source),
        ("licence", about.licence),
        ("owner", about.owner),
        ("address", shown_address(layer.url or "")),
        ("every", f"{layer.every_seconds // 60} minutes" if layer.every_seconds else ""),
        ("state", freshness_text(layer, at)),
    ):
        if text:
            yield f"  {label}\t{text}"
    if version.extent:
        yield "  extent\t" + ", ".join(f"{edge:.5f}" for edge in version.extent)
    yield "  fields\t" + (", ".join(f"{f.name} ({f.kind})" for f in version.fields) or "none")
    for one in versions:
        mark = "*" if one.id == version.id else " "
        first, *notes = version_lines(one)
        yield f"{mark} {one.created_at:%Y-%m-%d %H:%M} UTC\t{first}"
        yield from (f"  {note}" for note in notes)
