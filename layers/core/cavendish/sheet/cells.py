"""Cells of a CSV that we write: a spreadsheet must take none for a formula (OWASP: CSV injection)."""

import re
from typing import Final

#: What begins a formula, also in its wide form, or is skipped before one.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def neutral(cell: str) -> str:
    """The cell with an apostrophe before what would begin a formula; a number stays as it is."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
