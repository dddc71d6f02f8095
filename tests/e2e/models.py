"""A model server as a test scripts it and asks it for its calls and its bill."""

from dataclasses import dataclass
from typing import Any

import httpx

Call = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Models:
    url: str

    def script(self, match: str, *answers: str, model: str | None = None) -> None:
        """What the next calls get whose prompt has `match` in it; later ones get what the weather brings.

        The cloud's time scale shortens their durations too.
        """
        body = {"match": match, "answers": answers, "model": model}
        httpx.post(f"{self.url}/_control/scripts", json=body).raise_for_status()

    def limit(self, **most: int) -> None:
        """How many calls of each model run at once; one more gets a 429. Without any: as many as come."""
        httpx.put(f"{self.url}/_control/most", json=most).raise_for_status()

    def sketch(self) -> None:
        """Pictures are drawn in no time from now on, and look like it."""
        httpx.put(f"{self.url}/_control/sketch", json=True).raise_for_status()

    def forget(self) -> None:
        """Take back all scripts: from now on the weather decides."""
        httpx.delete(f"{self.url}/_control/scripts").raise_for_status()

    def calls(self, match: str) -> list[Call]:
        """All calls whose prompt has `match` in it, oldest first; the calls that still run too."""
        calls: list[Call] = httpx.get(f"{self.url}/_control/calls", timeout=30).json()
        return [call for call in calls if match in (call["prompt"] or "")]

    def billed(self, match: str) -> float:
        return float(sum(call["billed_usd"] for call in self.calls(match)))
