"""One call, from the key to the last byte, whatever the dialect."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

from aiohttp import web
from aiohttp.typedefs import Handler

from local.model_server.ask import Ask
from local.model_server.bill import CLOSED_BY_CALLER
from local.model_server.delivery import broken, close, deliver
from local.model_server.dialect import Dialect, Incoming, Made, Reply
from local.model_server.fate import ERRORS, MISSHAPEN, Fate
from local.model_server.fault import PROXY_PAGE, Fault
from local.model_server.record import UNREADABLE, received
from local.model_server.studio import shoot
from local.model_server.world import TAKES, World

HEAD_START = 2.0  # the drawing is part of the latency: it begins this long before the answer is due
STRANGE = {"message": "Something happened.", "trace": "0af7651916cd43dd8448eb211c80319c"}
WORLD = web.AppKey("world", World)


@dataclass(frozen=True, slots=True)
class Turn:
    """A call that was understood, and whose fate is known."""

    world: World
    n: int
    dialect: Dialect
    incoming: Incoming
    ask: Ask
    fate: Fate

    @property
    def wait(self) -> float:
        return self.fate.after_s * self.world.time_scale


def serve(dialect: Dialect, answer: Callable[[Turn], Awaitable[web.StreamResponse]] | None = None) -> Handler:
    """The handler of a dialect's route; `answer` where the picture does not come with the answer."""

    async def handle(request: web.Request) -> web.StreamResponse:
        ledger = request.app[WORLD].ledger
        n = ledger.open(dialect.name, request.match_info.get("model", ""))
        status: int | None = CLOSED_BY_CALLER
        try:
            response = await (answer or at_once)(await _understood(request, n, dialect))
            status = None if broken(request) else response.status
        except Fault as fault:
            status = fault.status
            raise
        else:
            return response
        finally:
            ledger.close(n, status)

    return handle


async def _understood(request: web.Request, n: int, dialect: Dialect) -> Turn:
    world = request.app[WORLD]
    incoming = Incoming(request, await received(request))
    world.requests.keep(n, incoming)
    dialect.check_key(incoming)
    if incoming.body is UNREADABLE:
        raise dialect.unreadable()
    ask = dialect.read(incoming)
    if not ask.prompt.isascii() and _is_torn(ask.prompt):
        raise dialect.unreadable()
    world.ledger.begin(n, ask)
    fate = world.fate(ask)
    world.ledger.decide(n, ask, fate, errors=dialect.refusals)
    return Turn(world, n, dialect, incoming, ask, fate)


def _is_torn(text: str) -> bool:
    """JSON can spell half a surrogate pair, which is no text."""
    return any("\ud800" <= character <= "\udfff" for character in text)


async def at_once(turn: Turn) -> web.StreamResponse:
    request, fate = turn.incoming.request, turn.fate
    if fate.kind == "drop":
        await asyncio.sleep(turn.wait)
        close(request)
        return web.Response()
    if error := failed(turn):
        await asyncio.sleep(turn.wait)
        return await deliver(request, error, Fate(), 0)
    await asyncio.sleep(max(0.0, turn.wait - HEAD_START))
    made = asyncio.get_running_loop().run_in_executor(turn.world.pool, written, turn)
    reply, _ = await asyncio.gather(made, asyncio.sleep(min(turn.wait, HEAD_START)))
    turn.world.ledger.count(turn.n, reply.usd)
    return await deliver(request, reply, Fate() if fate.on_link else fate, turn.world.time_scale)


def failed(turn: Turn) -> Reply | None:
    """The answer of a fate that comes to an error, in the words of the dialect."""
    fate = turn.fate
    if fate.kind in ("502", "garbled"):
        return Reply(status=502 if fate.kind == "502" else 200, body=PROXY_PAGE, content_type="text/html")
    if fate.kind == "status":
        return Reply(status=fate.status or 500, body=json.dumps(STRANGE).encode())
    if fate.kind not in ERRORS | MISSHAPEN | turn.dialect.refusals:
        return None
    meant = Fate(kind="503") if fate.kind in MISSHAPEN else fate
    fault = turn.dialect.fail(meant, turn.ask, turn.incoming)
    envelope = [fault.envelope] if fate.kind == "list-error" else fault.envelope
    headers = fault.headers if fate.header_s is None else fault.headers | {"Retry-After": f"{fate.header_s:g}"}
    status = 200 if fate.kind == "soft-error" else fault.status
    return Reply(status=status, body=json.dumps(envelope).encode(), headers=headers)


def written(turn: Turn, made: Made | None = None) -> Reply:
    """Runs in a thread: drawing and encoding take up to a second."""
    reply = turn.dialect.write(made or drawn(turn))
    if turn.fate.kind != "escaped":
        return reply
    return replace(reply, body=reply.body.replace(b"/", b"\\/").replace(b"=", b"\\u003d"))


def drawn(turn: Turn) -> Made:
    world, ask, fate = turn.world, turn.ask, turn.fate
    take, mime = world.take(ask), ask.mime or world.mime(ask)
    takes = [take + nth if ask.seed is not None else (take + nth) % TAKES for nth in range(ask.n)]
    shots = [shot for each in takes for shot in shoot(ask, fate, each, mime)]
    return Made(
        n=turn.n,
        incoming=turn.incoming,
        ask=ask,
        fate=fate,
        shots=shots,
        identity=identity_of(turn),
        assets=world.assets,
    )


def identity_of(turn: Turn) -> str:
    return Random(f"{turn.world.seed}/{turn.n}").randbytes(12).hex()
