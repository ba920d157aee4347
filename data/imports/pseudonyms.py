"""Names of reporters, as keyed hashes: alike stays alike, and nobody reads a name."""

import hashlib
import hmac
import re
import secrets

from data.city import read_setting, write_setting
from data.database import read, write
from data.imports.preset import fold
from data.store import Store

_SETTING = "pseudonym_secret"
_PREFIX = "hmac-sha256:"
_PSEUDONYM = re.compile(re.escape(_PREFIX) + r"[0-9a-f]{64}")


def pseudonym(secret: str, name: str) -> str:
    """HMAC-SHA-256 of the name without regard to case and spaces; a pseudonym stays as it is.

    The secret keeps those who have a list of names from finding out who is who.
    """
    if _PSEUDONYM.fullmatch(name):
        return name
    digest = hmac.new(secret.encode(), fold(name).encode("utf-8", "replace"), hashlib.sha256)
    return _PREFIX + digest.hexdigest()


def find_secret(store: Store, *, pretend: bool = False) -> str:
    """This database's secret, made at first use; with `pretend` one that is not kept."""
    with read(store.engine) as connection:
        found = read_setting(connection, _SETTING)
    if found or pretend:
        return str(found or secrets.token_hex(32))
    with write(store.engine) as connection:
        found = read_setting(connection, _SETTING)
        if not found:
            found = secrets.token_hex(32)
            write_setting(connection, _SETTING, found)
    return str(found)
