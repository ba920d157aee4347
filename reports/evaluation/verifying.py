"""The proof that an edition can be repeated, or what came out otherwise."""

import json
from dataclasses import dataclass

from data.evaluation.editions import Edition
from data.evaluation.files import (
    EVALUATION,
    INPUTS,
    METHOD,
    checksums,
    content_of,
    files_of,
    sha256_of,
    texts_of,
)
from data.store import Store
from queries.evaluation.compare import Difference, text_differences
from queries.evaluation.verify import compute_again
from reports.evaluation.lifecycle import CHECKSUMS, documents_from, look_of, standing_of
from reports.evaluation.tools import other_tools


@dataclass(frozen=True)
class Verdict:
    """What came out otherwise; no differences: everything is the same, byte for byte."""

    edition: Edition
    checked: tuple[str, ...]  # names of files
    differences: tuple[tuple[str, Difference], ...]  # the file, and where
    tools: tuple[Difference, ...]  # that were others when it was made; may explain differences

    @property
    def is_same(self) -> bool:
        return not self.differences


def verify_edition(store: Store, edition: Edition) -> Verdict:
    """Compute the figures and the documents again and compare them with what was kept."""
    texts, kept = texts_of(store, edition.id), files_of(store, edition.id)
    found: list[tuple[str, Difference]] = []
    hashes = {file.name: file.sha256 for file in kept}
    if hashes[EVALUATION] != edition.sha256:
        found.append((EVALUATION, Difference("SHA-256", edition.sha256, hashes[EVALUATION])))
    again = compute_again(store, look_of(edition), texts)
    found += [(EVALUATION, one) for one in text_differences(texts.evaluation, again)]
    if edition.issue is not None:
        listed = sha256_of(checksums(hashes).encode())
        if listed != edition.issue.sha256:
            found.append((CHECKSUMS, Difference("SHA-256", edition.issue.sha256, listed)))
        made = documents_from(texts, standing_of(store, edition))
        documents = [file.name for file in kept if file.name not in (EVALUATION, INPUTS, METHOD)]
        for name in sorted({*made, *documents}):
            before = content_of(store, edition.id, name) if name in hashes else None
            found += _byte_differences(name, hashes.get(name), before, made.get(name))
    made_with = json.loads(texts.inputs).get("tools", {})
    return Verdict(edition, tuple(hashes), tuple(found), other_tools(made_with))


def _byte_differences(
    name: str, sha256: str | None, kept: bytes | None, made: bytes | None
) -> list[tuple[str, Difference]]:
    if kept == made and kept is not None:
        if sha256_of(kept) == sha256:
            return []
        return [(name, Difference("SHA-256", sha256, sha256_of(kept)))]
    if kept is None or made is None:
        return [(name, Difference("the file", _size(kept), _size(made)))]
    same = next((i for i, (a, b) in enumerate(zip(kept, made, strict=False)) if a != b), None)
    place = min(len(kept), len(made)) if same is None else same
    return [(name, Difference(f"byte {place}", _size(kept), _size(made)))]


def _size(content: bytes | None) -> str | None:
    return None if content is None else f"{len(content)} bytes"
