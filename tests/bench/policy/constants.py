"""The numbers of weather.md, as the model server has them too, and the names that they go by here."""

from typing import Any, Final

from cavendish.size import Tier
from local.model_server.weather import RULES

PRO, FLASH, BOTH, OUTAGES, DRIFT, WORK, PRICE = (
    RULES[name] for name in ("pro", "flash", "both", "outages", "drift", "work", "price")
)
CLIMATES: Final = ("articles", "outages", "drift")
SIZES: Final[tuple[Tier, ...]] = tuple(WORK["sizes"])
DEADLINE_S: Final[float] = WORK["deadline"]
HOUR_S: Final = 3600.0
#: The hours of a run: the last job may take until its deadline.
HOURS: Final[int] = WORK["days"] * 24 + 2
BEIJING_H: Final = 8
#: Midnight UTC of a Monday, in seconds since the epoch; the product's code wants such times.
BEGINS_AT: Final = 1_800_230_400.0 - 1_800_230_400.0 % 86_400

Rules = dict[str, Any]
#: The models of this world: whatever a policy calls them, there are two.
Kind = str
KINDS: Final[tuple[Kind, ...]] = ("pro", "flash")


def kind(model_id: str) -> Kind:
    return "pro" if model_id.startswith(PRO["prefix"]) else "flash"
