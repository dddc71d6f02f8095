"""Where batches are begun, looked after and broken off; and, for tests, scripted and waited for."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from local.model_server.call import WORLD
from local.model_server.dialect import Incoming
from local.model_server.fault import Fault
from local.model_server.google import faults
from local.model_server.google.batch_lines import Asked, in_file, inline, source
from local.model_server.google.batches import Batch, Batches
from local.model_server.google.dialects import check_key, known_model
from local.model_server.google.file_routes import FILES
from local.model_server.record import UNREADABLE, received

VERSION = "/{version:v1|v1beta}"
PAGE = 50
BATCHES = web.AppKey("batches", Batches)


def add(app: web.Application) -> None:
    app[BATCHES] = Batches()
    router, name = app.router, VERSION + "/batches/{batch:[^/:]+}"
    router.add_post(VERSION + "/models/{model:[^/:]+}:{method:batchGenerateContent}", create)
    router.add_get(VERSION + "/batches", list_batches)
    router.add_get(name, show)
    router.add_delete(name, delete)
    router.add_post(name + ":cancel", cancel)
    router.add_post("/_control/batches", add_script)
    router.add_get("/_control/batches/{batch}", wait)


async def create(request: web.Request) -> web.Response:
    incoming = Incoming(request, await received(request))
    check_key(incoming)
    if incoming.body is UNREADABLE:
        raise faults.unreadable()
    known_model(incoming)
    given = source(incoming.fields.get("batch"))
    if (given["file"] is None) == (given["rows"] is None):
        raise faults.refuse(400, "* BatchGenerateContentRequest.batch.input_config: exactly one input is needed\n")
    asked = _in_file(request, given["file"]) if given["file"] else inline(given["rows"])
    batch = request.app[BATCHES].begin(
        model=incoming.param("model"), title=given["title"], asked=asked, input_file=given["file"]
    )
    batch.work = asyncio.create_task(batch.run(request, request.app[FILES], request.app[WORLD].time_scale))
    return web.json_response(batch.described())


def _in_file(request: web.Request, name: str) -> Sequence[Asked] | None:
    content = request.app[FILES].get(name).content
    content.seek(0)
    try:
        return in_file(content.read())
    except Fault:
        return None


async def list_batches(request: web.Request) -> web.Response:
    check_key(Incoming(request, None))
    size, at = int(request.query.get("pageSize", PAGE)), int(request.query.get("pageToken", 0))
    known = request.app[BATCHES].all()
    token = {"nextPageToken": str(at + size)} if at + size < len(known) else {}
    return web.json_response({"operations": [batch.described() for batch in known[at : at + size]], **token})


async def show(request: web.Request) -> web.Response:
    return web.json_response(_batch(request).described())


async def cancel(request: web.Request) -> web.Response:
    _batch(request).cancel()
    return web.json_response({})


async def delete(request: web.Request) -> web.Response:
    request.app[BATCHES].delete(_batch(request).name)
    return web.json_response({})


async def add_script(request: web.Request) -> web.Response:
    script = await request.json()
    try:
        request.app[BATCHES].ends.add(script["match"], script["answers"])
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({"accepted": len(script["answers"])}, status=201)


async def wait(request: web.Request) -> web.Response:
    """Answers when the batch has ended."""
    batch = request.app[BATCHES].get(f"batches/{request.match_info['batch']}")
    if batch.work:
        await asyncio.wait([batch.work])
    return web.json_response(batch.described())


def _batch(request: web.Request) -> Batch:
    incoming = Incoming(request, None)
    check_key(incoming)
    return request.app[BATCHES].get(f"batches/{incoming.param('batch')}")
