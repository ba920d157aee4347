"""From a month to an issued edition with its documents."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from data import schema
from data.database import read
from data.evaluation.editions import (
    Draft,
    Edition,
    add_draft,
    find_edition,
    issue,
    list_editions,
    next_number,
)
from data.evaluation.files import (
    CHECKSUMS,
    Texts,
    checksums,
    content_of,
    files_of,
    sha256_of,
    texts_of,
)
from data.evaluation.inputs import freeze_inputs
from data.evaluation.method import method_versions, read_method_text
from data.evaluation.objections import clean
from data.evaluation.problems import EditionError
from data.evaluation.tables import LONGEST_NAME
from data.instants import now
from data.store import Store
from queries.cache import Cache
from queries.evaluation.compare import text_differences
from queries.evaluation.model import Evaluation
from queries.evaluation.month import has_complaints, month_bounds
from queries.evaluation.verify import Look, compute, compute_again
from reports.evaluation.files import evaluation_files, file_names, material_of
from reports.evaluation.frozen import frozen_outline, is_demo_of, languages_of
from reports.evaluation.material import Material, Standing
from reports.evaluation.outline import outline_of
from reports.evaluation.sealed import seal_differences
from reports.evaluation.tools import tools
from reports.evaluation.written import write_all

_MOST_READ = 4  # editions that a process keeps read: what they say never changes


def draft_edition(
    store: Store,
    month: str,
    *,
    by: str,
    seen_at: datetime | None = None,
    reason: str | None = None,
    method: str | None = None,
    is_first: bool = False,
) -> Edition:
    """Evaluate a month that has ended, and keep the outcome as a draft.

    `seen_at` None: now. `method` None: the newest version. Raises MonthError, MethodError or
    EditionError.
    """
    if ".." in month:
        raise EditionError(
            f"{month[:80]} is several months, and an edition is of one; "
            "`flask evaluation preview` makes the documents of several"
        )
    look = Look(month, seen_at or now(), store.latest_seq())
    ends = month_bounds(month, store.reference().city.time_zone)[1]
    if look.seen_at > now():
        raise EditionError(f"seen_at {look.seen_at.isoformat()} is yet to come; look from now")
    if look.seen_at < ends:
        raise EditionError(f"{month} had not ended at {look.seen_at.isoformat()}; draft it later")
    check_known(store, month)
    version = method or method_versions()[-1]
    method_text = read_method_text(version)
    inputs = freeze_inputs(
        store, outline=json.loads(outline_of(store).to_json()), tools=dict(tools())
    )
    evaluation = compute(store, look, method_text, inputs)
    draft = Draft(
        month=month,
        seen_at=look.seen_at,
        through_seq=look.through_seq,
        method=version,
        method_text=method_text,
        inputs=inputs,
        evaluation=evaluation.to_json(),
        maturity=asdict(evaluation.maturity),
    )
    return add_draft(store, draft, by=by, reason=reason, is_first=is_first)


def check_known(store: Store, month: str) -> None:
    """A month without complaints is a slip of the hand, and drafts are kept for good."""
    if has_complaints(store, month):
        return
    asked, zone = schema.complaints.c.requested_at, store.reference().city.time_zone
    with read(store.engine) as connection:
        known = connection.execute(select(func.min(asked), func.max(asked))).one()
    first, last = (at and f"{at.astimezone(zone):%Y-%m-%d}" for at in known)
    raise EditionError(
        f"{month} has no complaints, so there is nothing to evaluate; "
        + (f"those that are known are of {first} to {last}" if first else "there are none at all")
    )


def issue_edition(store: Store, edition_id: int, *, by: str) -> Edition:
    """Make the documents and issue them, after the figures came out the same once more.

    Raises EditionError.
    """
    by = clean("the name of who issues", by, LONGEST_NAME)
    number, at = next_number(store, edition_id), now()
    edition, texts = find_edition(store, edition_id), texts_of(store, edition_id)
    _, altered = seal_differences(store, edition)
    if altered:
        next_number(store, edition_id)  # raises where another has issued it in the meantime
        name, where = altered[0]
        raise EditionError(
            f"edition {edition_id} is not as it was drafted, first in {name}: {where.place}; "
            "draft the month anew"
        )
    if differing := text_differences(
        texts.evaluation, compute_again(store, look_of(edition), texts)
    ):
        raise EditionError(
            f"edition {edition_id} does not come out the same again, first at "
            f"{differing[0].place or 'its beginning'}; draft the month anew"
        )
    standing = _issued_standing(edition, number, by, at)
    documents = documents_from(texts, standing)
    return issue(store, edition_id, documents, by=by, number=number, at=at)


def documents_of(store: Store, edition: Edition) -> dict[str, bytes]:
    """The documents of an edition, made now."""
    return documents_from(texts_of(store, edition.id), standing_of(store, edition))


def document_names(store: Store, edition: Edition) -> tuple[str, ...]:
    """What `documents_of` would make."""
    spoken = languages_of(texts_of(store, edition.id))
    return tuple(name for code in spoken for name in file_names(edition.month, code))


def material_of_edition(store: Store, edition: Edition) -> Material:
    """What pages and documents show of an edition."""
    kept: Cache = store.kept("evaluation_materials", lambda: Cache(_MOST_READ))

    def read_it() -> Material:
        texts = texts_of(store, edition.id)
        return material_of(
            Evaluation.from_json(texts.evaluation),
            method=texts.method,
            outline=frozen_outline(texts),
            is_demo=is_demo_of(texts),
        )

    found: Material = kept.get(edition.id, read_it)
    return replace(found, standing=standing_of(store, edition))


def export_edition(store: Store, edition: Edition, folder: Path) -> list[Path]:
    """Write every file and the list of their SHA-256; the documents of a draft are made now.

    Raises EditionError, and writes nothing, where the folder cannot be written.
    """
    content = {
        file.name: content_of(store, edition.id, file.name) for file in files_of(store, edition.id)
    }
    if edition.issue is None:
        content |= documents_of(store, edition)
        listed = checksums({name: sha256_of(found) for name, found in content.items()})
        content[CHECKSUMS] = listed.encode()
    return write_all(folder, content)


def newest_edition(store: Store, month: str, *, prefer_issued: bool = False) -> Edition:
    """The newest of a month; if wanted the newest that is issued, where one is.

    Raises EditionError for a month without any.
    """
    found = list_editions(store, month)
    if not found:
        raise EditionError(
            f"{month} has no edition; `flask evaluation draft --month {month}` makes one"
        )
    issued = [edition for edition in found if edition.issue is not None]
    return issued[0] if prefer_issued and issued else found[0]


def evaluation_of(store: Store, edition_id: int) -> Evaluation:
    """Raises EditionError where there is no such edition."""
    return Evaluation.from_json(texts_of(store, edition_id).evaluation)


def check_subject(store: Store, edition: Edition, code: str) -> None:
    """Raises EditionError for one of whom the edition says nothing."""
    found = evaluation_of(store, edition.id)
    if code not in {one.code for one in (*found.units, *found.officers)}:
        raise EditionError(
            f"{code[:80]!r} is neither a unit nor an officer in edition {edition.id} of "
            f"{edition.month}; leave it out to object to the whole"
        )


def standing_of(store: Store, edition: Edition) -> Standing:
    """Which edition it is, in the words of its documents."""
    if edition.issue is not None:
        return _issued_standing(edition, edition.issue.number, edition.issue.by, edition.issue.at)
    number = 1 + sum(one.issue is not None for one in list_editions(store, edition.month))
    return Standing(
        edition=number,
        state=edition.state,
        at=edition.drafted_at.isoformat(),
        by=edition.drafted_by,
        changes=edition.reason,
    )


def _issued_standing(edition: Edition, number: int, by: str, at: datetime) -> Standing:
    return Standing(number, "issued", at.isoformat(), by, edition.reason)


def look_of(edition: Edition) -> Look:
    return Look(edition.month, edition.seen_at, edition.through_seq)


def documents_from(texts: Texts, standing: Standing) -> dict[str, bytes]:
    """In every language that both the city and the program speak."""
    evaluation, outline = Evaluation.from_json(texts.evaluation), frozen_outline(texts)
    made: dict[str, bytes] = {}
    for language in languages_of(texts):
        made |= evaluation_files(
            evaluation,
            language=language,
            method=texts.method,
            outline=outline,
            standing=standing,
            is_demo=is_demo_of(texts),
        )
    return made
