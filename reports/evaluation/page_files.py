"""Pages of single units and officers of an edition, made when they are asked for."""

from collections.abc import Sequence

from data.evaluation.editions import Edition
from data.evaluation.problems import EditionError
from data.i18n import languages
from data.store import Store
from reports.evaluation.document import units_pdf
from reports.evaluation.files import units_file_name
from reports.evaluation.lifecycle import material_of_edition


def unit_pages(
    store: Store, edition: Edition, *, language: str, codes: Sequence[str] = ()
) -> dict[str, bytes]:
    """One PDF by its name, a page for each code; without codes for all units and officers.

    They are no part of what was issued: they are set anew from its figures. Raises EditionError
    for a language that is none, or a code that the edition says nothing of.
    """
    if language not in languages():
        raise EditionError(f"language {language[:20]!r} is not one of {', '.join(languages())}")
    material = material_of_edition(store, edition)
    for code in codes:
        if code not in material.subjects:
            raise EditionError(
                f"{code[:80]!r} is neither a unit nor an officer with cases in edition "
                f"{edition.id} of {edition.month}"
            )
    wanted = codes or list(material.subjects)
    if not wanted:
        raise EditionError(f"nobody had a case in {edition.month}; there are no pages to make")
    name = units_file_name(edition.month, language, codes)
    return {name: units_pdf(material, language, wanted)}
