"""The tasks of OpenOctopus: begun by one request, asked for by others."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from aiohttp import web

from local.model_server.call import WORLD, Turn, at_once, drawn, identity_of, written
from local.model_server.delivery import deliver
from local.model_server.dialect import Incoming, Made, Reply
from local.model_server.fate import ERRORS, MISSHAPEN, Fate
from local.model_server.openoctopus import check_key, refuse, task_id

MOST = 500
QUEUED_SHARE = 0.25  # of the time until the answer
AT_ONCE = (ERRORS - {"hang"}) | MISSHAPEN | {"garbled", "status", "drop"}


@dataclass(slots=True)
class Task:
    turn: Turn
    began: float = field(default_factory=time.monotonic)
    made: Made | None = None
    reply: Reply | None = None
    work: "asyncio.Task[None] | None" = None  # kept, or it would be collected while it runs

    @property
    def status(self) -> str:
        return "queued" if time.monotonic() - self.began < self.turn.wait * QUEUED_SHARE else "processing"

    async def run(self) -> None:
        await asyncio.sleep(self.turn.wait)
        loop, pool = asyncio.get_running_loop(), self.turn.world.pool
        self.made = await loop.run_in_executor(pool, drawn, self.turn)
        self.reply = await loop.run_in_executor(pool, written, self.turn, self.made)


TASKS: web.AppKey["OrderedDict[str, Task]"] = web.AppKey("tasks", OrderedDict)


async def begin(turn: Turn) -> web.StreamResponse:
    """Some errors come at once; what becomes of the picture is the task's affair."""
    if turn.fate.kind in AT_ONCE:
        return await at_once(turn)
    tasks, task, name = turn.incoming.request.app[TASKS], Task(turn), task_id(identity_of(turn))
    tasks[name] = task
    if len(tasks) > MOST:
        tasks.popitem(last=False)
    task.work = asyncio.create_task(task.run())
    return web.json_response({"id": name, "status": "queued"})


def _task(request: web.Request) -> Task:
    check_key(Incoming(request, None))
    task = request.app[TASKS].get(request.match_info["task"])
    if task is None:
        raise refuse(404, "not_found", "Not found")
    return task


async def show(request: web.Request) -> web.StreamResponse:
    task = _task(request)
    if task.reply is None:
        return web.json_response({"id": request.match_info["task"], "status": task.status, "output_payload": None})
    fate = task.turn.fate
    return await deliver(request, task.reply, Fate() if fate.on_link else fate, request.app[WORLD].time_scale)


async def show_asset(request: web.Request) -> web.StreamResponse:
    task, nth = _task(request), int(request.match_info["nth"])
    if task.made is None or nth >= len(task.made.shots) or task.turn.fate.link == "gone":
        raise refuse(404, "not_found", "Not found")
    shot = task.made.shots[nth]
    reply = Reply(body=shot.data, content_type=shot.mime)
    return await deliver(request, reply, task.turn.fate, request.app[WORLD].time_scale)
