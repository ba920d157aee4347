"""What a record that a client pushes must be, beyond what a row of a file must.

Who wrote a file is long gone: it is read as well as can be. A client is told what it sends wrong.
"""

import math
from collections.abc import Mapping
from typing import Any

from data.bulk import History
from data.imports.preset import Preset, heading
from data.imports.row import Refused
from data.prepare import DESCRIPTION_LIMIT
from data.reasons import Reason
from data.web_addresses import MEDIA_LIMIT

_MANY = ("media",)  # fields whose cells may be lists


def check_shapes(record: Mapping[str, Any], preset: Preset) -> None:
    """Raises Refused where a column that means something holds what no such column can.

    What is empty, of whatever shape, is absent: PHP writes an empty object as a list.
    """
    single, parents = _columns(preset)
    for name, value in record.items():
        here = heading(str(name))
        if value in (None, "", [], {}) and not isinstance(value, bool):
            continue
        if here in single and isinstance(value, bool | list | dict):
            raise Refused(
                f"{name[:40]} is {_shape(value)}; send a text or a number", Reason.UNREADABLE
            )
        if here in parents and not isinstance(value, dict | str):
            parts = ", ".join(parents[here])
            words = f"{name[:40]} is {_shape(value)}; send an object of {parts}"
            raise Refused(words, Reason.UNREADABLE)
        if here in single and isinstance(value, float) and _is_no_count(value):
            words = f"{name[:40]} is minus zero; send a number that is meant"
            raise Refused(words, Reason.UNREADABLE)


def check_texts(history: History) -> None:
    """Raises Refused where a text is longer, or photos are more, than a client may report."""
    if len(history.new.media_urls) > MEDIA_LIMIT:
        count = len(history.new.media_urls)
        raise Refused(f"media has {count:,} addresses; send at most {MEDIA_LIMIT}", Reason.MEDIA)
    texts = {"description": [history.new.description]}
    texts["a follow-up"] = [happening.note for happening in history.happenings]
    for name, found in texts.items():
        longest = max((len(text or "") for text in found), default=0)
        if longest > DESCRIPTION_LIMIT:
            words = f"{name} has {longest:,} characters; send at most {DESCRIPTION_LIMIT:,}"
            raise Refused(words, Reason.TOO_LONG)


def _columns(preset: Preset) -> tuple[set[str], dict[str, list[str]]]:
    """The columns of one value each, and the objects whose parts are columns."""
    single: set[str] = set()
    parents: dict[str, list[str]] = {}
    for field, names in preset.columns.items():
        for name in names:
            outer, dot, inner = name.rpartition(".")
            if dot:
                parents.setdefault(heading(outer), []).append(inner)
            elif field not in _MANY:
                single.add(heading(name))
    return single, parents


def _shape(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return "a number"


def _is_no_count(value: float) -> bool:
    return value == 0 and math.copysign(1, value) < 0
