"""A model that answers at once with a prepared picture, large or small, and a bucket that swallows what it is given."""

import base64
import hashlib
import json
import random
import struct
import sys
import zlib
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.bench.serving import serve

EDGE_PIXELS = 4096


def png(size_bytes: int) -> bytes:
    """A PNG of 4096 x 4096 in header and framing; its pixels are noise, which no base64 or TLS can shrink."""
    header = struct.pack(">IIBBBBB", EDGE_PIXELS, EDGE_PIXELS, 8, 2, 0, 0, 0)
    noise = random.Random(1).randbytes(size_bytes)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", noise) + _chunk(b"IEND", b"")


def answer(picture: bytes) -> bytes:
    """Gemini's answer with the picture in it."""
    part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture).decode()}}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 2000, "totalTokenCount": 2010}
    body = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-3-pro-image"}
    return json.dumps(body).encode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    small, large = answer(png(20_000)), b""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["content-length"]))
        self._send(self.small if b'"small"' in asked else self.large, {"content-type": "application/json"})

    def do_PUT(self) -> None:
        left, digest = int(self.headers["content-length"]), hashlib.md5(usedforsecurity=False)
        while left:
            piece = self.rfile.read(min(left, 1 << 18))
            digest.update(piece)
            left -= len(piece)
        self._send(b"", {"etag": f'"{digest.hexdigest()}"'})

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _send(self, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    _Handler.large = answer(png(int(sys.argv[1])))
    serve(_Handler)
