"""Where OpenAI and the gateways are. Several share a path: the request tells them apart."""

import re
from collections import OrderedDict

from aiohttp import web
from aiohttp.typedefs import Handler

from local.model_server import openrouter, tasks
from local.model_server.call import serve
from local.model_server.google import listing as google_listing
from local.model_server.nanobananaapi import NANOBANANAAPI
from local.model_server.openai import listing as openai_listing
from local.model_server.openai.chat import CHAT, OPENROUTER_CHAT
from local.model_server.openai.images import IMAGES
from local.model_server.openoctopus import OPENOCTOPUS, PREFIX
from local.model_server.openrouter import OPENROUTER_IMAGES

FOR_OPENOCTOPUS = re.compile(rb'"model"\s*:\s*"' + PREFIX.encode())


def add(app: web.Application) -> None:
    app[tasks.TASKS] = OrderedDict()
    get, post = app.router.add_get, app.router.add_post
    get("/{version:v1|v1beta}/models", list_models)
    post("/v1/images/generations", generations)
    post("/v1/images/edits", serve(IMAGES))
    post("/v1/chat/completions", serve(CHAT))
    post("/v1/images/generate", serve(NANOBANANAAPI))
    get("/v1/tasks/{task}", tasks.show)
    get("/v1/files/{task}/assets/{nth:[0-9]+}", tasks.show_asset)
    get("/api/v1/models", openai_listing.list_models)
    post("/api/v1/chat/completions", serve(OPENROUTER_CHAT))
    for place in ("/v1/images", "/api/v1/images", "/api/v1/images/generations"):
        post(place, serve(OPENROUTER_IMAGES))
    for place in ("/v1/images/models", "/api/v1/images/models"):
        get(place, openrouter.list_models)


async def list_models(request: web.Request) -> web.StreamResponse:
    """Google is asked with its own header, or with the key in the address; OpenAI with a bearer."""
    bearer = "Authorization" in request.headers and request.match_info["version"] == "v1"
    asked_google = "x-goog-api-key" in request.headers or "key" in request.query
    if bearer and not asked_google:
        return await openai_listing.list_models(request)
    return await google_listing.list_models(request)


async def generations(request: web.Request) -> web.StreamResponse:
    """A form is OpenAI's: its body is left to be read as one."""
    is_json = request.content_type != "multipart/form-data"
    asynchronous = is_json and FOR_OPENOCTOPUS.search(await request.read())
    handler: Handler = serve(OPENOCTOPUS, tasks.begin) if asynchronous else serve(IMAGES)
    return await handler(request)
