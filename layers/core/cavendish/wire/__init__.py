"""One codec for each dialect that models speak: a call out, an answer in. Here: what all of them have in common."""

from dataclasses import dataclass, field
from typing import Any

from cavendish.answer import Picture
from cavendish.outcome import Report
from cavendish.price import Usage


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as it goes out. `path` is appended to the route's base URL."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says: a picture, or a report of why there is none."""

    picture: Picture | None = None
    report: Report | None = None
    usage: Usage | None = None
    #: The model that answered, in its own words.
    model_version: str | None = None
    #: What the model said beside, or instead of, the picture.
    note: str | None = None
