"""The inside of a JSON string, as bytes that arrive in pieces: where it ends, and what its escapes mean in base64.

No state, no errors; whether the whole is JSON is judged elsewhere.
"""

import json
import re

_BODY = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_CUT_UNICODE_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{0,3}\Z")
_UNICODE_ESCAPE_BYTES = len(rb"\u003d")
_FOREIGN_ESCAPE = re.compile(rb"\\(?![/nrt]|u[0-9a-fA-F]{4})")


def body_end(piece: bytes, start: int) -> int:
    """Where the body that goes on at `start` ends: at its closing quote, at a cut escape, or with the piece."""
    quote = piece.find(b'"', start)
    end = quote if quote >= 0 else len(piece)
    # Only a backslash right before it can make this quote one that does not close.
    if piece.endswith(b"\\", start, end):
        body = _BODY.match(piece, start)
        end = body.end() if body else start
    if end < len(piece):
        return end
    cut = _CUT_UNICODE_ESCAPE.search(piece, max(start, end - _UNICODE_ESCAPE_BYTES))
    return cut.start() if cut else end


def base64_text(body: bytes) -> bytes:
    r"""A piece of a string's body without its escapes, which must be whole.

    It ends with a backslash, which is not base64, at an escape that base64 has no use for (\") or that is none.
    """
    if b"\\" not in body:
        return body
    foreign = _FOREIGN_ESCAPE.search(body)
    good = body[: foreign.start()] if foreign else body
    # latin-1 takes every byte and strict=False every control character: what is not base64 is found by the decoder.
    text: str = json.loads(f'"{good.decode("latin-1")}"', strict=False)
    return text.encode("ascii", "replace") + (b"\\" if foreign else b"")
