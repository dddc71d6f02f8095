"""A part of a batch's results."""

from cavendish.value import Value


class Part(Value):
    """One ZIP of results."""

    key: str
    #: The items whose pictures are in it: from the first to before the next one's.
    first: int
    until: int
    files: int
    bytes: int
