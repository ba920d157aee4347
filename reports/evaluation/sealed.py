"""What of an edition is not as it was sealed, by name of the file and of the field."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from data.database import read
from data.evaluation.editions import Edition
from data.evaluation.files import CHECKSUMS, EVALUATION, Kept, kept_files, sha256_of
from data.evaluation.seal import DRAFT, ISSUE, draft_seal, issue_seal_again
from data.store import Store
from queries.evaluation.canonical import write_json
from queries.evaluation.compare import Difference, text_differences
from queries.evaluation.model import Evaluation

Found = tuple[str, Difference]  # the file, and where in it
_THROUGH = "objections_through"


def seal_differences(store: Store, edition: Edition) -> tuple[Kept, list[Found]]:
    """The files of an edition as they are, and what is another than when they were sealed.

    Of a draft its three texts and what is said of it; of an issued one every file, the list of
    them, and the objections that there were. Nothing that is damaged raises.
    """
    with read(store.engine) as connection:
        kept = kept_files(connection, edition.id)
        drafted = draft_seal(connection, edition.id)
        through = _read(kept, ISSUE).get(_THROUGH)
        through = through if isinstance(through, int) else 0
        issued = issue_seal_again(connection, edition.id, through)
    found = [*_seal(kept, DRAFT, drafted), *_own_words(kept, edition)]
    if issued is not None or ISSUE in kept.contents:
        found += _seal(kept, ISSUE, issued)
    return kept, found + _altered(kept, edition)


def _seal(kept: Kept, name: str, now: str | None) -> list[Found]:
    if name not in kept.contents or now is None:
        return [(name, Difference("the seal", _is_there(name in kept.contents), _is_there(now)))]
    before, after = _read(kept, name), json.loads(now)
    if not before:
        return [(name, Difference("the seal", "text that is no JSON of a seal", "a seal"))]
    texts = (json.dumps({**one, "files": None}) for one in (before, after))
    return [(name, one) for one in text_differences(*texts)]


def _is_there(found: object) -> str | None:
    return "there" if found else None


def _own_words(kept: Kept, edition: Edition) -> list[Found]:
    """What lists show of an edition has to be what its evaluation says."""
    try:
        evaluation = Evaluation.from_json(kept.contents[EVALUATION].decode())
    except ValueError:
        return [(EVALUATION, Difference("", "text that is no evaluation", "an evaluation"))]
    said = {
        "month": evaluation.month,
        "method": evaluation.method,
        "seen_at": evaluation.seen_at,
        "through_seq": evaluation.through_seq,
        "maturity": asdict(evaluation.maturity),
    }
    shown = {
        "month": edition.month,
        "method": edition.method,
        "seen_at": f"{edition.seen_at:%Y-%m-%dT%H:%M:%SZ}",
        "through_seq": edition.through_seq,
        "maturity": edition.maturity,
    }
    return [
        (EVALUATION, Difference(f"{one.place}, as lists show it", one.kept, one.found))
        for one in text_differences(write_json(said), write_json(shown))
    ]


def _altered(kept: Kept, edition: Edition) -> list[Found]:
    """Files whose bytes are not those that were listed, that are gone, or that were added."""
    hashes = {name: sha256_of(content) for name, content in kept.contents.items()}
    listed = {**_texts(_read(kept, DRAFT).get("files")), DRAFT: hashes.get(DRAFT)}
    if edition.issue is not None:
        listed |= _lines(kept.contents.get(CHECKSUMS, b""))
        listed[CHECKSUMS] = edition.issue.sha256
    found = []
    for name in sorted(listed.keys() | hashes.keys()):
        now = hashes.get(name)
        found.append((name, Difference("SHA-256", listed.get(name), now)))
        found.append((name, Difference("SHA-256 beside it", kept.stated.get(name, now), now)))
    found.append((EVALUATION, Difference("SHA-256", edition.sha256, hashes[EVALUATION])))
    return list(dict.fromkeys(one for one in found if one[1].kept != one[1].found))


def _read(kept: Kept, name: str) -> dict[str, Any]:
    """A seal as it was kept; empty where there is none that can be read."""
    with suppress(ValueError):
        found = json.loads(kept.contents.get(name, b"{}"))
        if isinstance(found, dict):
            return found
    return {}


def _texts(found: Any) -> dict[str, str | None]:
    return {k: str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _lines(sums: bytes) -> dict[str, str | None]:
    """File names and SHA-256 of a list as `sha256sum` writes it."""
    lines = (line.partition("  ") for line in sums.decode(errors="replace").splitlines())
    return {name: sha256 for sha256, _, name in lines if name}
