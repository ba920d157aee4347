"""The colours and status marks of drawn maps; the same as the page's, which a test holds equal."""

from dataclasses import dataclass

from matplotlib.colors import to_hex, to_rgb
from matplotlib.path import Path

from data.vocabulary import Status
from queries.classes import NONE_COLOUR


@dataclass(frozen=True)
class PictureTheme:
    page: str
    panel: str
    line: str
    text: str
    muted: str
    accent: str
    land: str
    hatch: str
    statuses: dict[str, str]

    @property
    def none(self) -> str:
        """A district without a value: seen through, so that it is not taken for a class."""
        over, under = to_rgb(NONE_COLOUR), to_rgb(self.panel)
        red, green, blue = (0.3 * a + 0.7 * b for a, b in zip(over, under, strict=True))
        return to_hex((red, green, blue))


THEMES = {
    "dark": PictureTheme(
        page="#0b1220",
        panel="#111a2b",
        line="#24324d",
        text="#e6edf7",
        muted="#93a4bf",
        accent="#4cc2ff",
        land="#17233a",
        hatch="#7f8ea8",
        statuses={
            "waiting": "#ff5d5d",
            "in-progress": "#ffc145",
            "resolved": "#3ddc97",
            "rejected": "#7f8ea8",
        },
    ),
    "light": PictureTheme(
        page="#f4f6fa",
        panel="#ffffff",
        line="#d8dfeb",
        text="#14203a",
        muted="#5a6985",
        accent="#0b6fb8",
        land="#e3e9f3",
        hatch="#7b88a1",
        statuses={
            "waiting": "#c92a2a",
            "in-progress": "#8a5a00",
            "resolved": "#0f7a4d",
            "rejected": "#5a6985",
        },
    ),
}

_CHECK = Path([(-0.9, 0.0), (-0.25, -0.65), (0.9, 0.75)])
_CROSS = Path(
    [(-0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7)],
    [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO],
)


@dataclass(frozen=True)
class StatusMark:
    """How statuses of one kind are drawn: a shape as well as a colour."""

    token: str
    statuses: tuple[Status, ...]
    marker: str | Path
    filled: bool


STATUS_MARKS = (
    StatusMark("rejected", (Status.REJECTED,), _CROSS, False),
    StatusMark("resolved", (Status.RESOLVED,), _CHECK, False),
    StatusMark("in-progress", (Status.ASSIGNED, Status.IN_PROGRESS, Status.VERIFYING), "D", True),
    StatusMark("waiting", (Status.WAITING,), "o", True),  # last: on top of the others
)
