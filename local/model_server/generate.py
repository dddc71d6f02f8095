"""One call of generateContent, from the key to the last byte."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from random import Random

from aiohttp import web

from local.model_server import answer, faults
from local.model_server.ask import Ask, read
from local.model_server.bill import CLOSED_BY_CALLER
from local.model_server.delivery import JSON, Reply, broken, close, deliver
from local.model_server.fate import Fate
from local.model_server.faults import Fault
from local.model_server.models import Model, models
from local.model_server.studio import Shot, shoot
from local.model_server.world import World

HEAD_START = 2.0  # the drawing is part of the latency: it begins this long before the answer is due
WORLD = web.AppKey("world", World)


def check_key(request: web.Request) -> None:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = request.headers.get("x-goog-api-key") or request.query.get("key") or bearer
    if not key:
        raise Fault(403, faults.NO_KEY)
    if key == "bad":
        raise faults.bad_key()


def known_model(request: web.Request) -> Model:
    name = request.match_info["model"]
    if name not in models():
        raise faults.gone(name, request.match_info["version"])
    return models()[name]


async def generate(request: web.Request) -> web.StreamResponse:
    world, name = request.app[WORLD], request.match_info["model"]
    n = world.ledger.open(models()[name].id if name in models() else name)
    status: int | None = CLOSED_BY_CALLER
    try:
        response = await _answer(request, world, n)
        status = None if broken(request) else response.status
    except Fault as fault:
        status = fault.code
        raise
    else:
        return response
    finally:
        world.ledger.close(n, status)


async def _answer(request: web.Request, world: World, n: int) -> web.StreamResponse:
    check_key(request)
    model = known_model(request)
    ask = read(await _body(request), model)
    fate = world.fate(ask)
    world.ledger.decide(n, ask, fate)
    wait = fate.after_s * world.time_scale
    if fate.kind == "drop":
        await asyncio.sleep(wait)
        close(request)
        return web.Response()
    if fate.kind in faults.ERRORS or fate.kind == "garbled":
        await asyncio.sleep(wait)
        return await deliver(request, _failed(request, model, fate), "whole", 0)
    await asyncio.sleep(max(0.0, wait - HEAD_START))
    identity = Random(f"{world.seed}/{n}").randbytes(12).hex()
    shots = partial(shoot, ask, fate, world.take(ask), world.mime(ask))
    work = partial(_made, ask, fate, shots, identity, stream=_stream(request))
    made = asyncio.get_running_loop().run_in_executor(world.pool, work)
    reply, _ = await asyncio.gather(made, asyncio.sleep(min(wait, HEAD_START)))
    return await deliver(request, reply, fate.kind, fate.over_s * world.time_scale)


async def _body(request: web.Request) -> object:
    try:
        return json.loads(await request.read())
    except ValueError:
        raise Fault(400, "Invalid JSON payload received. Unexpected token.") from None


def _failed(request: web.Request, model: Model, fate: Fate) -> Reply:
    if fate.kind in ("502", "garbled"):
        return Reply(status=502 if fate.kind == "502" else 200, body=faults.PROXY_PAGE, content_type="text/html")
    fault = faults.scripted(fate, model.id, request.match_info["version"])
    envelope = [fault.envelope] if fate.kind == "list-error" else fault.envelope
    headers = {} if fate.header_s is None else {"Retry-After": f"{fate.header_s:g}"}
    return Reply(status=fault.code, body=json.dumps(envelope).encode(), headers=headers)


def _stream(request: web.Request) -> str | None:
    return request.query.get("alt", "json") if request.match_info["method"] == "streamGenerateContent" else None


def _made(ask: Ask, fate: Fate, shots: Callable[[], list[Shot]], identity: str, *, stream: str | None) -> Reply:
    """Runs in a thread: drawing and encoding take up to a second."""
    series = answer.chunks(ask, fate, shots(), identity)
    written = answer.text(series, stream, escaped=fate.kind == "escaped")
    return Reply(body=written.encode(), content_type="text/event-stream" if stream == "sse" else JSON)
