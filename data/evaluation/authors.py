"""Who drafts an edition: a person by name, or the program by itself."""

from data.i18n import gettext as _

SCHEDULER = "scheduler"  # as it is kept; a person reads `author_text`


def author_text(name: str) -> str:
    return _("the program itself") if name == SCHEDULER else name
