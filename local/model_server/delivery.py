"""How an answer leaves the house: whole, cut off, in drops, never ending, or as no house should let it."""

import asyncio

from aiohttp import web

from local.model_server import hostile
from local.model_server.dialect import Reply
from local.model_server.fate import Fate

DROPS = 40
CRAWL_FROM = 3600.0  # seconds; a drip as long as this is one byte a second: no pause ever looks long
PADDING = 1024 * 1024


async def deliver(request: web.Request, reply: Reply, fate: Fate, time_scale: float) -> web.StreamResponse:
    headers = {"Content-Type": reply.content_type, **reply.headers}
    if fate.kind in hostile.KINDS:
        return await hostile.deliver(request, reply, fate)
    if fate.kind == "big-header":
        headers["X-Padding"] = "x" * PADDING
    if fate.kind not in ("drop-body", "stall", "drip"):
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    if fate.kind == "drop-body":
        response.content_length = len(reply.body)
    else:
        response.enable_chunked_encoding()
    await response.prepare(request)
    if fate.kind == "drip":
        await _drip(response, reply.body, fate.over_s, time_scale)
    elif fate.kind == "stall":
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


async def _drip(response: web.StreamResponse, body: bytes, over_s: float, time_scale: float) -> None:
    """The last drop of a crawl is all that is left."""
    crawls = over_s >= CRAWL_FROM
    drops = round(over_s) if crawls else DROPS
    step = 1 if crawls else -(-len(body) // DROPS)
    for start in range(0, min(len(body), step * drops), step):
        await response.write(body[start : start + step])
        await asyncio.sleep(over_s / drops * time_scale)
    if rest := body[step * drops :]:
        await response.write(rest)
