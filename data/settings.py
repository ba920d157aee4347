"""What the environment says. Read once, when the application is built."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


class SettingError(ValueError):
    """An environment variable with a value that cannot be meant."""


@dataclass(frozen=True)
class Settings:
    """`var` holds all state; nothing is written anywhere else."""

    database_url: str
    city: Path
    demo: bool
    var: Path = _ROOT / "var"
    basemap_url: str | None = None
    private_sources: tuple[str, ...] = ()  # hosts and networks of the operator's own, for layers

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Raises SettingError naming the variable, its value and what it may be."""
        given = os.environ if environment is None else environment
        demo = given.get("PANTAU_DEMO", "1")
        if demo not in ("0", "1"):
            raise SettingError(f"PANTAU_DEMO is {demo!r}; use 1 for the demo city, 0 for none")
        var = Path(given.get("PANTAU_VAR") or _ROOT / "var")
        return cls(
            database_url=given.get("PANTAU_DATABASE_URL") or f"sqlite:///{var / 'pantau.db'}",
            city=Path(given.get("PANTAU_CITY") or _ROOT / "data" / "cities" / "jakarta"),
            demo=demo == "1",
            var=var,
            basemap_url=given.get("PANTAU_BASEMAP_URL") or None,
            private_sources=tuple(
                given.get("PANTAU_PRIVATE_SOURCES", "").replace(",", " ").split()
            ),
        )
