"""Every call and what it cost: billed when its fate is known, whatever the caller does with the answer."""

import time
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from local.model_server.ask import Ask
from local.model_server.fate import ERRORS, MISSHAPEN, WITHOUT_PICTURE, Fate

# Errors are free. What never arrived is billed: the model made it, or may have.
FREE = (ERRORS | MISSHAPEN) - {"hang"}
CLOSED_BY_CALLER = 499


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    n: int
    at: float  # seconds since the epoch
    dialect: str
    model: str
    size: str | None = None
    ratio: str | None = None
    prompt: str | None = None
    pictures: int | None = None  # that were asked for
    answer: str | None = None  # the kind of fate; None where the request itself was at fault
    status: int | None = None  # None while it runs, and where this server broke the connection
    billed_usd: float = 0.0
    billed_credits: int = 0
    counted_usd: float | None = None  # what the answer's own tokens cost, where its maker charges by them
    duration_s: float | None = None


@dataclass(slots=True)
class Ledger:
    _calls: list[Call] = field(default_factory=list)
    _in_flight: Counter[str] = field(default_factory=Counter)

    def open(self, dialect: str, model: str) -> int:
        self._calls.append(Call(n=len(self._calls), at=time.time(), dialect=dialect, model=model))
        return len(self._calls) - 1

    def begin(self, n: int, ask: Ask) -> None:
        self._in_flight[ask.model.id] += 1
        known = {"model": ask.model.id, "size": ask.size, "ratio": ask.ratio, "prompt": ask.prompt}
        self._change(n, **known, pictures=ask.n)

    def decide(self, n: int, ask: Ask, fate: Fate, errors: AbstractSet[str] = frozenset()) -> None:
        """`errors`: the fates that this dialect answers by an error, though others answer 200."""
        if is_billed(ask, fate, errors):
            self._change(n, answer=fate.kind, billed_usd=ask.price(fate.size), billed_credits=ask.credit(fate.size))
        else:
            self._change(n, answer=fate.kind)

    def count(self, n: int, usd: float | None) -> None:
        self._change(n, counted_usd=usd)

    def close(self, n: int, status: int | None) -> None:
        call = self._calls[n]
        if call.pictures is not None:
            self._in_flight[call.model] -= 1
        self._change(n, status=status, duration_s=round(time.time() - call.at, 3))

    def in_flight(self, model: str) -> int:
        return self._in_flight[model]

    def calls(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._calls]

    def bill(self) -> dict[str, float]:
        total = {"total_usd": round(sum(call.billed_usd for call in self._calls), 6), "calls": len(self._calls)}
        credits_ = sum(call.billed_credits for call in self._calls)
        return total | ({"total_credits": credits_} if credits_ else {})

    def _change(self, n: int, **changes: Any) -> None:
        self._calls[n] = replace(self._calls[n], **changes)


def is_billed(ask: Ask, fate: Fate, errors: AbstractSet[str]) -> bool:
    if fate.kind in FREE or fate.kind in errors:
        return False
    if fate.kind == "status":
        return (fate.status or 500) < 300
    return ask.blank_billed or fate.kind not in WITHOUT_PICTURE
