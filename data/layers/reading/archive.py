"""Unpacking a ZIP archive that anybody may have made, into a folder of our own."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from data.layers.limits import LIMITS, Limits, size_words
from data.layers.model import LayerError

_BLOCK = 1 << 18
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVES = {b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"Rar!": "RAR", b"BZh": "bzip2"}
_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def is_zip(start: bytes) -> bool:
    return start.startswith(_ZIP_STARTS)


def refuse_other_archives(start: bytes, name: str) -> None:
    for magic, kind in _OTHER_ARCHIVES.items():
        if start.startswith(magic):
            raise LayerError(
                "{name} is a {kind} archive; unpack it, or pack it as ZIP", name=name, kind=kind
            )


def member_names(path: Path, name: str) -> list[str]:
    """Of files worth reading, in the order of the archive. Raises LayerError."""
    with _opened(path, name) as archive:
        return [info.filename for info in _wanted(archive)]


def check_archive(path: Path, name: str, limits: Limits = LIMITS) -> None:
    """Refuse an archive by what its directory says. Raises LayerError."""
    with _opened(path, name) as archive:
        _check(_wanted(archive), path.stat().st_size, name, limits)


def unpack(path: Path, folder: Path, name: str, limits: Limits = LIMITS) -> list[Path]:
    """Write the members below `folder`; their paths there. Raises LayerError."""
    with _opened(path, name) as archive:
        infos = _wanted(archive)
        _check(infos, path.stat().st_size, name, limits)
        written: list[Path] = []
        left = limits.unpacked_bytes
        for info in infos:
            target = folder / PurePosixPath(info.filename)
            if target in written:
                raise LayerError(
                    "{name} holds {member!r} twice; pack it anew",
                    name=name,
                    member=info.filename,
                )
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _write(archive, info, target, name, left)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                raise LayerError(
                    "{name} holds {member!r} twice; pack it anew",
                    name=name,
                    member=info.filename,
                ) from None
            except OSError as error:
                raise LayerError(
                    "{name} holds {member!r}, which cannot be unpacked: {reason}; give it a plain "
                    "name",
                    name=name,
                    member=_short(info.filename),
                    reason=error.strerror,
                ) from error
            written.append(target)
    return written


def _opened(path: Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise LayerError(
            "{name} begins like a ZIP archive but is damaged or broke off; pack or send it again",
            name=name,
        ) from None


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith(_IGNORED[0])
        and PurePosixPath(info.filename).name not in _IGNORED[1:]
        and not PurePosixPath(info.filename).name.startswith("._")
    ]


def _check(infos: list[zipfile.ZipInfo], packed: int, name: str, limits: Limits) -> None:
    if not infos:
        raise LayerError("{name} is an archive without files", name=name)
    if len(infos) > limits.members:
        raise LayerError(
            "{name} holds {n} files; {limit} are read at most",
            name=name,
            n=len(infos),
            limit=limits.members,
        )
    for info in infos:
        _check_member(info, name)
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked_bytes:
        raise LayerError(
            "{name} would unpack to {size}; {limit} are unpacked at most",
            name=name,
            size=size_words(total),
            limit=size_words(limits.unpacked_bytes),
        )
    if total > limits.ratio_from_bytes and total > limits.ratio * packed:
        raise LayerError(
            "{name} would unpack to {n} times its size, as bombs do; give the files unpacked",
            name=name,
            n=total // packed,
        )


def _check_member(info: zipfile.ZipInfo, name: str) -> None:
    parts = PurePosixPath(info.filename.replace("\\", "/"))
    if (
        parts.is_absolute()
        or ".." in parts.parts
        or "\\" in info.filename
        or ":" in info.filename.split("/")[0][1:2]
        or "\0" in info.filename
    ):
        raise LayerError(
            "{name} holds {member!r}, a path out of the archive; pack it anew",
            name=name,
            member=_short(info.filename),
        )
    mode = info.external_attr >> 16
    if info.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise LayerError(
            "{name} holds {member!r}, which is no file but a link; pack the file itself",
            name=name,
            member=_short(info.filename),
        )
    if info.flag_bits & 0x1:
        raise LayerError("{name} is locked by a password; pack it without one", name=name)
    if info.compress_type not in _METHODS:
        raise LayerError(
            "{name} is packed by a method that is not read ({method}); pack it as ZIP",
            name=name,
            method=str(info.compress_type),
        )


def _write(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, left: int
) -> int:
    """Bytes written, never more than the archive promised."""
    size = 0
    try:
        with archive.open(info) as source, target.open("xb") as file:
            while block := source.read(_BLOCK):
                if not size and is_zip(block):
                    raise LayerError(
                        "{name} holds another archive, {member!r}; give that alone",
                        name=name,
                        member=_short(info.filename),
                    )
                size += file.write(block)
                if size > min(left, info.file_size):
                    raise LayerError("{name} unpacks to more than it says; pack it anew", name=name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(
            "{name} is damaged at {member!r}; pack or send it again",
            name=name,
            member=_short(info.filename),
        ) from error
    if size != info.file_size:
        raise LayerError(
            "{name} is damaged at {member!r}; pack or send it again",
            name=name,
            member=_short(info.filename),
        )
    return size


def _short(member: str) -> str:
    shown = member if len(member) <= 60 else "…" + member[-59:]
    return shown
