"""The control endpoint: scripts and weather in, calls and bill out. No product code may use it; tests and demos do."""

from aiohttp import web

from local.model_server.call import WORLD
from local.model_server.weather import Weather

routes = web.RouteTableDef()


@routes.post("/_control/scripts")
async def add_script(request: web.Request) -> web.Response:
    script = await request.json()
    answers = script.get("answers") if isinstance(script, dict) else None
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        return _refused('a script is {"match": "part of the prompt", "answers": ["503", "ok"], "model": "optional id"}')
    try:
        request.app[WORLD].scripts.add(script.get("match", ""), answers, script.get("model"))
    except ValueError as error:
        return _refused(str(error))
    return web.json_response({"accepted": len(answers)}, status=201)


@routes.delete("/_control/scripts")
async def clear_scripts(request: web.Request) -> web.Response:
    request.app[WORLD].scripts.clear()
    return web.Response(status=204)


@routes.post("/_control/weather")
async def set_weather(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    try:
        world.weather = Weather((await request.json()).get("weather", ""), world.seed)
    except ValueError as error:
        return _refused(str(error))
    return web.json_response({"weather": world.weather.climate})


@routes.put("/_control/most")
async def set_most(request: web.Request) -> web.Response:
    """How many calls of each model may run at once, by its id; scripts are for those that may."""
    most = await request.json()
    if not isinstance(most, dict) or not all(type(calls) is int and calls >= 0 for calls in most.values()):
        return _refused('the most calls at once are {"model id": 4}, and {} takes all limits back')
    request.app[WORLD].most = most
    return web.json_response(most)


@routes.put("/_control/sketch")
async def set_sketch(request: web.Request) -> web.Response:
    """Whether pictures are drawn in no time and look like it: they are as large as ever, and each is another one."""
    sketch = await request.json()
    if not isinstance(sketch, bool):
        return _refused("pictures are sketched or not: send true or false")
    request.app[WORLD].sketch = sketch
    return web.json_response(sketch)


@routes.get("/_control/calls")
async def calls(request: web.Request) -> web.Response:
    """All of them, or with ?prompt= those that asked for exactly this."""
    rows, wanted = request.app[WORLD].ledger.calls(), request.query.get("prompt")
    return web.json_response([row for row in rows if wanted in (None, row["prompt"])])


@routes.get("/_control/requests/{n:[0-9]+}")
async def request_of(request: web.Request) -> web.Response:
    kept = request.app[WORLD].requests.get(int(request.match_info["n"]))
    return web.json_response(kept) if kept else web.json_response({"error": "no such call"}, status=404)


@routes.get("/_control/bill")
async def bill(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].ledger.bill())


def _refused(sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=400)
