"""Remote layers: fetched from an address on a schedule, and never worse than the last good data."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.instants import now
from data.layers.addresses import Sources, check_url
from data.layers.catalogue import Layer, find_layer, prune_versions, publish, replace
from data.layers.download import Download, FetchError, Limits, download
from data.layers.model import About, Choice, LayerError
from data.layers.reading import city_frame, read_source
from data.layers.remote_state import (
    Remote,
    claim,
    failed,
    find_remote,
    list_remotes,
    remote_columns,
    still_claimed,
    succeeded,
)
from data.layers.slots import reading_slot
from data.sentence import Sentence, say
from data.store import Store

KEPT_VERSIONS = 24  # of a remote layer: two hours of one that changes every five minutes
_SHA256 = "sha256"  # among the validators: of the file, for sources that give no other


@dataclass(frozen=True)
class Outcome:
    """How one fetch ended: 'new' | 'same' | 'failed' | 'busy' (another process is at it)."""

    code: str
    kind: str
    message: Sentence | None = None


def add_remote(
    store: Store,
    code: str,
    about: About,
    url: str,
    *,
    every_seconds: int,
    choice: Choice,
    sources: Sources,
    limits: Limits | None = None,
    slots: Path | None = None,
) -> Layer:
    """A new layer that is fetched from `url`, now for the first time.

    `slots` is the folder of `reading_slot`: once fetched, the file is read in its turn. Raises
    LayerError, with nothing changed, where it cannot be fetched or read.
    """
    url = check_url(url)
    columns = remote_columns(url, every_seconds, choice)
    with tempfile.TemporaryDirectory(prefix="pantau-layer-") as folder:
        got = download(url, Path(folder), sources=sources, limits=limits)
        assert got is not None  # nothing was there that could be unchanged
        with reading_slot(slots):
            table = read_source([got.path], choice, city=city_frame(store))
        at = now()
        columns |= {"tried_at": at, "succeeded_at": at, "validators": _validators(got)}
        return publish(store, code, about, table, file_name=got.path.name, remote=columns)


def due_layers(store: Store, at: datetime) -> tuple[Remote, ...]:
    """Those to be fetched at `at`, the longest waiting first."""
    return tuple(remote for remote in list_remotes(store) if remote.is_due(at))


def refresh(
    store: Store,
    code: str,
    sources: Sources,
    *,
    limits: Limits | None = None,
    slots: Path | None = None,
) -> Outcome:
    """Fetch a remote layer whether it is due or not. Raises LayerError where there is none."""
    return refresh_remote(store, find_remote(store, code), sources, limits=limits, slots=slots)


def refresh_remote(
    store: Store,
    remote: Remote,
    sources: Sources,
    *,
    limits: Limits | None = None,
    slots: Path | None = None,
) -> Outcome:
    """Fetch a remote layer as it was found; what goes wrong is kept beside it, and in the outcome.

    What the source gives now comes in force; the newest KEPT_VERSIONS are kept.
    """
    until = claim(store, remote)
    if until is None:
        return Outcome(remote.code, "busy", say("another process is fetching it, or just has"))
    try:
        return _fetch(store, remote, until, sources, limits, slots)
    except LayerError as error:
        wait = error.wait_seconds if isinstance(error, FetchError) else None
        failed(store, remote, until, error.sentence, wait_seconds=wait)
        return Outcome(remote.code, "failed", error.sentence)
    except BaseException as error:
        # Whatever it was, the layer is free again, and the page says that something is wrong.
        reason = say("an error of Pantau's own: {kind}", kind=type(error).__name__)
        failed(store, remote, until, reason)
        raise


def _fetch(
    store: Store,
    remote: Remote,
    until: datetime,
    sources: Sources,
    limits: Limits | None,
    slots: Path | None,
) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="pantau-layer-") as folder:
        got = download(
            remote.url,
            Path(folder),
            sources=sources,
            validators=remote.validators,
            limits=limits,
        )
        validators = remote.validators if got is None else _validators(got)
        if got is None or validators[_SHA256] == remote.validators.get(_SHA256):
            succeeded(store, remote, until, validators)
            return Outcome(remote.code, "same")
        with reading_slot(slots):
            table = read_source([got.path], remote.choice, city=city_frame(store))
        if not still_claimed(store, remote, until):
            return Outcome(
                remote.code, "busy", say("it was changed or removed while being fetched")
            )
        before = find_layer(store, remote.code).version.id
        layer = replace(store, remote.code, table, file_name=got.path.name)
        succeeded(store, remote, until, validators)
    if layer.version.id == before:
        return Outcome(remote.code, "same")
    prune_versions(store, remote.code, KEPT_VERSIONS)
    return Outcome(remote.code, "new", say("{n} features", n=layer.version.features))


def _validators(got: Download) -> Mapping[str, str]:
    with got.path.open("rb") as file:
        return {**got.validators, _SHA256: hashlib.file_digest(file, "sha256").hexdigest()}
