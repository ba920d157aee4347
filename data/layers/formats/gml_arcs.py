"""Features of a GML file that have an arc, which GDAL gives as straight pieces unsaid."""

import mmap
import re
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

_ARCS = frozenset({
    "Arc", "ArcString", "Circle", "ArcByBulge", "ArcStringByBulge", "ArcByCenterPoint",
    "CircleByCenterPoint",
})  # fmt: skip
_ANY = re.compile(rb"<(?:[\w.-]+:)?(?:%s)[\s/>]" % b"|".join(name.encode() for name in _ARCS))


def count_curved(path: Path, layer: str | None) -> int:
    """Of the features that are called `layer`; of all arcs where no element is called so."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _ANY.search(content):
            return 0  # as most do, without reading the tree
    found = _Count(layer)
    with path.open("rb") as file, suppress(expat.ExpatError):  # GDAL has read it
        found.parser.ParseFile(file)
    return found.features if found.is_known else found.arcs


class _Count:
    """Counts while the elements come by."""

    def __init__(self, layer: str | None) -> None:
        self.arcs = self.features = 0
        self.is_known = False
        self._layer = layer
        self._before = 0  # arcs when the feature began
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in _ARCS:
            self.arcs += 1
        elif local == self._layer:
            self.is_known = True
            self._before = self.arcs

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == self._layer:
            self.features += self.arcs > self._before
