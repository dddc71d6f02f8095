"""One codec for each dialect that models speak: a call out, an answer in. Here: what all of them have in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Literal, Protocol, Self

from cavendish.answer.answer import Picture
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.pixels import Pixels
from cavendish.catalog.route import Offer, Quirk
from cavendish.ladder.plan import Call
from cavendish.money.price import Usage
from cavendish.outcome import Report

UPLOAD: Final = "/upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a codec has to say in its dialect."""

    call: Call
    prompt: str = field(repr=False)
    offer: Offer
    #: What the picture should measure.
    pixels: Pixels
    #: False: the model refuses a request that names its one size.
    names_size: bool = True
    quirks: tuple[Quirk, ...] = ()
    #: Whose call it is, where the provider's addresses say so ("projects/P/locations/L").
    account: str = ""

    @classmethod
    def of(cls, call: Call, prompt: str, catalog: Catalog, account: str = "") -> Self:
        return cls(
            call=call,
            prompt=prompt,
            offer=catalog.offer(call.route, call.model),
            pixels=catalog.expected(call.model, call.size, call.aspect_ratio),
            names_size=catalog.model(call.model).names_size,
            quirks=catalog.routes[call.route].quirks,
            account=account,
        )

    @property
    def model(self) -> str:
        """What the model is called on this route."""
        return self.offer.called(self.call.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request as it goes out. `path` begins with the version of the API."""

    path: str
    body: dict[str, Any] | None = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    method: Literal["POST", "GET"] = "POST"
    #: Sent instead of a body, from where it stands; how long it is, the headers say.
    file: BinaryIO | None = field(default=None, repr=False)

    def url(self, base: str) -> str:
        """Where it goes. A base that names a version of its own (".../v1", ".../v1beta") keeps that one."""
        versioned = re.search(r"(?<=[^/])/v[0-9]+[a-z0-9]*$", base)
        if not versioned:
            return base + self.path
        # Google's door for files stands before the version.
        door = UPLOAD if self.path.startswith(f"{UPLOAD}/") else ""
        path = self.path.removeprefix(door)
        return base[: versioned.start()] + door + versioned[0] + path[path.index("/", 1) :]

    def look(self, path: str) -> "WireRequest":
        """What looks after it: free, and shown to the same door with the same key."""
        return WireRequest(path=path, headers=self.headers, method="GET")


class Codec(Protocol):
    """What a module of this package does."""

    #: The keys in an answer under which bare base64 pictures stand; those in data URIs are found anywhere.
    PICTURE_KEYS: frozenset[str]

    def request(self, asked: Asked, /) -> WireRequest:
        """The call as this dialect says it. Who calls is said elsewhere (auth.py)."""

    def read(self, status: int, headers: Mapping[str, str], document: Any, /) -> "Reading":
        """What an answer says. `document` is its JSON with pictures decoded, or None where it is not JSON."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The picture is being made: where to look, and how long to wait before, in seconds."""

    path: str
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says: a picture, where one is or will be, or a report of why there is none."""

    picture: Picture | None = None
    #: Where the picture lies: a URL, or a path at the provider's own door.
    link: str | None = None
    pending: Pending | None = None
    report: Report | None = None
    #: The report is of what is being made, and not only of this look at it.
    over: bool = False
    usage: Usage | None = None
    #: What the provider says the call cost, in USD.
    cost_usd: float | None = None
    #: What cannot be believed of what it counted ("usage:thoughtsTokenCount"): then none of it is.
    odd: str = ""
    #: The model that answered, in its own words.
    model_version: str | None = None
    #: What the model said beside, or instead of, the picture.
    note: str | None = None
