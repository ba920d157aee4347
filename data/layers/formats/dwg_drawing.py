"""A DWG drawing as an ezdxf document: its layers, blocks, and what is in them and in the model."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ezdwg
import ezdxf
from ezdwg import raw
from ezdxf.lldxf.const import DXFError

from data.layers.formats.cad_walk import Drawing, Origin
from data.layers.formats.dwg_entities import MAKERS, align

_MODEL, _PAPER = "*MODEL_SPACE", "*PAPER_SPACE"
_OWNED, _ON_PAPER, _IN_MODEL = 0, 1, 2  # where an entity is, as the file says
_STRUCTURE = {
    "BLOCK", "ENDBLK", "SEQEND", "VERTEX_2D", "VERTEX_3D", "VERTEX_MESH", "VERTEX_PFACE",
    "VERTEX_PFACE_FACE", "VIEWPORT",
}  # fmt: skip
_UNMADE = (DXFError, ValueError, KeyError, TypeError, IndexError, ArithmeticError)


@dataclass
class _Source:
    """What ezdwg finds, by handle."""

    entities: dict[int, Any]
    blocks: Mapping[int, tuple[str, Any]]  # unique name and base point
    model: set[int]
    paper: set[int]
    placements: Mapping[int, tuple[int, int]]
    block_of_insert: Mapping[int, int]
    attributes: Mapping[int, list[Any]]  # of an insert
    layers: Mapping[int, str]
    kinds: Mapping[int, str]


@dataclass
class _Counts:
    hidden: int = 0
    shapeless: int = 0
    origins: dict[str, Origin] = field(default_factory=dict)


def read_drawing(path: str) -> Drawing:
    """Raises what ezdwg raises for a file that it cannot decode."""
    source = _read(path)
    document = ezdxf.new("R2018")
    _make_layers(document, path)
    for handle, (name, base_point) in source.blocks.items():
        if handle not in source.model | source.paper and name not in document.blocks:
            document.blocks.new(name, base_point=base_point)
    counts = _Counts()
    for handle, entity in source.entities.items():
        _place(document, source, handle, entity, counts)
    decoded = source.entities.keys() | {
        attribute.handle for attached in source.attributes.values() for attribute in attached
    }
    for handle, kind in source.kinds.items():
        if handle not in decoded and kind not in _STRUCTURE:
            target = _target(source, handle)
            counts.hidden += target in source.paper
            counts.shapeless += target not in source.paper
    return Drawing(document, counts.origins, counts.hidden, counts.shapeless)


def _read(path: str) -> _Source:
    document = ezdwg.read(path)
    try:
        found = {entity.handle: entity for entity in document.entities().query()}
        names = dict(raw.decode_block_header_names(path))
        headers = {row["handle"]: row for row in raw.decode_write_blocks(path)}
        kinds = {row[0]: row[4] for row in raw.list_object_headers_with_type(path) if row[5] == "E"}
        placements = {row[0]: (row[1], row[2]) for row in raw.decode_entity_placements(path)}
        inserts = {row[0]: row[2] for row in raw.decode_insert_write_properties(path)}
        layers = {layer.handle: layer.name for layer in document.layers}
    finally:
        ezdwg.document.clear_decode_caches()
    attributes: dict[int, list[Any]] = defaultdict(list)
    entities: dict[int, Any] = {}
    for handle, entity in found.items():
        owner = entity.dxf.get("owner_handle") or placements.get(handle, (0, 0))[1]
        if entity.dxftype == "ATTRIB" and kinds.get(owner) in ("INSERT", "MINSERT"):
            attributes[owner].append(entity)
        else:
            entities[handle] = entity
    return _Source(
        entities=entities,
        blocks=_unique_blocks(names, headers),
        model={handle for handle, name in names.items() if name.upper() == _MODEL},
        paper={handle for handle, name in names.items() if name.upper().startswith(_PAPER)},
        placements=placements,
        block_of_insert=inserts,
        attributes=attributes,
        layers=layers,
        kinds=kinds,
    )


def _unique_blocks(
    names: Mapping[int, str], headers: Mapping[int, Mapping[str, Any]]
) -> dict[int, tuple[str, Any]]:
    """Blocks without a name of their own ('*U') and those named alike get their handle's."""
    uses = Counter(names[handle].upper() for handle in headers if handle in names)
    blocks = {}
    for handle, row in headers.items():
        name = names.get(handle) or row["name"] or "block"
        if uses[name.upper()] > 1:
            name = f"{name}_{handle:X}"
        blocks[handle] = (name, row["base_point"])
    return blocks


