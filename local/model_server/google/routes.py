"""Where Google's three surfaces are."""

from aiohttp import web

from local.model_server.call import serve
from local.model_server.google import batch_routes, file_routes
from local.model_server.google.dialects import GEMINI, VERTEX
from local.model_server.google.interactions import INTERACTIONS
from local.model_server.google.listing import show_model

METHODS = "{method:generateContent|streamGenerateContent}"
MODEL = "{model:[^/:]+}"


def add(app: web.Application) -> None:
    post, version = app.router.add_post, "/{version:v1|v1beta}"
    app.router.add_get(version + "/models/{model}", show_model)
    post(f"{version}/models/{MODEL}:{METHODS}", serve(GEMINI))
    post("/{version:v1|v1beta|v1beta2}/interactions", serve(INTERACTIONS))
    published = "/{surface:publishers}/google/models/" + f"{MODEL}:{METHODS}"
    for place in ("", "/projects/{project}/locations/{location}"):
        post("/{version:v1|v1beta1}" + place + published, serve(VERTEX))
    file_routes.add(app)
    batch_routes.add(app)
