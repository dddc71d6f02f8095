"""Headers that are lists: what is within quotes is no separator."""

import re


def split(header: str, separator: str) -> list[str]:
    """The parts of a header between separators, without the spaces around them."""
    part = rf'(?:[^"{separator}]|"(?:[^"\\]|\\.)*"?)+'
    return [found.strip() for found in re.findall(part, header)]
