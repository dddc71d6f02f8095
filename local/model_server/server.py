"""The routes of the model server: every provider on one port."""

from aiohttp import web
from aiohttp.typedefs import Handler

from local.model_server import control, gateway_routes, links
from local.model_server.call import WORLD
from local.model_server.fault import Fault
from local.model_server.google import routes as google
from local.model_server.world import World

LARGEST_REQUEST = 128 * 1024 * 1024  # references come inline


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[_envelopes])
    app[WORLD] = world
    app.router.add_routes(control.routes)
    google.add(app)
    gateway_routes.add(app)
    app.router.add_get("/_assets/{name:[0-9a-f]+}.{ending}", links.show)
    return app


@web.middleware
async def _envelopes(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Fault as fault:
        return web.json_response(fault.envelope, status=fault.status, headers=fault.headers)
