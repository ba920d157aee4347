"""The languages of the program: messages, numbers, dates and durations as people write them.

English texts are the message ids; other languages are read from `locale/<code>/…/messages.po`.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
NOTHING = "–"
_LOCALE_FOLDER = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def languages() -> tuple[str, ...]:
    """Codes of every language the program itself speaks."""
    return (SOURCE_LANGUAGE, *sorted(path.parts[-3] for path in _LOCALE_FOLDER.glob("*/*/*.po")))


def current_language() -> str:
    return _language.get()


def set_language(code: str) -> None:
    """Speak this language for the rest of the request; an unknown one becomes English."""
    _language.set(code if code in languages() else SOURCE_LANGUAGE)


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Speak this language inside the block; an unknown one becomes English."""
    before = _language.set(code if code in languages() else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(before)


def gettext(message: str) -> str:
    """The message in the current language; itself where no translation is known."""
    translated = _messages(_language.get()).get(message)
    return str(translated[0]) if translated else message


def ngettext(singular: str, plural: str, number: float) -> str:
    """The form that fits `number`, in the current language."""
    language = _language.get()
    translated = _messages(language).get(singular)
    if not translated:
        return singular if number == 1 else plural
    form = _plural_form(language)(int(number)) if len(translated) > 1 else 0
    return str(translated[form])


def format_number(number: float | None, digits: int = 0) -> str:
    """12480 → 12,480 or 12.480, −5 with a true minus; a dash for nothing."""
    if _missing(number):
        return NOTHING
    exact = Decimal(str(number)).quantize(Decimal(1).scaleb(-digits))
    return f"{exact:,f}".replace("-", "−").translate(_separators(_language.get()))


def format_percent(share: float | None, digits: int = 1) -> str:
    """0.814 → 81.4% or 81,4%."""
    return NOTHING if _missing(share) else f"{format_number(100 * float(share or 0), digits)}%"


def format_change(number: float | None, digits: int = 0) -> str:
    """A number with its sign, for differences: +8, −3, ±0."""
    if _missing(number):
        return NOTHING
    size = format_number(abs(float(number or 0)), digits)
    is_zero = not any(digit in "123456789" for digit in size)
    return ("±" if is_zero else "+" if float(number or 0) > 0 else "−") + size


def format_duration(seconds: float | None) -> str:
    """45 min, 5.2 h, 3.4 days: the unit a person would choose, to two or three figures."""
    if _missing(seconds):
        return NOTHING
    number = float(seconds or 0)
    sign, number = ("−" if number < 0 else ""), abs(number)
    if number < 90:
        text = gettext("{n} s").format(n=format_number(number))
    elif number < 90 * _MINUTE:
        text = gettext("{n} min").format(n=format_number(number / _MINUTE))
    elif number < 72 * _HOUR:
        text = gettext("{n} h").format(n=_figures(number / _HOUR))
    else:
        text = gettext("{n} days").format(n=_figures(number / _DAY))
    return sign + text


def format_metres(metres: float) -> str:
    """250 m, 1.5 km."""
    if metres < 1000:
        return f"{format_number(metres, 0 if metres == round(metres) else 1)} m"
    kilometres = metres / 1000
    digits = 0 if kilometres == round(kilometres) else 1 if metres % 100 == 0 else 2
    return f"{format_number(kilometres, digits)} km"


def format_date(day: date | None) -> str:
    """1 October 2026."""
    return NOTHING if day is None else dates.format_date(day, "d MMMM y", locale=_language.get())


def format_short_date(day: date | None) -> str:
    """1 Oct 2026."""
    return NOTHING if day is None else dates.format_date(day, "d MMM y", locale=_language.get())


def format_date_range(start: date | None, end: date | None) -> str:
    """`end` is exclusive, the text is not: 1–30 October 2026, since …, until …, all time."""
    last = None if end is None else end - timedelta(days=1)
    if start is None or last is None:
        if start is not None:
            return gettext("since {date}").format(date=format_date(start))
        return (
            gettext("until {date}").format(date=format_date(last)) if last else gettext("all time")
        )
    if start == last:
        return format_date(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}–{format_date(last)}"
    pattern = "d MMMM" if start.year == last.year else "d MMMM y"
    return f"{dates.format_date(start, pattern, locale=_language.get())} – {format_date(last)}"


def format_instant(
    instant: datetime | None, zone: ZoneInfo | None = None, abbreviation: str = ""
) -> str:
    """23 Nov 2026, 14:02 WIB: local time (the instant's own without a zone), and its name."""
    if instant is None:
        return NOTHING
    local = instant.astimezone(zone) if zone else instant
    text = dates.format_datetime(
        local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=_language.get()
    )
    return f"{text} {abbreviation}".strip()


def format_list(words: list[str]) -> str:
    """a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return gettext("{some} and {last}").format(some=", ".join(words[:-1]), last=words[-1])


def language_name(code: str) -> str:
    """The language's own name for itself."""
    return (Locale.parse(code).get_display_name() or code).capitalize()


def _figures(number: float) -> str:
    return format_number(number, 0 if number >= 99.5 else 1)


def _missing(number: Any) -> bool:
    return number is None or not math.isfinite(number)


@cache
def _separators(language: str) -> dict[int, str]:
    # A map has a thousand numbers, and Babel reads a pattern for each.
    return str.maketrans(
        {",": numbers.get_group_symbol(language), ".": numbers.get_decimal_symbol(language)}
    )


@cache
def _catalog(language: str) -> Catalog:
    path = _LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


@cache
def _plural_form(language: str) -> Callable[[int], int]:
    return c2py(_catalog(language).plural_expr)


@cache
def _messages(language: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for message in _catalog(language):
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key and all(forms) and not message.fuzzy:
            found[key] = tuple(str(form) for form in forms)
    return found
