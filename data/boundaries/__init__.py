"""District boundaries from files people have, and what must follow when they change."""

from data.boundaries.commands import init_app
from data.boundaries.report import BoundaryError, BoundaryReport
from data.boundaries.run import import_boundaries, redraw_schematic

__all__ = [
    "BoundaryError",
    "BoundaryReport",
    "import_boundaries",
    "init_app",
    "redraw_schematic",
]
