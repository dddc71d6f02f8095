"""Gemini's batch API in file mode, as google-genai 3.3.0 and the documentation of 2026-06-26 speak it.

A file goes up whose lines are requests, an operation works on it for hours (gemini_operation.py), and a file comes back
(gemini_results.py).
"""

import json
import re
from typing import BinaryIO, Final

from cavendish.wire import UPLOAD, Asked, WireRequest
from cavendish.wire.gemini import body

#: Calls in one batch. Of 150 pictures none could ever be read, of 122 all (field 0.6, a forum's thread): far below.
CHUNK_MOST: Final = 50
#: What the Files API takes (documentation of the batch API).
FILE_MOST_BYTES: Final = 2 * 1024**3
#: So many operations are listed on a page: a list is read to find one that was just begun.
_PAGE: Final = 100
_JSONL: Final = "application/jsonl"


def line(key: str, asked: Asked) -> bytes:
    """The line of a file that asks for one picture; what comes of it has the same key."""
    return json.dumps({"key": key, "request": body(asked)}, ensure_ascii=False).encode() + b"\n"


def begin_upload(title: str, size_bytes: int) -> WireRequest:
    """Ask where a file of lines may be sent."""
    headers = {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": str(size_bytes),
        "x-goog-upload-header-content-type": _JSONL,
    }
    told = {"file": {"displayName": title, "mimeType": _JSONL}}
    return WireRequest(path=f"{UPLOAD}/v1beta/files", body=told, headers=headers)


def upload(path: str, file: BinaryIO, size_bytes: int) -> WireRequest:
    """Send the file there, whole. It needs no key, since the path is one."""
    headers = {
        "x-goog-upload-command": "upload, finalize",
        "x-goog-upload-offset": "0",
        "content-length": str(size_bytes),
    }
    return WireRequest(path=path, headers=headers, file=file)


def create(model: str, file: str, title: str) -> WireRequest:
    """Begin a batch, which is what costs. `model` is what it is called on the route."""
    batch = {"displayName": title, "inputConfig": {"fileName": file}}
    return WireRequest(path=f"/v1beta/models/{model}:batchGenerateContent", body={"batch": batch})


def look(operation: str) -> WireRequest:
    return WireRequest(path=f"/v1beta/{operation}", method="GET")


def cancel(operation: str) -> WireRequest:
    return WireRequest(path=f"/v1beta/{operation}:cancel", body={})


def list_operations(page: str) -> WireRequest:
    """The newest first. `page` is the token of the page before; the first one has none."""
    token = re.sub(rb"[^A-Za-z0-9_.~-]", lambda byte: b"%%%02X" % ord(byte[0]), page.encode()).decode()
    after = f"&pageToken={token}" if page else ""
    return WireRequest(path=f"/v1beta/batches?pageSize={_PAGE}{after}", method="GET")


def download(file: str) -> WireRequest:
    return WireRequest(path=f"/v1beta/{file}:download?alt=media", method="GET")
