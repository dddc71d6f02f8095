"""The routes of the model server."""

from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from local.model_server import control
from local.model_server.faults import Fault
from local.model_server.generate import WORLD, check_key, generate, known_model
from local.model_server.models import Model, models
from local.model_server.world import World

LARGEST_REQUEST = 128 * 1024 * 1024  # references come inline


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[_envelopes])
    app[WORLD] = world
    app.router.add_routes(control.routes)
    version = "/{version:v1|v1beta}"
    app.router.add_get(version + "/models", list_models)
    app.router.add_get(version + "/models/{model}", show_model)
    app.router.add_post(version + "/models/{model:[^/:]+}:{method:generateContent|streamGenerateContent}", generate)
    return app


@web.middleware
async def _envelopes(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Fault as fault:
        return web.json_response(fault.envelope, status=fault.code)


async def list_models(request: web.Request) -> web.Response:
    check_key(request)
    return web.json_response({"models": [_described(name, model) for name, model in models().items()]})


async def show_model(request: web.Request) -> web.Response:
    check_key(request)
    return web.json_response(_described(request.match_info["model"], known_model(request)))


def _described(name: str, model: Model) -> dict[str, Any]:
    methods = ["generateContent", "streamGenerateContent"]
    facts = {"displayName": name, "thinking": model.thinks}
    return {"name": f"models/{name}", **facts, "supportedGenerationMethods": methods}
