"""The lines of a batch: each request is answered as generateContent answers it, at half the price."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from local.model_server.call import WORLD, Turn, failed, written
from local.model_server.dialect import Incoming
from local.model_server.fate import HOSTILE
from local.model_server.fault import PROXY_PAGE, Fault
from local.model_server.google.dialects import GEMINI, known_model
from local.model_server.google.faults import refuse
from local.model_server.google.request import DEVELOPER, camel, object_of

SHARE = 0.5  # model-apis.md section 4.3
RPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14, 504: 4}  # google/rpc/code.proto


@dataclass(frozen=True, slots=True)
class Asked:
    key: str
    request: Any


@dataclass(frozen=True, slots=True)
class Answered:
    key: str
    text: bytes  # of the line; empty: nothing is said
    pictures: int = 0


def in_file(data: bytes) -> list[Asked]:
    """Raises Fault."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    try:
        rows = [object_of(json.loads(line)) for line in lines]
    except ValueError:
        raise refuse(400, "The input file is not valid JSONL.") from None
    return [Asked(str(row.get("key", "")), row.get("request")) for row in rows]


def inline(rows: Iterable[Any]) -> list[Asked]:
    found = [object_of(row) for row in rows]
    return [Asked(str(object_of(row.get("metadata")).get("key", "")), row.get("request")) for row in found]


async def answer(request: web.Request, asked: Asked, error: str) -> Answered:
    """The line that comes of it. `error` is the name under which an error stands in it."""
    world = request.app[WORLD]
    n = world.ledger.open("gemini-batch", request.match_info["model"])
    incoming = Incoming(request, asked.request)
    world.requests.keep(n, incoming)
    try:
        model = known_model(incoming)
        ask = replace(DEVELOPER.read(asked.request, model), share=SHARE)
    except Fault as fault:
        world.ledger.close(n, fault.status)
        return Answered(asked.key, _line(asked.key, error, _status(fault.envelope)))
    world.ledger.begin(n, ask)
    try:
        fate = world.fate(ask)
        world.ledger.decide(n, ask, fate)
        turn = Turn(world, n, GEMINI, incoming, ask, fate)
        return await asyncio.get_running_loop().run_in_executor(world.pool, _answered, turn, asked.key, error)
    finally:
        world.ledger.close(n, 200)


def _answered(turn: Turn, key: str, error: str) -> Answered:
    """Runs in a thread. What a connection does to an answer happens to its line."""
    kind = turn.fate.kind
    if kind == "drop":
        return Answered(key, b"")
    if kind in HOSTILE:
        return Answered(key, PROXY_PAGE.strip())
    if reply := failed(turn):
        try:
            return Answered(key, _line(key, error, _status(json.loads(reply.body))))
        except ValueError:
            return Answered(key, reply.body.strip())
    reply = written(turn)
    turn.world.ledger.count(turn.n, reply.usd)
    text = b'{"key": ' + json.dumps(key).encode() + b', "response": ' + reply.body + b"}"
    return Answered(key, text[: len(text) // 2] if kind == "drop-body" else text, pictures=1)


def _line(key: str, error: str, status: dict[str, Any]) -> bytes:
    return json.dumps({"key": key, error: status}).encode()


def _status(envelope: Any) -> dict[str, Any]:
    """A google.rpc.Status, whose code is no HTTP status."""
    inner = envelope[0] if isinstance(envelope, list) else envelope
    said = object_of(object_of(inner).get("error")) or object_of(inner)
    code = RPC_CODES.get(said.get("code", 500), 2)
    status: dict[str, Any] = {"code": code, "message": said.get("message", "")}
    return status | ({"details": said["details"]} if "details" in said else {})


def source(batch: Any) -> dict[str, Any]:
    """The batch that a create asks for, in one spelling; the requests in it are left as they are."""
    config = camel(
        {key: value for key, value in object_of(batch).items() if key not in ("inputConfig", "input_config")}
    )
    given = object_of(object_of(batch).get("inputConfig") or object_of(batch).get("input_config"))
    name = given.get("fileName") or given.get("file_name")
    rows = object_of(given.get("requests")).get("requests")
    return {"title": str(object_of(config).get("displayName", "")), "file": name, "rows": rows}
