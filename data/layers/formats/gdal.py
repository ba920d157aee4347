"""Reading one layer with GDAL, without anything that it would look for beyond the file."""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyogrio
import shapely

from data.layers.formats.values import BOOLEAN, column_of
from data.layers.model import Choice, Field, LayerError, LayerInfo, Note, RawLayer
from data.sentence import Sentence, say

# Drivers that read these formats and look nowhere else; the process that reads has no others.
DRIVERS = ("DXF", "ESRI Shapefile", "GML", "GPKG", "GPX", "GeoJSON", "GeoJSONSeq", "TopoJSON")  # fmt: skip  # noqa: E501
Options = Mapping[str, str]  # of GDAL, to open a file
NO_OPTIONS: Options = MappingProxyType({})
_HUGE_NUMBER = re.compile(r"Unrecognized number: (\S+)")
_NO_JSON = re.compile(r"At line \d+, character \d+: |JSON parsing error: ")
_LONGEST_NUMBER = 40
_TEMPORARY = re.compile(r"(/[^/\s'\"]+)+/")


def list_gdal_layers(path: Path, options: Options = NO_OPTIONS) -> tuple[LayerInfo, ...]:
    """Name, geometry and count of each layer. Raises LayerError."""
    named = ask_gdal(path, lambda: pyogrio.list_layers(path))
    infos = []
    for name, geometry in named:
        info = ask_gdal(
            path,
            lambda name=name: pyogrio.read_info(  # type: ignore[misc]
                path, layer=name, force_feature_count=True, **options
            ),
        )
        infos.append(LayerInfo(str(name), geometry, int(info["features"])))
    return tuple(infos)


def read_gdal_layer(
    path: Path,
    choice: Choice,
    *,
    encoding: str | None = None,
    clean: bool = True,
    options: Options = NO_OPTIONS,
) -> RawLayer:
    """All features of the chosen layer, or of the only one; `clean` puts texts right.

    Raises LayerError.
    """
    meta, _, shapes, values = ask_gdal(
        path,
        lambda: pyogrio.raw.read(
            path,
            layer=choice.layer,
            encoding=encoding,
            datetime_as_string=True,
            **options,
        ),
    )
    if shapes is None:
        raise LayerError("{name} holds a table without shapes", name=path.name)
    columns, fields, recoded = _columns_of(
        zip(meta["fields"], _kinds(meta), values, strict=True), clean
    )
    notes = (Note("recoded", recoded),) if recoded else ()
    # What nobody can read counts as a feature without a shape.
    geometries = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
    return RawLayer(geometries.reshape(len(shapes)), columns, fields, meta["crs"], notes)


def with_curves(raw: RawLayer, count: int) -> RawLayer:
    """With a note of the features whose arcs became straight pieces."""
    return replace(raw, notes=(*raw.notes, Note("curves", count))) if count else raw


def _columns_of(
    named: Iterable[tuple[str, str, Any]], clean: bool
) -> tuple[dict[str, list[Any]], tuple[Field, ...], int]:
    """Columns and fields of names, GDAL types and values; and how many texts were put right."""
    columns: dict[str, list[Any]] = {}
    fields: list[Field] = []
    recoded = 0
    for name, kind, values in named:
        column, field_kind, mended = column_of(values, kind, clean=clean)
        columns[str(name)] = column
        fields.append(Field(str(name), field_kind))
        recoded += mended
    return columns, tuple(fields), recoded


def _kinds(meta: Mapping[str, Any]) -> list[str]:
    """GDAL's type of each field, by its subtype where it is a boolean."""
    pairs = zip(meta["ogr_types"], meta["ogr_subtypes"], strict=True)
    return [BOOLEAN if subtype == BOOLEAN else kind for kind, subtype in pairs]


def ask_gdal(path: Path, ask: Callable[[], Any]) -> Any:
    """What `ask` returns; what GDAL says against the file as LayerError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return ask()
    except MemoryError:
        raise
    except (RuntimeError, ValueError, OSError, KeyError, IndexError, AttributeError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(
            "{name} cannot be read: {reason}", name=path.name, reason=_reason(error)
        ) from error


def _reason(error: Exception) -> str | Sentence:
    """The first line, without where on this machine the file lies."""
    lines = str(error).splitlines() or [type(error).__name__]
    text = _TEMPORARY.sub("", lines[0]).strip().rstrip(".;")
    if number := _HUGE_NUMBER.search(text):
        return say(
            "it holds the number {number}, which is too large to be one; mend it or send it again",
            number=number[1][:_LONGEST_NUMBER],
        )
    if _NO_JSON.search(text):  # GDAL's place in it is one of a part of the file
        return say("it is not whole JSON; mend it or send it again")
    if "not recognized as being in" in text:
        return say("it is damaged, or not what its beginning says")
    return text[:300]
