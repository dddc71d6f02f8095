"""What a provider's door is opened with."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens a door: a key, or a token that was given for one and soon expires."""

    value: str = field(repr=False)
    kind: Literal["key", "token"] = "key"
    #: Whose it is, where the provider's addresses say so ("projects/P/locations/L").
    account: str = ""
