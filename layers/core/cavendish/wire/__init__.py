"""One codec for each dialect that models speak: a call out, an answer in. Here: what all of them have in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cavendish.answer import Picture
from cavendish.catalog import Model
from cavendish.outcome import Report
from cavendish.plan import Call
from cavendish.price import Usage


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as it goes out. `path` begins with the version of the API."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: dict[str, Any] = field(repr=False)

    def url(self, base: str) -> str:
        """Where it goes. A base that names a version of its own (".../v1", ".../v1beta") keeps that one."""
        versioned = re.search(r"[^/]/v[0-9]+[a-z0-9]*$", base)
        return base + (self.path[self.path.index("/", 1) :] if versioned else self.path)


class Codec(Protocol):
    """What a module of this package does."""

    #: The keys in an answer under which base64 pictures stand.
    PICTURE_KEYS: frozenset[str]

    def request(self, call: Call, model: Model, prompt: str, key: str, /) -> WireRequest: ...

    def read(self, status: int, headers: Mapping[str, str], document: Any, /) -> "Reading": ...


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
