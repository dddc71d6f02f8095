"""Ids: ULIDs, which sort by time and cannot be guessed."""

import re
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID: Final = re.compile(f"[0-7][{_ALPHABET}]{{25}}")


def ulid(now: float, randomness: bytes) -> str:
    """The ULID of a moment (seconds since the epoch) and ten random bytes."""
    number = int(now * 1000) << 80 | int.from_bytes(randomness)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def is_ulid(text: str) -> bool:
    return _ULID.fullmatch(text) is not None
