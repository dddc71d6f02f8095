"""How long a model takes, as others have measured it: what is believed until we have measured it."""

from typing import Self

from pydantic import Field, model_validator

from cavendish.health.sketch import Sketch
from cavendish.value import Entry


class Times(Entry):
    """How long a call takes that brings a picture, in seconds: the median and the 95th percentile."""

    typical_s: float = Field(gt=0)
    p95_s: float
    source: str

    @property
    def sketch(self) -> Sketch:
        return Sketch.log_normal(self.typical_s, self.p95_s)

    @model_validator(mode="after")
    def _longer_than_typical(self) -> Self:
        if self.p95_s <= self.typical_s:
            raise ValueError(f"a 95th percentile of {self.p95_s} s is not above a median of {self.typical_s} s")
        return self