def _make_layers(document: Any, path: str) -> None:
    for layer in ezdwg.read(path).layers:
        if layer.name in document.layers:
            made = document.layers.get(layer.name)
        else:
            made = document.layers.add(layer.name)
        made.dxf.color = abs(layer.color or 7)
        if layer.true_color is not None:
            made.dxf.true_color = int(layer.true_color) & 0xFFFFFF
        if layer.frozen:
            made.freeze()
        if not layer.on:
            made.off()


def _target(source: _Source, handle: int) -> int:
    """The handle of the block that holds an entity; that of the model where nothing says more."""
    model = min(source.model, default=0)
    seen: set[int] = set()
    while handle not in seen:
        seen.add(handle)
        mode, owner = source.placements.get(handle, (_IN_MODEL, 0))
        if mode == _ON_PAPER:
            return min(source.paper, default=-1)
        if mode != _OWNED or not owner:
            return model
        if owner in source.blocks:
            return model if owner in source.model else owner
        handle = owner  # an attribute is where its insert is
    return model


def _place(document: Any, source: _Source, handle: int, entity: Any, counts: _Counts) -> None:
    target = _target(source, handle)
    if entity.dxftype in _STRUCTURE:
        return
    if target in source.paper or target == -1:
        counts.hidden += 1
        return
    in_model = target in source.model or target not in source.blocks
    layout = document.modelspace() if in_model else document.blocks.get(source.blocks[target][0])
    make = MAKERS.get(entity.dxftype)
    try:
        made = make(layout, entity.dxf, _block_name(source, handle, entity)) if make else None
    except _UNMADE:
        made = None
    if made is None:
        counts.shapeless += 1
        return
    _style(made, entity.dxf, source.layers)
    for attribute in source.attributes.get(handle, ()):
        _attach(made, attribute, source, counts)
    if in_model:
        counts.origins[made.dxf.handle] = Origin(f"{handle:X}", entity.dxftype.split("_")[0])


def _block_name(source: _Source, handle: int, entity: Any) -> str | None:
    block = source.block_of_insert.get(handle) or entity.dxf.get("anonymous_block_handle")
    if block in source.blocks:
        return source.blocks[block][0]
    wanted = str(entity.dxf.get("name") or entity.dxf.get("anonymous_block_name") or "").upper()
    return next((name for name, _ in source.blocks.values() if name.upper() == wanted), None)


def _attach(insert: Any, attribute: Any, source: _Source, counts: _Counts) -> None:
    dxf = attribute.dxf
    try:
        made = insert.add_attrib(dxf.get("tag") or "?", dxf.get("text") or "", dxf["insert"])
        align(made, dxf)
    except _UNMADE:
        counts.shapeless += 1
        return
    _style(made, dxf, source.layers)
    made.is_invisible = bool(int(dxf.get("attribute_flags") or 0) & 1)


def _style(made: Any, dxf: Mapping[str, Any], layers: Mapping[int, str]) -> None:
    made.dxf.layer = layers.get(dxf.get("layer_handle") or 0, "0")
    colour = dxf.get("color_index")
    made.dxf.color = colour if isinstance(colour, int) and 0 <= colour <= 256 else 256
    if dxf.get("true_color") is not None:
        made.dxf.true_color = int(dxf["true_color"]) & 0xFFFFFF
    if dxf.get("invisible"):
        made.dxf.invisible = 1
