"""The proof that an edition can be repeated, or what came out otherwise."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from data.database import AWAY
from data.evaluation.editions import Edition
from data.evaluation.files import CHECKSUMS, EVALUATION, INPUTS, METHOD, Kept, Texts, texts_of
from data.evaluation.seal import DRAFT, ISSUE
from data.store import Store
from queries.evaluation.compare import Difference, text_differences
from queries.evaluation.verify import compute_again
from reports.evaluation.lifecycle import documents_from, look_of, standing_of
from reports.evaluation.sealed import Found, seal_differences
from reports.evaluation.tools import other_tools

_NO_DOCUMENTS = (EVALUATION, INPUTS, METHOD, DRAFT, ISSUE, CHECKSUMS)
T = TypeVar("T")


@dataclass(frozen=True)
class Verdict:
    """What came out otherwise; no differences: everything is the same, byte for byte."""

    edition: Edition
    checked: tuple[str, ...]  # names of files
    differences: tuple[Found, ...]
    tools: tuple[Difference, ...]  # that were others when it was made; may explain differences

    @property
    def is_same(self) -> bool:
        return not self.differences


def verify_edition(store: Store, edition: Edition) -> Verdict:
    """Compare what was kept with its seals, and with what is computed and made once more."""
    kept, found = seal_differences(store, edition)
    texts = texts_of(store, edition.id)
    again = _made(EVALUATION, lambda: compute_again(store, look_of(edition), texts), found)
    if again is not None:
        found += [(EVALUATION, one) for one in text_differences(texts.evaluation, again)]
    if edition.issue is not None:
        found += _documents(store, edition, texts, kept)
    tools = _made(INPUTS, lambda: other_tools(json.loads(texts.inputs).get("tools", {})), found)
    return Verdict(edition, tuple(sorted(kept.contents)), tuple(found), tools or ())


def _documents(store: Store, edition: Edition, texts: Texts, kept: Kept) -> list[Found]:
    found: list[Found] = []
    made = _made("the documents", lambda: documents_from(texts, standing_of(store, edition)), found)
    if made is None:
        return found
    documents = {n: kept.contents[n] for n in kept.contents if n not in _NO_DOCUMENTS}
    for name in sorted({*made, *documents}):
        found += _byte_differences(name, documents.get(name), made.get(name))
    return found


def _made(name: str, make: Callable[[], T], found: list[Found]) -> T | None:
    """None, and told, where what was kept is too damaged to make anything of."""
    try:
        return make()
    except AWAY:
        raise
    except Exception as error:  # which one depends on the damage
        found.append((name, Difference("cannot be made again", None, str(error)[:300])))
        return None


def _byte_differences(name: str, kept: bytes | None, made: bytes | None) -> list[Found]:
    if kept == made:
        return []
    if kept is None or made is None:
        return [(name, Difference("the file", _size(kept), _size(made)))]
    same = next((i for i, (a, b) in enumerate(zip(kept, made, strict=False)) if a != b), None)
    place = min(len(kept), len(made)) if same is None else same
    return [(name, Difference(f"byte {place}", _size(kept), _size(made)))]


def _size(content: bytes | None) -> str | None:
    return None if content is None else f"{len(content)} bytes"
