"""What a request about layers says, checked: every fault has its sentence."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from data.i18n import gettext as _
from data.layers.model import About, Choice, LayerError
from data.reference import Reference
from pages.bodies import read_object

BODY_LIMIT = 512 * 1024  # bytes of a JSON body; the fields of the widest file fit
_LONGEST = {"name": 200, "description": 2_000, "source": 500, "licence": 200, "owner": 200}
_LONGEST_CHOICE = 500
_CHOICES = tuple(field.name for field in fields(Choice))
_FIELD_LIMIT = 2_000


def read_body() -> dict[str, Any]:
    """The JSON object that was sent. Raises BadParameter."""
    return read_object(BODY_LIMIT)


def read_choice_of(body: Mapping[str, Any]) -> Choice:
    given = body.get("choice", {})
    if not isinstance(given, dict):
        raise LayerError("choice is not an object")
    if strange := sorted(set(map(str, given)) - set(_CHOICES)):
        raise LayerError(f"choice {strange[0][:80]!r} is not one of {', '.join(_CHOICES)}")
    return Choice(**{name: read_text(given, name, _LONGEST_CHOICE) or None for name in _CHOICES})


def read_about(body: Mapping[str, Any], reference: Reference, before: About | None = None) -> About:
    """What people say of a layer; what is not sent stays as it was `before`."""
    names = read_texts(body, "name", reference, before.names if before else {})
    if not any(names.values()):
        raise LayerError(_("the layer has no name; give it one in at least one language"))
    texts = {
        key: read_text(body, key, _LONGEST[key]) if key in body else getattr(before, key, "")
        for key in ("source", "licence", "owner")
    }
    return About(
        names=names,
        descriptions=read_texts(
            body, "description", reference, before.descriptions if before else {}
        ),
        is_approximate=read_flag(
            body, "is_approximate", before.is_approximate if before else False
        ),
        style=before.style if before else {},
        **texts,
    )


def read_texts(
    body: Mapping[str, Any], key: str, reference: Reference, before: Mapping[str, str]
) -> dict[str, str]:
    """{language: text}, of this city's languages."""
    given = body.get(key)
    if given is None:
        return dict(before)
    if not isinstance(given, dict):
        raise LayerError(f"{key} is not an object of texts by language")
    spoken = dict.fromkeys((*reference.city.languages, "en"))
    if strange := sorted(set(map(str, given)) - set(spoken)):
        raise LayerError(f"{key} is in {strange[0][:20]!r}; this city speaks {', '.join(spoken)}")
    texts = {language: read_text(given, language, _LONGEST[key]) for language in spoken}
    return {language: text for language, text in texts.items() if text}


def read_text(body: Mapping[str, Any], key: str, longest: int) -> str:
    """Without surrounding space; empty where it is missing."""
    text = body.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise LayerError(f"{key} is not a text")
    text = text.strip()
    if len(text) > longest:
        raise LayerError(
            _("{name} has {n} characters; {limit} at most fit").format(
                name=key, n=len(text), limit=longest
            )
        )
    return text


def read_flag(body: Mapping[str, Any], key: str, otherwise: bool) -> bool:
    value = body.get(key, otherwise)
    if not isinstance(value, bool):
        raise LayerError(f"{key} is neither true nor false")
    return value


def read_whole(body: Mapping[str, Any], key: str, low: int, high: int) -> int:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LayerError(f"{key} {str(value)[:40]!r} is not a whole number from {low} to {high}")
    return value


def read_fields(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The fields to keep; None for all."""
    given = body.get("fields")
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > _FIELD_LIMIT:
        raise LayerError(f"fields is not a list of at most {_FIELD_LIMIT} names")
    if not all(isinstance(name, str) for name in given):
        raise LayerError("fields holds something that is no name")
    return tuple(given)
