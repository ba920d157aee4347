"""With what an edition was computed and set: other tools may make other bytes of the same."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from queries.evaluation.compare import Difference

_PACKAGES = ("babel", "matplotlib", "numpy", "typst", "xlsxwriter")
_ROOT = Path(__file__).resolve().parents[2]
_SOURCES: Mapping[str, tuple[str, ...]] = {  # what is ours, by patterns of its files
    "figures": ("queries/evaluation/*.py", "data/evaluation/*.py", "data/fold.py"),
    "documents": ("reports/evaluation/*.py", "reports/*.py", "reports/typst/*.typ", "data/i18n.py"),
    "translations": ("data/locale/*/LC_MESSAGES/*.po",),
}


@cache
def tools() -> Mapping[str, str]:
    """Versions of packages, and fingerprints of our own files, by name."""
    own = {name: _fingerprint(patterns) for name, patterns in _SOURCES.items()}
    return own | {package: version(package) for package in _PACKAGES}


def other_tools(kept: Mapping[str, str]) -> tuple[Difference, ...]:
    """Those that are others now than those kept; () also where none were kept."""
    now = tools()
    return tuple(
        Difference(name, kept[name], now.get(name))
        for name in sorted(kept)
        if kept[name] != now.get(name)
    )


def _fingerprint(patterns: Iterable[str]) -> str:
    found = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in _ROOT.glob(pattern)):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{path.name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:16]
