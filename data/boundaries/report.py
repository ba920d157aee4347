"""What an import of boundaries says: one sentence when it fails, counts when it does not."""

from collections.abc import Sequence
from dataclasses import dataclass

_EXAMPLES = 5


class BoundaryError(ValueError):
    """Boundaries cannot be imported; nothing was changed."""


@dataclass(frozen=True)
class Relocated:
    """Complaints that have coordinates, after the boundaries changed."""

    looked_at: int
    moved: int  # now in another district than before, or in none
    outside: int  # in no district now


@dataclass(frozen=True, kw_only=True)
class BoundaryReport:
    """Counts of features as read, of distinct codes as matched, and of complaints."""

    source: str
    level: str
    read: int
    empty: int
    repaired: int
    merged: int  # features that joined another one of the same code
    by_code: int
    by_name: int
    created: int
    unmatched: tuple[str, ...]  # features, as "code name"
    without_polygon: tuple[str, ...]  # districts, as "code name"
    emptied: bool  # whether those lost the schematic shape they had
    redrawn: int  # districts of upper levels drawn from those below
    relocated: Relocated | None  # None: not the level by which complaints are located
    notes: tuple[str, ...] = ()  # what the file's reader complained about

    @property
    def matched(self) -> int:
        return self.by_code + self.by_name

    def lines(self) -> list[str]:
        """The counts and what was decided on the way, a line each."""
        lines = [
            f"features read      {self.read:>9,}  {self.source}",
            f"matched by code    {self.by_code:>9,}",
            f"matched by name    {self.by_name:>9,}",
        ]
        if self.created:
            lines.append(f"districts created  {self.created:>9,}")
        fate = "their schematic shape was dropped" if self.emptied else "they keep what they had"
        for count, label, note in (
            (self.repaired, "invalid, repaired", ""),
            (self.empty, "without polygon", "features, skipped"),
            (self.merged, "joined", "features of a code that came before"),
            (len(self.unmatched), "unmatched features", examples(self.unmatched)),
            (
                len(self.without_polygon),
                "districts without",
                f"{examples(self.without_polygon)}; {fate}" if self.without_polygon else "",
            ),
            (self.redrawn, "upper districts", "drawn from those below"),
        ):
            lines.append(f"{label:<18} {count:>9,}  {note}".rstrip())
        if self.relocated is not None:
            lines += relocation_lines(self.relocated)
        return [*lines, *(f"the file's reader says: {note}" for note in self.notes)]


def relocation_lines(relocated: Relocated) -> list[str]:
    return [
        f"{'complaints':<18} {relocated.looked_at:>9,}  with coordinates",
        f"{'re-located':<18} {relocated.moved:>9,}",
        f"{'outside now':<18} {relocated.outside:>9,}",
    ]


def examples(words: Sequence[str]) -> str:
    """The first few, and that there are more."""
    return ", ".join(words[:_EXAMPLES]) + (" …" if len(words) > _EXAMPLES else "")
