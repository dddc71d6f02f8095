"""The Files API: resumable upload as google-genai sends it, and download of what a batch has left."""

from typing import IO

from aiohttp import web

from local.model_server.dialect import Incoming
from local.model_server.google import faults
from local.model_server.google.dialects import check_key
from local.model_server.google.files import File, Files
from local.model_server.google.request import camel, object_of
from local.model_server.record import received

VERSION = "/{version:v1|v1beta}"
PIECE = 256 * 1024
FILES = web.AppKey("files", Files)


def add(app: web.Application) -> None:
    app[FILES] = Files()
    router, name = app.router, "/files/{file:[^/:]+}"
    router.add_post("/upload" + VERSION + "/files", upload)
    router.add_get(VERSION + "/files", list_files)
    router.add_get(VERSION + name, show)
    router.add_delete(VERSION + name, delete)
    for door in ("", "/download"):
        router.add_get(door + VERSION + name + ":download", download)


async def upload(request: web.Request) -> web.Response:
    """The first request has a key and gets an address; those to the address need none."""
    command = request.headers.get("X-Goog-Upload-Command", "")
    if "upload_id" in request.query:
        return await _take(request, command)
    incoming = Incoming(request, camel(await received(request)))
    check_key(incoming)
    if command != "start" or request.headers.get("X-Goog-Upload-Protocol") != "resumable":
        raise faults.refuse(400, "Only resumable uploads are supported here.")
    mime = request.headers.get("X-Goog-Upload-Header-Content-Type", "application/octet-stream")
    size = int(request.headers.get("X-Goog-Upload-Header-Content-Length", "0"))
    number = request.app[FILES].begin(object_of(incoming.fields.get("file")), mime, size)
    address = f"{incoming.base}{request.path}?upload_id={number}&upload_protocol=resumable"
    return web.json_response({}, headers={"X-Goog-Upload-URL": address, "X-Goog-Upload-Status": "active"})


async def _take(request: web.Request, command: str) -> web.Response:
    words = [word.strip() for word in command.split(",")]
    if "upload" not in words and "finalize" not in words:
        raise faults.refuse(400, f"Unknown upload command: {command}")
    offset, data = int(request.headers.get("X-Goog-Upload-Offset", "0")), await request.read()
    final = "finalize" in words
    file = request.app[FILES].take(request.query["upload_id"], offset, data, final=final)
    if file is None:
        return web.Response(headers={"X-Goog-Upload-Status": "active"})
    shown = {"file": file.described(Incoming(request, None).base)}
    return web.json_response(shown, headers={"X-Goog-Upload-Status": "final"})


async def list_files(request: web.Request) -> web.Response:
    incoming = Incoming(request, None)
    check_key(incoming)
    return web.json_response({"files": [file.described(incoming.base) for file in request.app[FILES].all()]})


async def show(request: web.Request) -> web.Response:
    return web.json_response(_file(request).described(Incoming(request, None).base))


async def delete(request: web.Request) -> web.Response:
    request.app[FILES].delete(_file(request).name)
    return web.json_response({})


async def download(request: web.Request) -> web.StreamResponse:
    file = _file(request)
    if file.source != "GENERATED" or request.query.get("alt") != "media":
        raise faults.refuse(400, "Only generated files can be downloaded, with alt=media.")
    if file.unreadable:
        raise faults.refuse(503, "The service is currently unavailable.")
    response = web.StreamResponse(headers={"Content-Type": file.mime})
    response.content_length = file.size
    await response.prepare(request)
    await _pour(file.content, response)
    return response


async def _pour(content: IO[bytes], response: web.StreamResponse) -> None:
    """From its beginning; several may read at once, so each says where it stands."""
    at = 0
    while True:
        content.seek(at)
        piece = content.read(PIECE)
        if not piece:
            return
        at += len(piece)
        await response.write(piece)


def _file(request: web.Request) -> File:
    incoming = Incoming(request, None)
    check_key(incoming)
    return request.app[FILES].get(f"files/{incoming.param('file')}")
