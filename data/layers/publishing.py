"""From files that were sent to a layer in force: read, keep the chosen fields, publish."""

import re
import unicodedata
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from data.layers import catalogue
from data.layers.addresses import Sources
from data.layers.catalogue import Layer
from data.layers.model import About, Choice, FeatureTable, LayerError, LayerTaken
from data.layers.reading import city_frame, read_source
from data.layers.remote import add_remote
from data.layers.slots import fetching_slot, reading_slot
from data.layers.uploads import taken
from data.store import Store

_ATTEMPTS = 50  # codes tried where a name is taken
_LONGEST = 58  # characters of a code, which leaves room for a number


@dataclass(frozen=True)
class Publication:
    """What is to be published. Exactly one of `code`, `replaces` or neither is given."""

    choice: Choice
    about: About
    code: str | None = None  # of the new layer; None: made from its name
    replaces: str | None = None  # the code of the layer that gets a new version
    fields: tuple[str, ...] | None = None  # those kept; None for all
    remote: "Fetching | None" = None  # of a layer that is fetched on a schedule


@dataclass(frozen=True)
class Fetching:
    """From where, how often, and whom the operator lets us ask."""

    url: str
    every_seconds: int
    sources: Sources


def publish_upload(store: Store, folder: Path, upload_id: str, wanted: Publication) -> Layer:
    """The layer in force. Raises LayerError, and then nothing has changed."""
    with taken(folder, upload_id) as upload:
        if wanted.replaces is not None:
            catalogue.find_replaceable(store, wanted.replaces)
        elif wanted.code is not None:
            _check_free(store, wanted.code)
        if wanted.remote is not None:
            with fetching_slot(folder):
                return _remote_in_force(store, wanted, wanted.remote, folder)
        with reading_slot(folder):
            table = read_source(upload.paths, wanted.choice, city=city_frame(store))
        table = keep_fields(table, wanted.fields)
        return _in_force(store, table, upload.file_name, wanted)


def keep_fields(table: FeatureTable, names: Collection[str] | None) -> FeatureTable:
    """Without the fields that nobody wants. Raises LayerError for one that is not there."""
    if names is None:
        return table
    known = {field.name for field in table.fields}
    if strange := [name for name in names if name not in known]:
        raise LayerError(
            "field {name!r} is not in the file; its fields are: {names}",
            name=strange[0][:80],
            names=", ".join(sorted(known)) or "–",
        )
    fields = tuple(field for field in table.fields if field.name in names)
    return replace(
        table, fields=fields, columns={field.name: table.columns[field.name] for field in fields}
    )


def code_of(name: str) -> str:
    """A code as near to the name as its alphabet allows: Pintu Air & Pompa → pintu-air-pompa."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-") or "layer"


def _in_force(store: Store, table: FeatureTable, file_name: str, wanted: Publication) -> Layer:
    try:
        if wanted.replaces is not None:
            return catalogue.replace(store, wanted.replaces, table, file_name=file_name)
    except IntegrityError:  # both made the version of the same number
        raise LayerTaken(
            "layer {code!r} is being replaced by somebody else; look at it and try again",
            code=wanted.replaces,
        ) from None
    return _under_code(
        store,
        wanted,
        lambda code: catalogue.publish(store, code, wanted.about, table, file_name=file_name),
    )


def _remote_in_force(store: Store, wanted: Publication, remote: Fetching, folder: Path) -> Layer:
    if wanted.replaces is not None or wanted.fields is not None:
        raise LayerError(
            "a layer that is fetched is new, and keeps all its fields; add it without a choice"
        )
    return _under_code(
        store,
        wanted,
        lambda code: add_remote(
            store,
            code,
            wanted.about,
            remote.url,
            every_seconds=remote.every_seconds,
            choice=wanted.choice,
            sources=remote.sources,
            slots=folder,
        ),
    )


def _under_code(store: Store, wanted: Publication, make: Callable[[str], Layer]) -> Layer:
    """Under the code that is wanted, else under a free one that is like the name."""
    if wanted.code is not None:
        return make(wanted.code)
    base = code_of(next((name for name in wanted.about.names.values() if name), ""))
    for attempt in range(1, _ATTEMPTS):
        code = base if attempt == 1 else f"{base}-{attempt}"
        if code in _codes(store):
            continue
        with suppress(LayerTaken):  # by somebody who is still writing it
            return make(code)
    raise LayerTaken("too many layers are called like {code!r}; choose another name", code=base)


def _check_free(store: Store, code: str) -> None:
    """Before minutes are spent on reading."""
    if catalogue.check_code(code) in _codes(store):
        raise LayerTaken(
            "a layer {code!r} is there already; replace it, or choose another code", code=code
        )


def _codes(store: Store) -> set[str]:
    return {
        layer.code
        for removed in (False, True)
        for layer in catalogue.list_layers(store, removed=removed)
    }
