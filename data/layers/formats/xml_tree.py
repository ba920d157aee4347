"""The records in an XML tree: elements that come again, with attributes or elements in them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from data.layers.model import LayerError

_SAMPLE = 200  # records of each path
_MOST_PATHS = 40
_REPEATS = 20  # of one element in a record; more are records of their own
_DEEPEST = 64

Record = dict[str, Any]


def find_records(path: Path) -> tuple[dict[str, list[Record]], Counter[str]]:
    """By path ('root/station'): the first records, and how many there are. Raises LayerError."""
    samples: dict[str, list[Record]] = {}
    counts: Counter[str] = Counter()
    for place, element, _ in _elements(path):
        if not (len(element) or element.attrib):
            continue
        counts[place] += 1
        if place not in samples and len(samples) >= 4 * _MOST_PATHS:
            continue
        sample = samples.setdefault(place, [])
        if len(sample) < _SAMPLE:
            sample.append(_flat(element))
        else:
            element.clear()
    several = {place: sample for place, sample in samples.items() if counts[place] > 1}
    chosen = several or {place: sample for place, sample in samples.items() if "/" in place}
    outermost = sorted(chosen or samples, key=lambda place: place.count("/"))
    return {place: samples[place] for place in outermost[:_MOST_PATHS]}, counts


def records_at(path: Path, wanted: str) -> Iterator[Record]:
    """The records at a path, flat: attributes are '@name', elements in them 'outer/inner'."""
    for place, element, parent in _elements(path):
        if place == wanted:
            yield _flat(element)
            if parent is not None:
                parent.remove(element)


def _elements(path: Path) -> Iterator[tuple[str, Element, Element | None]]:
    """Path, element and parent of every element, when it is whole. Raises LayerError."""
    open_elements: list[Element] = []
    names: list[str] = []
    try:
        with path.open("rb") as file:
            for event, element in iterparse(file, events=("start", "end"), forbid_entities=True):
                if event == "start":
                    if len(names) >= _DEEPEST:
                        raise LayerError(
                            "{name} is nested more than {limit} elements deep",
                            name=path.name,
                            limit=_DEEPEST,
                        )
                    open_elements.append(element)
                    names.append(_local(element.tag))
                    continue
                yield "/".join(names), element, open_elements[-2] if len(names) > 1 else None
                open_elements.pop()
                names.pop()
    except DefusedXmlException as error:
        raise LayerError(
            "{name} declares entities of its own, which are never read; save it without them",
            name=path.name,
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(
            "{name} is not whole XML ({reason}); send it again or mend it there",
            name=path.name,
            reason=error,
        ) from error


def _flat(element: Element, prefix: str = "") -> Record:
    parts: Record = {f"{prefix}@{_local(name)}": value for name, value in element.attrib.items()}
    seen: Counter[str] = Counter()
    for child in element:
        name = _local(child.tag)
        seen[name] += 1
        if seen[name] > _REPEATS:
            continue
        title = f"{prefix}{name}" if seen[name] == 1 else f"{prefix}{name} {seen[name]}"
        parts.update(_flat(child, f"{title}/"))
        if not len(child) and ((text := (child.text or "").strip()) or not child.attrib):
            parts[title] = text or None
    if not prefix and not len(element) and element.text and element.text.strip():
        parts["text"] = element.text.strip()
    return parts


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
