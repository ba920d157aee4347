"""Text for cells of files that people open in a spreadsheet."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def safe_text(text: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def without_guard(text: str) -> str:
    """The text that `safe_text` was given."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_SIGNS) else text
