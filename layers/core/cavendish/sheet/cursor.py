"""Where in a file the next record begins: all that is needed to read on from there."""

from typing import Literal, Self

from cavendish.value import Value

Delimiter = Literal[",", ";", "\t"]


class Cursor(Value):
    """A place between two records. The first one is before everything, also before the header of a CSV."""

    #: Bytes before the next record.
    offset: int = 0
    #: The physical line in which it begins, or blank lines before it do; from 1.
    line: int = 1
    #: Counts items from 0.
    index: int = 0
    #: What separates the cells of a CSV.
    delimiter: Delimiter = ","

    def after(self, offset: int, line: int) -> Self:
        """The place after the next record, which ends before that offset and line."""
        return type(self)(offset=offset, line=line, index=self.index + 1, delimiter=self.delimiter)
