"""What a provider's way to speak consists of, and what passes between it and the call that all of them share."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from local.model_server.ask import Ask
from local.model_server.assets import Assets
from local.model_server.fate import Fate
from local.model_server.fault import Fault
from local.model_server.studio import Shot

JSON = "application/json; charset=UTF-8"
LINE = 76  # of base64 in lines


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart form."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    request: web.Request
    body: Any  # parsed JSON, or the fields of a form; None where it was neither

    def param(self, name: str) -> str:
        return self.request.match_info.get(name, "")

    @property
    def fields(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def bearer(self) -> str:
        return self.request.headers.get("Authorization", "").removeprefix("Bearer ").strip()

    @property
    def base(self) -> str:
        return f"{self.request.scheme}://{self.request.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    usd: float | None = None  # what the tokens cost that it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call whose picture is drawn: what an answer is written from."""

    n: int
    incoming: Incoming
    ask: Ask
    fate: Fate
    shots: list[Shot]
    identity: str
    assets: Assets

    def link(self, shot: Shot) -> str:
        """Where the picture can be had for a while, or what a script wants there instead."""
        if self.fate.link and self.fate.link != "gone":
            return self.fate.link
        return self.incoming.base + self.assets.put(shot, self.fate)

    def encoded(self, shot: Shot) -> str:
        """Base64, in the disguise that the fate wants."""
        data = base64.b64encode(shot.data).decode()
        if self.fate.kind == "newlines":
            return "\n".join(data[start : start + LINE] for start in range(0, len(data), LINE))
        if self.fate.kind == "url-safe":
            return data.replace("+", "-").replace("/", "_")
        return data_url(shot) if self.fate.kind == "data-prefix" else data


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    name: str
    check_key: Callable[[Incoming], None]  # raises Fault
    unreadable: Callable[[], Fault]
    read: Callable[[Incoming], Ask]  # raises Fault
    write: Callable[[Made], Reply]
    fail: Callable[[Fate, Ask, Incoming], Fault]
    refusals: frozenset[str] = frozenset()  # fates without a picture that this provider answers by an error


def data_url(shot: Shot) -> str:
    return f"data:{shot.mime};base64,{base64.b64encode(shot.data).decode()}"


def as_json(value: Any, **headers: str) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers=headers)


def bent(usage: Any, how: str | None) -> Any:
    """Usage as it is, or as no program expects it. "none" is for the dialect: the field is left out."""
    if isinstance(usage, dict):
        return {key: bent(value, how) for key, value in usage.items()}
    if isinstance(usage, list):
        return [bent(each, how) for each in usage]
    if how is None or not isinstance(usage, int | float) or isinstance(usage, bool):
        return usage
    return {"strings": str(usage), "negative": -usage, "huge": 10**30}.get(how, usage)
