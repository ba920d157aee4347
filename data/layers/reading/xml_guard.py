"""Looking through XML before anything else reads it: whole, and without entities of its own."""

import re
from pathlib import Path
from xml.parsers import expat

from data.layers.model import LayerError

_BLOCK = 1 << 20
_DEEPEST = 256


def check_xml(path: Path, name: str) -> None:
    """Raises LayerError where the file declares entities, is nested too deep or is not whole."""
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = 0

    def refuse_entity(*_: object) -> None:
        raise LayerError(
            "{name} declares entities of its own, which are never read; save it without them",
            name=name,
        )

    def open_element(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise LayerError(
                "{name} is nested more than {limit} elements deep", name=name, limit=_DEEPEST
            )

    def close_element(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = refuse_entity
    parser.ExternalEntityRefHandler = refuse_entity  # type: ignore[assignment]
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise LayerError(
            "{name} is not whole XML: {reason} at line {line}; send it again or mend it there",
            name=name,
            reason=expat.ErrorString(error.code),
            line=error.lineno,
        ) from error


_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")


def root_element(start: bytes) -> tuple[str, bytes] | None:
    """Local name and attributes of the first element in UTF-8 text; None where there is none."""
    bare = re.sub(rb"<!--.*?-->", b"", start, flags=re.DOTALL)
    found = _ROOT.search(bare)
    return (found[1].decode("ascii", "replace"), found[2]) if found else None
