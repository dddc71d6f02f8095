"""The pictures behind links, for whoever has the address."""

from aiohttp import web

from local.model_server.call import WORLD
from local.model_server.delivery import deliver
from local.model_server.dialect import Reply

GONE = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


async def show(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    asset = world.assets.get(request.match_info["name"])
    if asset is None or asset.fate.link == "gone":
        return web.Response(status=404, body=GONE, content_type="application/xml")
    reply = Reply(body=asset.shot.data, content_type=asset.shot.mime)
    return await deliver(request, reply, asset.fate, world.time_scale)
