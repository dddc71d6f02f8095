"""Bodies that want to exhaust who reads them. None is ever built: they are written piece by piece.

Each begins and ends as the dialect's answer does. Its picture is only the head of a PNG, and the flood takes that
place; where the answer has a link instead, the flood is what the link leads to.
"""

import asyncio
import base64
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from aiohttp import web

from local.model_server.dialect import Reply
from local.model_server.fate import HOSTILE, Fate

KINDS = HOSTILE - {"big-header"}
PIECE = 256 * 1024
LENGTH = {"huge": 2 * 1024**3, "gzip-bomb": 1024**3}
LEVELS = 10_000_000
HEAD = 33  # bytes of a PNG's head: see studio.png_head
MARK = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00")[:-1]


async def deliver(request: web.Request, reply: Reply, fate: Fate) -> web.StreamResponse:
    before, after = _parted(reply.body)
    headers = {"Content-Type": reply.content_type, **reply.headers}
    length = fate.bytes or LENGTH.get(fate.kind, 0)
    if fate.kind == "deep":
        pieces = _nest(before, after)
    elif after is None:  # an answer with a link, or the picture itself
        pieces = _picture(reply.body, length) if reply.content_type.startswith("image/") else iter([reply.body])
    else:
        pieces = _flood(before, after, length)
    if fate.kind == "gzip-bomb":
        headers["Content-Encoding"] = "gzip"
        pieces = _squeezed(pieces)
    return await _send(request, web.StreamResponse(status=reply.status, headers=headers), pieces)


async def _send(request: web.Request, response: web.StreamResponse, pieces: Iterator[bytes]) -> web.StreamResponse:
    response.enable_chunked_encoding()
    await response.prepare(request)
    with suppress(ConnectionError):  # who reads this may well leave before its end
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0)  # others want to be served as well
    return response


def _parted(body: bytes) -> tuple[bytes, bytes | None]:
    """Before and after the place where the picture's base64 goes on."""
    start = body.find(MARK)
    if start < 0:
        return body, None
    end = start + HEAD * 4 // 3
    return body[:end], body[end:]


def _flood(before: bytes, after: bytes, length: int) -> Iterator[bytes]:
    yield before
    yield from _filled((length - len(before) - len(after)) // 4 * 4, b"A")
    yield after


def _picture(head: bytes, length: int) -> Iterator[bytes]:
    yield head
    yield from _filled(length - len(head), b"\0")


def _filled(length: int, with_: bytes) -> Iterator[bytes]:
    piece = with_ * PIECE
    for _ in range(max(0, length) // PIECE):
        yield piece
    yield with_ * (max(0, length) % PIECE)


def _nest(before: bytes, after: bytes | None) -> Iterator[bytes]:
    """Lists in lists, where the string with the picture would be."""
    yield b"{" if after is None else before[: before.rfind(b'"')]
    if after is None:
        yield b'"data":'
    for bracket in (b"[", b"]"):
        piece = bracket * (LEVELS // 40)
        for _ in range(40):
            yield piece
    yield b"}" if after is None else after.partition(b'"')[2]


def _squeezed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Equal pieces are squeezed once: a full flush makes each of them stand alone."""
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    check, size, last, block = 0, 0, b"", b""
    for piece in pieces:
        check, size = zlib.crc32(piece, check), size + len(piece)
        if piece is not last:
            last, block = piece, squeezer.compress(piece) + squeezer.flush(zlib.Z_FULL_FLUSH)
        yield block
    yield squeezer.flush(zlib.Z_FINISH) + struct.pack("<II", check, size & 0xFFFFFFFF)
