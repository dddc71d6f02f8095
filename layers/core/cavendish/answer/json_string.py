"""The inside of a JSON string, as bytes that arrive in pieces: where it ends, and how characters may be spelled in it.

No state, no errors; whether the whole is JSON is judged elsewhere.
"""

import json
import re
from collections.abc import Iterable

_BODY = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_CUT_UNICODE_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{0,3}\Z")
_UNICODE_ESCAPE_BYTES = len(rb"\u003d")
_FOREIGN_ESCAPE = re.compile(rb"\\(?![/nrt]|u[0-9a-fA-F]{4})")
_SHORT_ESCAPES = {'"': rb"\"", "\\": rb"\\", "/": rb"\/", "\n": rb"\n", "\r": rb"\r"}


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


def spelling(characters: Iterable[str]) -> bytes:
    """A pattern for any one of these ASCII characters, as it is or with any of its escapes."""
    codes = {char: f"{ord(char):02x}".encode() for char in characters}
    plain = b"".join(rb"\x" + code for char, code in codes.items() if char not in '"\\')
    escapes = [re.escape(_SHORT_ESCAPES[char]) for char in codes if char in _SHORT_ESCAPES]
    ways = [b"[" + plain + b"]"] if plain else []
    return b"(?:" + b"|".join([*ways, *escapes, rb"\\u00(?i:" + b"|".join(codes.values()) + b")"]) + b")"


def spelling_of(word: str) -> list[bytes]:
    """A pattern for each character of a word, in either case."""
    return [spelling(dict.fromkeys((char.lower(), char.upper()))) for char in word]


def beginning(steps: list[bytes], last: bytes) -> bytes:
    """A pattern for what begins as these steps do and is cut by the end of the text, after the first of them."""
    for step in reversed(steps):
        last = step + rb"(?:\Z|" + last + b")"
    return last
