"""Inside the process that reads: from files to an inspection or a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data.layers.formats import load_fallback, load_format
from data.layers.formats.interface import FormatModule, Guess
from data.layers.model import Choice, FeatureTable, LayerError, LayerInfo, Note, RawLayer
from data.layers.reading.frame import CityFrame
from data.layers.reading.inspection import Inspection, inspect_layer
from data.layers.reading.source import Part, Source, open_source
from data.layers.reading.table import make_table
from data.sentence import Sentence, say

_SHOWN = 12  # layers that a sentence names


@dataclass(frozen=True)
class _Layer:
    """A layer of a part; `info.name` is unique among all parts, `inner` in the part."""

    part: Part
    module: FormatModule
    inner: str
    info: LayerInfo


def inspect_files(
    paths: Sequence[Path], choice: Choice, city: CityFrame, folder: Path
) -> Inspection:
    """Raises LayerError for files that cannot be read."""
    source = open_source(paths, folder)
    layers = _layers(source, choice)
    known = Inspection(file_format=source.file_format, layers=tuple(one.info for one in layers))
    chosen = _choose(layers, choice, source.name)
    if chosen is None:
        return replace(known, questions=("layer",))
    inner = replace(choice, layer=chosen.inner)
    guess = _guess(chosen.module, chosen.part, inner)
    known = replace(known, chosen=chosen.info.name, guess=guess or Guess())
    if guess is not None and not guess.has_coordinates:
        which = "records" if guess.records is None and guess.record_paths else "coordinates"
        return replace(known, questions=(which,))
    raw = _read(chosen.module, chosen.part, inner)
    return replace(
        known,
        **inspect_layer(raw, choice, city, name=source.name, file_format=source.file_format),
    )


def read_files(
    paths: Sequence[Path], choice: Choice, city: CityFrame, folder: Path
) -> FeatureTable:
    """Raises LayerError, also where something is left to choose."""
    source = open_source(paths, folder)
    layers = _layers(source, choice)
    chosen = _choose(layers, choice, source.name)
    if chosen is None:
        raise LayerError(
            "{name} holds several layers; choose one of: {names}",
            name=source.name,
            names=_names(layers),
        )
    inner = replace(choice, layer=chosen.inner)
    guess = _guess(chosen.module, chosen.part, inner)
    if guess is not None and not guess.has_coordinates:
        raise LayerError(
            "{name} does not say where its coordinates are; choose the fields of latitude "
            "and longitude, or of well-known text",
            name=source.name,
        )
    raw = _read(chosen.module, chosen.part, inner)
    return make_table(raw, choice, city, name=source.name, file_format=source.file_format)


def _layers(source: Source, choice: Choice) -> list[_Layer]:
    found = []
    several = len(source.parts) > 1
    for part in source.parts:
        module, infos = _list(part, choice)
        if not infos:
            raise LayerError("{name} holds no layer", name=source.name)
        for info in infos:
            name = info.name
            if several:
                name = part.name if len(infos) == 1 else f"{part.name}/{info.name}"
            found.append(_Layer(part, module, info.name, replace(info, name=name)))
    return found


def _list(part: Part, choice: Choice) -> tuple[FormatModule, tuple[LayerInfo, ...]]:
    """The module that can read a part, and the layers in it. Raises LayerError."""
    module = load_format(part.format)
    try:
        return module, module.list_layers(part.path, choice)
    except LayerError:
        fallback = load_fallback(part.format)
        if fallback is None:
            raise
        try:
            return fallback, fallback.list_layers(part.path, choice)
        except LayerError:
            pass
        raise


def _choose(layers: list[_Layer], choice: Choice, name: str) -> _Layer | None:
    """The chosen layer, or the only one that holds shapes. Raises LayerError."""
    if choice.layer is not None:
        for layer in layers:
            if choice.layer == layer.info.name:
                return layer
        raise LayerError(
            "{name} has no layer {layer!r}; choose one of: {names}",
            name=name,
            layer=choice.layer[:80],
            names=_names(layers),
        )
    filled = [one for one in layers if one.info.features != 0 and one.info.geometry != "None"]
    if not filled:
        raise LayerError("{name} holds no shapes; there is nothing to lay over the map", name=name)
    return filled[0] if len(filled) == 1 else None


def _names(layers: list[_Layer]) -> str | Sentence:
    names = [layer.info.name for layer in layers]
    some = ", ".join(names[:_SHOWN])
    if len(names) > _SHOWN:
        return say("{names} and {n} more", names=some, n=len(names) - _SHOWN)
    return some


def _guess(module: FormatModule, part: Part, choice: Choice) -> Guess | None:
    """None for a format that says where its coordinates are."""
    guess = getattr(module, "guess", None)
    return guess(part.path, choice) if guess else None


def _read(module: FormatModule, part: Part, choice: Choice) -> RawLayer:
    raw = module.read(part.path, choice)
    if not part.recoded:
        return raw
    texts = sum(
        not value.isascii()
        for field in raw.fields
        if field.kind == "text"
        for value in raw.columns[field.name]
        if isinstance(value, str)
    )
    others = tuple(note for note in raw.notes if note.kind != "recoded")
    return replace(raw, notes=(*others, Note("recoded", texts)) if texts else others)
