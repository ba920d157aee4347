"""The keys with which the demo's own citizens report; only where there is a demo."""

import os
from pathlib import Path

from data.keys import create_key, find_key, list_keys, revoke_key
from data.store import Store

KEY_NAME = "demo"
KEY_VARIABLE = "PANTAU_DEMO_KEY"
_FILE_NAME = "demo-key"


class NoDemo(RuntimeError):
    """The city is a real one: nobody gets a key that is printed on a screen."""


def ensure_demo_key(store: Store, folder: Path) -> str:
    """The demo's API key in plain, made at first use and kept in `folder`/demo-key (mode 600).

    A key that was lost or revoked is replaced. Raises NoDemo where `flask demo fill` never ran.
    """
    if not store.reference().city.demo:
        raise NoDemo("this is no demo city; run `flask demo fill`, or `flask keys create` a key")
    return _ensure(store, folder / _FILE_NAME, KEY_NAME, _main_channel(store))


def ensure_channel_keys(store: Store, folder: Path) -> dict[str, str]:
    """A key in plain for every channel, by its code; that of the first app is the demo's key.

    Kept in `folder` as the demo's key is. Raises NoDemo.
    """
    keys = {_main_channel(store): ensure_demo_key(store, folder)}
    for code in store.reference().channel_by_code:
        if code not in keys:
            name = f"{KEY_NAME} {code}"
            keys[code] = _ensure(store, folder / f"{_FILE_NAME}-{_as_file(code)}", name, code)
    return keys


def _as_file(code: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in code)


def _ensure(store: Store, path: Path, name: str, channel_code: str) -> str:
    kept = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if kept and find_key(store, kept) is not None:
        return kept
    if any(key.name == name and key.revoked_at is None for key in list_keys(store)):
        revoke_key(store, name)
    plain = create_key(store, name, channel_code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a file that others may read stays readable when rewritten
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(plain + "\n")
    return plain


def _main_channel(store: Store) -> str:
    channels = sorted(
        store.reference().channels.values(), key=lambda channel: (channel.kind != "app", channel.id)
    )
    return channels[0].code
