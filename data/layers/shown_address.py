"""An address as people may see it: what opens a source is kept from those who only look."""

import re
from urllib.parse import unquote_plus

_HIDDEN = "…"
_USER = re.compile(r"(?<=//)[^/?#\s]*@")
_PARAMETER = re.compile(r"(?<=[?&;])(?:([^=&;]*)=)?([^&;]+)")
_SECRET_NAME = re.compile(
    r"key|token|secret|sig|pass|pwd|auth|cred|sess|jwt|bearer|sas|appid|app_id|access|^code$|user",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"(?=.*\d)(?=.*[a-z])[\w+/=~-]{20,}", re.IGNORECASE)


def shown_address(url: str) -> str:
    """Without its user and password, and without what its parameters hold that may be a key.

    A parameter is taken for one by its name, or because its value looks like no word.
    """
    plain = _USER.sub(f"{_HIDDEN}@", url.partition("#")[0])
    return _PARAMETER.sub(_shown_parameter, plain)


def _shown_parameter(found: re.Match[str]) -> str:
    name, value = found.groups()
    is_secret = _SECRET_VALUE.fullmatch(unquote_plus(value)) or (
        name is not None and _SECRET_NAME.search(unquote_plus(name))
    )
    before = "" if name is None else f"{name}="
    return before + (_HIDDEN if is_secret else value)
