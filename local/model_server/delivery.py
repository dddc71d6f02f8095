"""How an answer leaves the house: whole, cut off, in drops, or never ending."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

DROPS = 40
JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


async def deliver(request: web.Request, reply: Reply, manner: str, over_s: float) -> web.StreamResponse:
    headers = {"Content-Type": reply.content_type, **reply.headers}
    if manner not in ("drop-body", "stall", "drip"):
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    if manner == "drop-body":
        response.content_length = len(reply.body)
    else:
        response.enable_chunked_encoding()
    await response.prepare(request)
    if manner == "drip":
        await _drip(response, reply.body, over_s)
    elif manner == "stall":
        await response.write(reply.body)
        await asyncio.Event().wait()
    else:
        await response.write(reply.body[: len(reply.body) // 2])
        close(request)
    return response


def close(request: web.Request) -> None:
    """Ends the connection after what has been written."""
    if request.transport:
        request.transport.close()


def broken(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _drip(response: web.StreamResponse, body: bytes, over_s: float) -> None:
    step = -(-len(body) // DROPS)
    for start in range(0, len(body), step):
        await response.write(body[start : start + step])
        await asyncio.sleep(over_s / DROPS)
