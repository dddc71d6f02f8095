"""The models in OpenAI's words, and in OpenRouter's."""

from typing import Any

from aiohttp import web

from local.model_server.dialect import Incoming
from local.model_server.models import GPT, models, sold_by_gateways
from local.model_server.openai.faults import check_key

CREATED = 1_780_000_000


async def list_models(request: web.Request) -> web.Response:
    check_key(Incoming(request, None))
    names = [*models(GPT), *sold_by_gateways()]
    return web.json_response({"object": "list", "data": [_described(name) for name in names]})


def _described(name: str) -> dict[str, Any]:
    owner = "openai" if name in models(GPT) else "google"
    return {"id": name, "object": "model", "created": CREATED, "owned_by": owner}
