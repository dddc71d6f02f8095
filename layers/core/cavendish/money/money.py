"""Money as it is added up: whole millionths of a US dollar, because sums of fractions drift."""

import math
from typing import Final

MICROS: Final = 1_000_000


def micros(usd: float) -> int:
    """The nearest whole millionth."""
    return round(usd * MICROS)


def micros_up(usd: float) -> int:
    """The next whole millionth: what is set aside must suffice. What is less than one of a billion is not counted."""
    return math.ceil(round(usd * MICROS, 3))


def micros_down(usd: float) -> int:
    """The whole millionths that are in it: what may be spent is never more."""
    return math.floor(round(usd * MICROS, 3))


def dollars(amount: int) -> float:
    return amount / MICROS


def shown(amount: int) -> str:
    """As a sentence has it: at least cents, and no more than there is ("0.0336", "12.00")."""
    whole, _, rest = f"{dollars(amount):.6f}".partition(".")
    return f"{whole}.{rest[:2]}{rest[2:].rstrip('0')}"
