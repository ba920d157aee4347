"""The documents of a month, or of several, that is kept as no edition."""

from collections.abc import Sequence
from datetime import datetime

from data.evaluation.method import method_versions
from data.evaluation.problems import EditionError
from data.i18n import languages
from data.instants import now
from data.store import Store
from queries.evaluation.evaluate import evaluate
from reports.evaluation.files import evaluation_files
from reports.evaluation.lifecycle import check_known
from reports.evaluation.material import Standing
from reports.evaluation.outline import outline_of


def preview(
    store: Store,
    month: str,
    *,
    seen_at: datetime | None = None,
    method: str | None = None,
    spoken: Sequence[str] = (),
) -> dict[str, bytes]:
    """Files by name; `seen_at` None: now. Without languages, in all that the city speaks.

    Raises MonthError, MethodError or EditionError.
    """
    spoken = spoken or _spoken(store)
    _check(spoken)
    if seen_at is not None and seen_at > now():
        raise EditionError(f"seen_at {seen_at.isoformat()} is yet to come; look from now")
    check_known(store, month)
    evaluation = evaluate(
        store, month, seen_at=seen_at or now(), method=method or method_versions()[-1]
    )
    outline = outline_of(store)
    files: dict[str, bytes] = {}
    for language in spoken:
        files |= evaluation_files(
            evaluation,
            language=language,
            outline=outline,
            standing=Standing(0, "preview"),
            is_demo=store.reference().city.demo,
        )
    return files


def _spoken(store: Store) -> Sequence[str]:
    return [code for code in store.reference().city.languages if code in languages()] or ["en"]


def _check(spoken: Sequence[str]) -> None:
    for code in spoken:
        if code not in languages():
            raise EditionError(f"language {code!r} is not one of {', '.join(languages())}")
