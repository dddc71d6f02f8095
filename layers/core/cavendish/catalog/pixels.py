"""What each size means in pixels at each ratio, as the catalogue has it for a family of models."""

from typing import Any

from pydantic import model_validator

from cavendish.size import Tier
from cavendish.value import Entry


class Pixels(Entry):
    """What one size means at one ratio."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class PixelTable(Entry):
    """What each size means at each ratio, for a family of models."""

    source: str
    ratios: dict[str, dict[Tier, Pixels]]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, rows: dict[str, Any]) -> dict[str, Any]:
        """Each key but `source` is a ratio, and each size a pair such as "1024x1024"."""
        tables = {ratio: _sizes(sizes) for ratio, sizes in rows.items() if ratio != "source"}
        return {"source": rows.get("source"), "ratios": tables}


def _sizes(sizes: dict[str, str]) -> dict[str, dict[str, int]]:
    return {
        size: dict(zip(("width", "height"), map(int, pixels.split("x")), strict=True)) for size, pixels in sizes.items()
    }
