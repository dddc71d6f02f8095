"""The two ways in which reading fails: of a whole file, and of one item."""

from cavendish.errors import CavendishError


class SheetUnreadable(CavendishError):
    """Who made the file: it cannot be read. `detail` is a sentence, with line and column (from 1) where it has them."""

    def __init__(self, words: str, line: int | None = None, column: int | None = None) -> None:
        self.detail = words if line is None else f"in line {line}, column {column} {words}"
        #: The same without the place.
        self.words = words
        self.line = line
        self.column = column
        super().__init__(self.detail)


class ItemUnreadable(CavendishError):
    """Who made the file: one item of it has no fields. Says what its line "has" or "is"."""
