"""Every call and what it cost: billed when its fate is known, whatever the caller does with the answer."""

import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from local.model_server.ask import Ask
from local.model_server.fate import Fate
from local.model_server.faults import ERRORS
from local.model_server.studio import WITHOUT_PICTURE

# Errors and answers without a picture are free. What never arrived is billed: the model made it, or may have.
FREE = (ERRORS - {"hang"}) | WITHOUT_PICTURE
CLOSED_BY_CALLER = 499


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    n: int
    at: float  # seconds since the epoch
    model: str
    size: str | None = None
    ratio: str | None = None
    prompt: str | None = None
    answer: str | None = None  # the kind of fate; None where the request itself was at fault
    status: int | None = None  # None while it runs, and where this server broke the connection
    billed_usd: float = 0.0
    duration_s: float | None = None


@dataclass(slots=True)
class Ledger:
    _calls: list[Call] = field(default_factory=list)
    _in_flight: Counter[str] = field(default_factory=Counter)

    def open(self, model: str) -> int:
        self._calls.append(Call(n=len(self._calls), at=time.time(), model=model))
        self._in_flight[model] += 1
        return len(self._calls) - 1

    def decide(self, n: int, ask: Ask, fate: Fate) -> None:
        usd = 0.0 if fate.kind in FREE else ask.model.price(fate.size or ask.size)
        known = {"size": ask.size, "ratio": ask.ratio, "prompt": ask.prompt, "answer": fate.kind}
        self._change(n, **known, billed_usd=usd)

    def close(self, n: int, status: int | None) -> None:
        self._in_flight[self._calls[n].model] -= 1
        self._change(n, status=status, duration_s=round(time.time() - self._calls[n].at, 3))

    def in_flight(self, model: str) -> int:
        return self._in_flight[model]

    def calls(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._calls]

    def bill(self) -> dict[str, float]:
        return {"total_usd": round(sum(call.billed_usd for call in self._calls), 6), "calls": len(self._calls)}

    def _change(self, n: int, **changes: Any) -> None:
        self._calls[n] = replace(self._calls[n], **changes)
