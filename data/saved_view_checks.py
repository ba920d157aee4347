"""What a saved view may say."""

from typing import Any

from data.i18n import gettext as _
from data.plain_text import is_writable
from data.saved_view_tables import LONGEST_NAME

FIGURES = ("received", "open", "overdue")
LONGEST_SEARCH = 8_000


class ViewProblem(ValueError):
    """A view that cannot be kept; the message names the thing and the remedy."""


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row, or some of them. Raises ViewProblem."""
    found = dict(values)
    if "name" in found:
        name = found["name"] = " ".join(str(found["name"]).split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise ViewProblem(_("name is needed, of at most {n} characters").format(n=LONGEST_NAME))
        if not is_writable(name):
            raise ViewProblem(_("name holds control characters or half a character; write it anew"))
    if "search" in found:
        _check_search(found["search"])
    if "figure" in found and found["figure"] not in FIGURES:
        raise ViewProblem(f"figure {found['figure']!r} is not one of {', '.join(FIGURES)}")
    limit = found.get("alert_above")
    if limit is not None and not 0 <= limit < 1e9:
        raise ViewProblem(
            _("alert_above {value} is not a number from 0 to 1,000,000,000").format(value=limit)
        )
    return found


def _check_search(search: str) -> None:
    if len(search) > LONGEST_SEARCH:
        raise ViewProblem(
            _("search is longer than {n} characters; draw a simpler area").format(n=LONGEST_SEARCH)
        )
    if set(search) & set("\t\n\r") or not is_writable(search):  # it becomes a header
        raise ViewProblem("search holds line ends or control characters; copy the map's address")
