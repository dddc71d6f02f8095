"""The image models that answer, as data; read once from models.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    id: str
    tokens: Mapping[str, int]
    usd: Mapping[str, float]
    input_tokens: int
    png_every: int
    wide: bool  # knows 1:4, 4:1, 1:8 and 8:1
    sized: bool = True  # takes an imageSize
    aliases: tuple[str, ...] = ()

    @property
    def thinks(self) -> bool:
        return self.sized

    def price(self, size: str) -> float:
        """A script may deliver a size that the model does not sell."""
        return self.usd.get(size, self.usd["1K"])

    def mime(self, nth: int) -> str:
        return "image/png" if nth % self.png_every == 0 else "image/jpeg"


@cache
def models() -> Mapping[str, Model]:
    """Every id that answers, aliases too."""
    rows = tomllib.loads(Path(__file__).with_name("models.toml").read_text())
    known = [Model(id=name, **row) for name, row in rows.items()]
    return {name: model for model in known for name in (model.id, *model.aliases)}
