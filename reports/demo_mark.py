"""The words that keep documents of invented data from being taken for real ones."""

from data.i18n import gettext as _


def demo_words(is_demo: bool) -> str:
    return _("Demo data, made up") if is_demo else ""
