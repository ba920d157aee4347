"""Going through a drawing: blocks are taken apart, and what is not shown is left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import shapely
from ezdxf.colors import aci2rgb
from ezdxf.lldxf.const import DXFError

from data.layers.formats.cad_shapes import Drawn, draw
from data.layers.limits import LIMITS
from data.layers.model import LayerError

_DEEPEST = 32  # blocks in blocks
_INSERTS = (None, "INSERT", "MINSERT")
_BY_BLOCK, _BY_LAYER, _LAST_COLOUR = 0, 256, 255
# What ezdxf raises for entities whose parts are missing or contradict each other.
_BROKEN = (
    DXFError, ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError,
    RecursionError,
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """What an entity was where the drawing comes from, if that is another."""

    handle: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """An ezdxf document. `hidden` and `shapeless` count what did not even come into it."""

    document: Any
    origins: Mapping[str, Origin] = field(default_factory=dict)  # by handle in the document
    hidden: int = 0
    shapeless: int = 0


@dataclass(frozen=True)
class Feature:
    """`handle` is of the entity in the drawing itself, also for parts of its blocks."""

    drawn: Drawn
    kind: str
    layer: str
    block: str | None
    colour: str
    handle: str
    tag: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class _Place:
    """What the parts of a block take from where it is put in."""

    handle: str = ""
    layer: str = "0"
    colour: str = ""
    block: str | None = None
    kind: str | None = None  # of the entity that a part stands for
    attributes: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0


class Walk:
    """Yields the features once; then `hidden` and `shapeless` have counted what was left out."""

    def __init__(self, drawing: Drawing, name: str) -> None:
        self.hidden = drawing.hidden
        self.shapeless = drawing.shapeless
        self._drawing = drawing
        self._name = name
        self._steps = 0
        self._layers = {
            layer.dxf.name.lower(): (layer.is_off(), layer.is_frozen(), _colour(layer))
            for layer in drawing.document.layers
        }

    def features(self) -> Iterator[Feature]:
        """Raises LayerError where blocks make more than a layer may hold."""
        for entity in self._drawing.document.modelspace():
            origin = self._drawing.origins.get(entity.dxf.handle)
            handle = origin.handle if origin else str(entity.dxf.handle or "")
            place = _Place(handle=handle, kind=origin.kind if origin else None)
            yield from self._entity(entity, place)

    def _entity(self, entity: Any, place: _Place) -> Iterator[Feature]:
        self._steps += 1
        if self._steps > 3 * LIMITS.features or place.depth > _DEEPEST:
            raise LayerError(
                "{name} puts blocks into blocks without end, or more than {limit} of their "
                "parts; explode or purge it in the drawing program",
                name=self._name,
                limit=LIMITS.features,
            )
        layer = str(entity.dxf.get("layer", "0"))
        if layer == "0" and place.depth:
            layer = place.layer
        is_off, is_frozen, _ = self._layers.get(layer.lower(), (False, False, ""))
        if entity.dxf.get("invisible", 0) or is_frozen:
            self.hidden += 1
            return
        colour = self._colour_of(entity, layer, place)
        if entity.dxftype() == "INSERT":
            yield from self._insert(entity, replace(place, layer=layer, colour=colour))
        elif is_off:
            self.hidden += 1
        elif entity.dxftype() != "VIEWPORT" and not (entity.dxftype() == "ATTDEF" and place.depth):
            yield from self._plain(entity, replace(place, layer=layer, colour=colour))

    def _insert(self, insert: Any, place: _Place) -> Iterator[Feature]:
        own = {attrib.dxf.tag: attrib.plain_text() for attrib in insert.attribs}
        block = str(insert.dxf.get("name", ""))
        # A dimension is kept as an insert of the block that shows it.
        kind = None if place.kind in _INSERTS else place.kind
        inner = replace(
            place,
            block=block if kind is None else None,
            kind=kind,
            attributes={**place.attributes, **own},
            depth=place.depth + 1,
        )
        found = False
        for single in insert.multi_insert() if insert.mcount > 1 else (insert,):
            for part in self._parts(partial(self._block_parts, single)):
                found = True
                yield from self._entity(part, inner)
        if not found:
            # A mark without a picture: where it stands is all there is.
            drawn = Drawn(_spot_of(insert))
            yield _feature(drawn, "INSERT", inner, None)

    def _plain(self, entity: Any, place: _Place) -> Iterator[Feature]:
        kind = place.kind or entity.dxftype()
        if hasattr(entity, "__virtual_entities__") and entity.dxftype() != "INSERT":
            inner = replace(place, kind=kind, depth=place.depth + 1)
            found = False
            for part in self._parts(entity.__virtual_entities__):
                found = True
                yield from self._entity(part, inner)
            if found:
                return
        tag = entity.dxf.get("tag") if entity.dxftype() in ("ATTRIB", "ATTDEF") else None
        try:
            drawn = draw(entity)
        except _BROKEN:
            drawn = Drawn()
        yield _feature(drawn, kind, place, tag)

    def _block_parts(self, insert: Any) -> Iterator[Any]:
        yield from insert.attribs
        yield from insert.virtual_entities(skipped_entity_callback=self._skip)

    def _skip(self, entity: Any, reason: str) -> None:
        self.shapeless += entity.dxftype() != "ATTDEF"

    def _parts(self, make: Callable[[], Any]) -> Iterator[Any]:
        """As many parts as there are until one is broken."""
        try:
            yield from make()
        except _BROKEN:
            self.shapeless += 1

    def _colour_of(self, entity: Any, layer: str, place: _Place) -> str:
        true_colour = entity.dxf.get("true_color")
        if true_colour is not None:
            return f"#{int(true_colour) & 0xFFFFFF:06x}"
        number = int(entity.dxf.get("color", _BY_LAYER))
        if number == _BY_BLOCK and place.depth:
            return place.colour
        if 0 < number <= _LAST_COLOUR:
            return _hex(number)
        return self._layers.get(layer.lower(), (False, False, _hex(7)))[2]


def _feature(drawn: Drawn, kind: str, place: _Place, tag: str | None) -> Feature:
    return Feature(
        drawn, kind, place.layer, place.block, place.colour, place.handle, tag, place.attributes
    )


def _spot_of(insert: Any) -> Any:
    corner = insert.ocs().to_wcs(insert.dxf.insert)
    return shapely.Point(corner.x, corner.y)


def _colour(layer: Any) -> str:
    true_colour = layer.dxf.get("true_color")
    if true_colour is not None:
        return f"#{int(true_colour) & 0xFFFFFF:06x}"
    number = abs(int(layer.dxf.get("color", 7)))
    return _hex(number if 0 < number <= _LAST_COLOUR else 7)


def _hex(number: int) -> str:
    red, green, blue = aci2rgb(number)
    return f"#{red:02x}{green:02x}{blue:02x}"
