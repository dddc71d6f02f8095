"""How long it is waited before a model is asked again."""

import math
from typing import Literal

from cavendish.value import Value


class Wait(Value):
    """How long to wait before a repeat, in seconds: base x factor ^ try, between floor and cap."""

    base_s: float
    factor: float = 1.0
    floor_s: float = 0.0
    cap_s: float = 900.0
    jitter: Literal["none", "full"] = "none"
    #: A model that asks for a longer wait than this is not waited for any longer; None: it is, however long.
    heeds_s: float | None = None

    def seconds(self, try_: int, chance: float, asked_s: float | None) -> int:
        """The wait after this try (from 0), or what the model asked for if that is longer. `chance` is in [0, 1)."""
        backoff = min(self.cap_s, max(self.floor_s, self.base_s * self.factor**try_))
        chosen = self.floor_s + chance * (backoff - self.floor_s) if self.jitter == "full" else backoff
        asked_s = asked_s or 0.0
        return math.ceil(max(chosen, asked_s if self.heeds_s is None else min(asked_s, self.heeds_s)))
