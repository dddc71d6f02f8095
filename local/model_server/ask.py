"""What one request asks for, in no provider's words: each dialect reads its own request into this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.model_server.models import Model
from local.model_server.sizes import Pixels, pixels, scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    model: Model
    prompt: str  # the words of the last turn
    size: str  # a tier; pixels where the model takes any
    ratio: str
    n: int = 1
    references: int = 0
    words_too: bool = True  # the answer may have text beside the picture
    thoughts_too: bool = False
    seed: int | None = None
    mime: str | None = None  # where the request may choose
    quality: int = 90  # of a JPEG or WebP
    exact: Pixels | None = None  # where the request names pixels and the model obeys
    usd: Mapping[str, float] | None = None  # what a gateway takes per picture; else the model's own price
    credits: Mapping[str, int] | None = None  # the same, where a gateway counts in credits
    share: float = 1.0  # of the price that is paid: a batch costs half
    blank_billed: bool = False  # a 200 without a picture costs what a picture costs
    said: Mapping[str, Any] = field(default_factory=dict)  # what the answer repeats or depends on

    def pixels(self, size: str | None = None) -> Pixels:
        if self.exact:
            return self.exact if size in (None, self.size) else scaled(self.exact, str(size))
        return pixels(self.model, self.ratio, size or self.size)

    def price(self, size: str | None = None) -> float:
        """A script may deliver a size that is not sold."""
        prices = self.usd or self.model.usd
        return self.n * self.share * prices.get(size or self.size, prices.get("1K", 0.0))

    def credit(self, size: str | None = None) -> int:
        return self.n * (self.credits or {}).get(size or self.size, 0)
