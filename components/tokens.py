"""The colours of assets/10-tokens.css that charts need by value; a test holds them equal."""

from dataclasses import dataclass

from data.vocabulary import Status


@dataclass(frozen=True)
class Theme:
    page: str
    panel: str
    line: str
    text: str
    muted: str
    accent: str
    accent_soft: str


DARK = Theme(
    page="#0b1220",
    panel="#111a2b",
    line="#24324d",
    text="#e6edf7",
    muted="#93a4bf",
    accent="#4cc2ff",
    accent_soft="rgba(76, 194, 255, 0.14)",
)
LIGHT = Theme(
    page="#f4f6fa",
    panel="#ffffff",
    line="#d8dfeb",
    text="#14203a",
    muted="#5a6985",
    accent="#0b6fb8",
    accent_soft="rgba(11, 111, 184, 0.1)",
)
FONT_FAMILY = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'

# A shape and a class for each status; the colour of the class is never alone.
STATUS_SHAPES = {
    Status.WAITING: "●",
    Status.ASSIGNED: "◆",
    Status.IN_PROGRESS: "◆",
    Status.VERIFYING: "◆",
    Status.RESOLVED: "✓",
    Status.REJECTED: "✕",
}
STATUS_CLASSES = {
    Status.WAITING: "status-waiting",
    Status.ASSIGNED: "status-in-progress",
    Status.IN_PROGRESS: "status-in-progress",
    Status.VERIFYING: "status-in-progress",
    Status.RESOLVED: "status-resolved",
    Status.REJECTED: "status-rejected",
}


def theme_of(name: str | None) -> Theme:
    """Dark unless 'light' is asked for."""
    return LIGHT if name == "light" else DARK
