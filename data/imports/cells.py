"""Cells as CSV, spreadsheets and JSON give them, as text."""

import json
from datetime import date, datetime
from typing import Any


def to_text(cell: Any) -> str:
    """What a person would read in the cell; '' for an empty one. 5.0 is '5', as typed."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, list | dict):
        try:
            return json.dumps(cell, ensure_ascii=False)
        except RecursionError:
            return "…"
    return str(cell)


def is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
