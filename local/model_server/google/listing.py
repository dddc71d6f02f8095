"""The models in Google's words."""

from typing import Any

from aiohttp import web

from local.model_server.dialect import Incoming
from local.model_server.google.dialects import check_key, known_model
from local.model_server.models import Model, models


async def list_models(request: web.Request) -> web.Response:
    check_key(Incoming(request, None))
    return web.json_response({"models": [_described(name, model) for name, model in models().items()]})


async def show_model(request: web.Request) -> web.Response:
    incoming = Incoming(request, None)
    check_key(incoming)
    return web.json_response(_described(incoming.param("model"), known_model(incoming)))


def _described(name: str, model: Model) -> dict[str, Any]:
    methods = ["generateContent", "streamGenerateContent", "batchGenerateContent"]
    facts = {"displayName": name, "thinking": model.thinks}
    return {"name": f"models/{name}", **facts, "supportedGenerationMethods": methods}
