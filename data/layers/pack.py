"""The layers that a city pack brings: its folder `layers`, described by layers.toml."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from data.city import read_setting, write_setting
from data.database import read, write
from data.layers import catalogue
from data.layers.addresses import check_url, own_path
from data.layers.model import About, Choice, LayerError
from data.layers.reading import city_frame, read_source
from data.layers.remote_state import remote_columns
from data.pack import PackError, read_toml
from data.store import Store

_SETTING = "pack_layers"  # {code: fingerprint of what was brought in}
_KEYS = {
    "file", "name", "description", "source", "licence", "owner", "is_approximate", "style",
    "choice", "url", "every_minutes",
}  # fmt: skip
_COMMON = ("source", "licence", "owner", "is_approximate")  # may stand once, for all
_CHOICES = {field.name for field in fields(Choice)}


@dataclass(frozen=True)
class PackLayer:
    """One table of layers.toml. `remote` sets columns of `layers` for one that is fetched."""

    code: str
    path: Path
    about: About
    choice: Choice
    remote: Mapping[str, Any] | None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the file and all that is said of it."""
        said = [self.code, self.path.name, vars(self.about), vars(self.choice), self.remote]
        found = hashlib.sha256(json.dumps(said, sort_keys=True, default=dict).encode())
        found.update(self.path.read_bytes())
        return found.hexdigest()


def read_pack_layers(folder: Path) -> tuple[PackLayer, ...]:
    """The layers of the pack at `folder`, none where it has no layers.toml.

    Raises LayerError naming the file, the layer and the key.
    """
    path = folder / "layers" / "layers.toml"
    if not path.is_file():
        return ()
    try:
        content = read_toml(path)
    except PackError as error:
        raise LayerError("the pack cannot be read: {reason}", reason=error) from error
    common = {key: content.pop(key) for key in _COMMON if key in content}
    return tuple(_layer(path, code, table, common) for code, table in content.items())


def load_pack_layers(store: Store, folder: Path) -> Iterator[tuple[str, LayerError | None]]:
    """Bring in what is new in the pack; gives the code of each such layer, and why not if not.

    What was brought in before is brought in again only when the pack changed it, and never when
    people removed it, replaced its file, or took its code. Raises LayerError for a layers.toml
    that cannot be used.
    """
    wanted = read_pack_layers(folder)
    with read(store.engine) as connection:
        known = dict(read_setting(connection, _SETTING) or {})
    for layer in wanted:
        fingerprint = layer.fingerprint
        if known.get(layer.code) == fingerprint:
            continue
        try:
            if _bring_in(store, layer, is_known=layer.code in known):
                yield layer.code, None
        except LayerError as error:  # is no reason to go without the others
            yield layer.code, error
            continue
        known[layer.code] = fingerprint
        with write(store.engine) as connection:
            write_setting(connection, _SETTING, known)


def _bring_in(store: Store, layer: PackLayer, *, is_known: bool) -> bool:
    there = {one.code: one for one in catalogue.list_layers(store)}
    removed = {one.code for one in catalogue.list_layers(store, removed=True)}
    before = there.get(layer.code)
    if layer.code in removed or (before is not None and not is_known):
        return False
    if before is not None and before.url is not None:  # its features come from there
        catalogue.describe(store, layer.code, layer.about)
        return True
    name = layer.path.name
    if before is not None and before.version.file_name != name:
        return False
    table = read_source([layer.path], layer.choice, city=city_frame(store))
    if before is None:
        catalogue.publish(
            store, layer.code, layer.about, table, file_name=name, remote=layer.remote
        )
    else:
        catalogue.replace(store, layer.code, table, file_name=name)
        catalogue.describe(store, layer.code, layer.about)
    return True


def _layer(path: Path, code: str, table: Any, common: Mapping[str, Any]) -> PackLayer:
    where = f"{path}, [{code}]"
    catalogue.check_code(code)
    if not isinstance(table, dict):
        raise LayerError(
            "{where} is no table; write [{code}] and its keys below", where=where, code=code
        )
    said = {**common, **table}
    if strange := sorted(said.keys() - _KEYS):
        raise LayerError(
            "{where}: {key!r} is unknown; it may have {names}",
            where=where,
            key=str(strange[0]),
            names=", ".join(_KEYS),
        )
    for key in ("file", "name"):
        if key not in said:
            raise LayerError("{where} lacks {key}", where=where, key=key)
    file = path.parent / Path(str(said["file"])).name
    if not file.is_file():
        raise LayerError(
            "{where}: there is no file {file!r} beside layers.toml",
            where=where,
            file=str(said["file"]),
        )
    choice = said.get("choice", {})
    if strange := sorted(choice.keys() - _CHOICES):
        raise LayerError(
            "{where}: choice has {key!r}; it may have {names}",
            where=where,
            key=str(strange[0]),
            names=", ".join(sorted(_CHOICES)),
        )
    return PackLayer(
        code,
        file,
        About(
            names=said["name"],
            descriptions=said.get("description", {}),
            source=said.get("source", ""),
            licence=said.get("licence", ""),
            owner=said.get("owner", ""),
            is_approximate=bool(said.get("is_approximate", False)),
            style=said.get("style", {}),
        ),
        Choice(**choice),
        _remote(where, said),
    )


def _remote(where: str, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "url" not in said:
        return None
    url, minutes = said["url"], said.get("every_minutes")
    if not isinstance(minutes, int):
        raise LayerError(
            "{where}: a layer with a url needs every_minutes, a whole number", where=where
        )
    # The first features come from the file; what the choice says of it does not hold for the feed.
    return remote_columns(url if own_path(url) else check_url(url), 60 * minutes, Choice())
