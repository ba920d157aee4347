"""The words of an evaluation's documents, in the current language."""

from datetime import date

from babel import dates

from data.i18n import NOTHING, current_language, format_number
from data.i18n import gettext as _
from queries.evaluation.model import Subject
from reports.evaluation.material import Material


def month_text(month: str) -> str:
    """'2026-10' → October 2026; '2026-07..2026-10' → July – October 2026.

    Raises ValueError for anything else.
    """
    first, _dots, last = month.partition("..")
    begin, end = (_first_day(one) for one in (first, last or first))
    locale = current_language()
    if begin == end:
        return dates.format_date(begin, "LLLL y", locale=locale)
    return dates.format_interval(begin, end, "yMMMM", locale=locale)


def is_one_month(month: str) -> bool:
    return ".." not in month


def _first_day(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1)


def flag_titles() -> dict[str, str]:
    return {
        "low_rating_closed": _("Closed, but rated 1 or 2 stars"),
        "closed_in_minutes_without_photo": _("Closed in minutes, without a photo"),
        "unusually_quick_closing": _("Unusually quick closing"),
        "bulk_closing": _("Many closed at once"),
        "reopened_repeatedly": _("Reopened again and again"),
        "closed_just_before_deadline": _("Closed just before the deadline"),
        "same_photo_twice": _("The same photo for two cases"),
        "unusual_handover": _("Unusual hand-over"),
        "unusual_rejection": _("Unusual rejection"),
    }


def flag_meanings() -> dict[str, str]:
    return {
        "low_rating_closed": _("The unit says it is solved; the reporter disagrees."),
        "closed_in_minutes_without_photo": _(
            "Too fast for a visit, and nothing that shows the work."
        ),
        "unusually_quick_closing": _(
            "Closed in less than a tenth of the time that others need, by a unit that does so more"
            " often than chance allows; only citizens can vouch for it."
        ),
        "bulk_closing": _("One unit closed many cases within a short time."),
        "reopened_repeatedly": _("Called solved and opened again more than once."),
        "closed_just_before_deadline": _(
            "Closed in the last moments before the deadline, more often than chance allows."
        ),
        "same_photo_twice": _("A proof of work that was used before."),
        "unusual_handover": _(
            "Passed on late, or back and forth, or by a unit that passes on more than its services"
            " explain."
        ),
        "unusual_rejection": _(
            "Rejected when it was late, opened again after it, or by a unit that rejects more than"
            " its services explain."
        ),
    }


def kind_text(kind: str) -> str:
    words = {
        "district_office": _("district office"),
        "agency": _("agency"),
        "officer": _("officer"),
    }
    return words.get(kind, kind)


def differs_text(subject: Subject) -> str:
    """In comparison with the city, beyond chance."""
    words = {
        "better": _("better than the city"),
        "worse": _("worse than the city"),
        "as_expected": _("as the city"),
        "no_other": _("no other to compare with"),
    }
    return words.get(subject.differs or "", NOTHING)


def differs_about(material: Material, subject: Subject) -> str:
    """What `differs_text` rests on, or why nothing is said."""
    if subject.differs is None:
        return few_own_text(material) if not subject.is_ranked else _("no deadline has passed yet")
    if subject.differs == "no_other":
        return _("others have hardly any such cases")
    if subject.differs == "as_expected":
        return _("no more apart than chance explains, by the funnel plot")
    return _("beyond chance, by the funnel plot")


def few_own_text(material: Material) -> str:
    return _("fewer than {limit} cases of its own").format(limit=format_number(material.min_ranked))


def differs_mark(subject: Subject) -> str:
    return {"better": "▲", "worse": "▼", "as_expected": "·"}.get(subject.differs or "", "")


def state_text(state: str) -> str:
    words = {
        "ok": _("enough cases"),
        "too_few": _("too few cases"),
        "not_reached": _("not reached"),
        "nothing_expected": _("nothing expected"),
        "none": _("no cases"),
    }
    return words.get(state, state)


def rank_text(subject: Subject) -> str:
    """A rank is only ever an interval; without enough cases there is none."""
    if not subject.is_ranked or subject.rank is None:
        return _("reported, not ranked")
    return interval_of(subject.rank)


def score_text(subject: Subject) -> str:
    """With a star where it ranks nobody; see `few_note`."""
    text = format_number(subject.score, 1)
    return text if subject.is_ranked or subject.score is None else f"{text}*"


def few_note(material: Material) -> str:
    return _("* Grey: it rests on fewer than {few} cases; of a score, it is not ranked.").format(
        few=format_number(material.rules.min_cases)
    )


def interval_of(rank: tuple[int, int]) -> str:
    low, high = (format_number(bound) for bound in rank)
    return f"{low}–{high}"


def edition_state_text(state: str) -> str:
    words = {
        "draft": _("draft"),
        "contested": _("contested"),
        "issued": _("issued"),
        "preview": _("preview, no edition"),
    }
    return words.get(state, state)


def standing_text(edition: int, state: str) -> str:
    """Such as '2, issued'; what is no edition (0) has no number."""
    words = edition_state_text(state)
    return f"{format_number(edition)}, {words}" if edition else words
