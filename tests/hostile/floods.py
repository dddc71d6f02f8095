"""What a provider may send to hurt whoever reads it, byte by byte, and how an attempt has to end then."""

import gzip
import json
import zlib
from dataclasses import dataclass

from tests.builders import an_answer
from tests.hostile.images import IMAGES
from tests.integration.sockets import Act, Talk

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
OPEN = HEAD + b"\r\n"
PIECE = 256 * 1024
#: So many pieces are 2 GB.
PIECES = 8192
WHOLE = an_answer()
PARTS = b'{"candidates": [{"content": {"parts": ['
PICTURE = b'{"inlineData": {"data": "iVBORw0KGgoA"}},'
#: Seconds between two bytes of a drip: each of them comes in time.
EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Flood:
    """What happens after each request, and how the attempt ends: its outcome, and whether it may be billed."""

    acts: tuple[Act, ...]
    end: tuple[str, str]
    limit_s: int = 20
    #: A paid call goes out once; what lies behind a link may be asked for again.
    requests: int = 1
    tls: bool = False


def endless(before: bytes, piece: bytes) -> Act:
    """Two gigabytes."""

    def act(talk: Talk) -> None:
        talk.say(before)
        for _ in range(PIECES * PIECE // len(piece)):
            talk.say(piece)
        talk.close()

    return act


def dripping(before: bytes, drop: bytes = b"a") -> Act:
    def act(talk: Talk) -> None:
        talk.say(before)
        talk.say(*[drop] * 3600, every_s=EVERY_S)

    return act


def saying(*pieces: bytes, end: Act = Talk.close) -> Act:
    def act(talk: Talk) -> None:
        talk.say(*pieces)
        end(talk)

    return act


def zipped_flood(talk: Talk) -> None:
    """A full flush makes each block stand alone, so that one can be sent again and again."""
    squeezer = zlib.compressobj(wbits=31)
    first = squeezer.compress(b'{"text": "') + squeezer.flush(zlib.Z_FULL_FLUSH)
    block = squeezer.compress(b"a" * PIECE) + squeezer.flush(zlib.Z_FULL_FLUSH)
    endless_blocks = [block] * PIECES
    talk.say(HEAD + b"content-encoding: gzip\r\n\r\n" + first, b"".join(endless_blocks))
    talk.close()


def linked(talk: Talk) -> None:
    port = talk.connection.getsockname()[1]
    file = {"fileData": {"fileUri": f"http://127.0.0.1:{port}/picture.png"}}
    talk.answer(json.dumps({"candidates": [{"content": {"parts": [file]}}]}).encode(), headers="connection: close\r\n")


def told(length: int, *, end: Act = Talk.close) -> Act:
    return saying(HEAD + f"content-length: {length}\r\n\r\n".encode() + WHOLE, end=end)


def answering(body: bytes = b"{}", **fields: str) -> Act:
    return lambda talk: talk.answer(body, **fields)


GARBLED, LOST, LATE = ("garbled", "unknown"), ("connection_lost", "unknown"), ("timed_out", "unknown")
MADE = ("ok", "yes")
TWICE = gzip.compress(gzip.compress(bytes(200_000_000), 1), 9)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" * 5000
HINTS = (b"HTTP/1.1 103 Early Hints\r\nlink: </" + b"x" * 1000 + b">\r\n\r\n") * 200
HELLO = b"\x16\x03\x03\x40\x00"
LOOP = "307 Temporary Redirect"
CHUNK = b"%x\r\n%b\r\n" % (len(WHOLE), WHOLE)
TRAILER = b"0\r\nx: y\r\n\r\n"

FLOODS: dict[str, Flood] = {
    "a string without end": Flood((endless(OPEN + b'{"text": "', b"a" * PIECE),), GARBLED),
    "a picture without end": Flood((endless(OPEN + PARTS + PICTURE[:-6], b"A" * PIECE),), GARBLED, 40),
    "white space before the answer": Flood((endless(OPEN, b" " * PIECE),), GARBLED),
    "white space in the answer": Flood((endless(OPEN + b"{", b"\n" * PIECE),), GARBLED),
    "white space behind the answer": Flood((endless(OPEN + WHOLE, b" " * PIECE),), MADE),
    "junk behind the answer": Flood((endless(OPEN + WHOLE + b"x", b"x" * PIECE),), GARBLED),
    "brackets without end": Flood((endless(OPEN, b"[" * PIECE),), GARBLED),
    "ten million levels": Flood((saying(OPEN + b"[" * 10_000_000 + b"]" * 10_000_000),), GARBLED),
    "objects in objects": Flood((saying(OPEN + b'{"a":' * 10_000_000),), GARBLED),
    "ten thousand pictures": Flood((saying(OPEN + PARTS + PICTURE * 10_000 + b"{}]}}]}"),), GARBLED),
    "an error without end": Flood((endless(b"HTTP/1.1 503 No\r\n\r\n{", b" " * PIECE),), ("overloaded", "no"), 20),
    "a link to a flood": Flood((linked, endless(OPEN + b"\x89PNG", bytes(PIECE))), ("garbled", "yes"), requests=2),
    "a link to a drip": Flood((linked, dripping(OPEN)), ("timed_out", "yes"), 2, requests=2),
    "a link in circles": Flood(
        (linked, answering(status=LOOP, headers="location: /again\r\nconnection: close\r\n")),
        ("garbled", "yes"),
        requests=5,
    ),
    "a zipped flood": Flood((zipped_flood,), GARBLED),
    "a flood zipped twice": Flood(
        (lambda talk: talk.answer(TWICE, headers="content-encoding: gzip, gzip\r\n"),), GARBLED
    ),
    "a header of a megabyte": Flood((saying(HEAD + b"x: " + b"y" * 2**20 + b"\r\n\r\n" + WHOLE),), LOST),
    "a hundred thousand headers": Flood((saying(HEAD + b"x: y\r\n" * 100_000 + b"\r\n" + WHOLE),), LOST),
    "a redirect in circles": Flood(
        (lambda talk: talk.answer(status=LOOP, headers="location: /\r\n"),), ("bad_request", "no")
    ),
    "to go on, for ever": Flood((endless(b"", INTERIM),), LATE, 2),
    "hints for ever": Flood((endless(b"", HINTS),), LATE, 2),
    "a drip in the body": Flood((dripping(OPEN + b'{"text": "'),), LATE, 2),
    "a drip in a picture": Flood((dripping(OPEN + PARTS + PICTURE[:-6]),), LATE, 2),
    "a drip in the header": Flood((dripping(HEAD + b"x: "),), LATE, 2),
    "a drip in the first line": Flood((dripping(b"HTTP/1.1 200 "),), LATE, 2),
    "a drip in a chunk's extension": Flood((dripping(CHUNKED + b"5;"),), LATE, 2),
    "a drip in the trailer": Flood((dripping(CHUNKED + b"2\r\n{ \r\n0\r\nx: "),), LATE, 2),
    "a drip of chunks": Flood((dripping(CHUNKED, b"1\r\n \r\n"),), LATE, 2),
    "a drip in the handshake": Flood(
        (dripping(b"\x16\x03\x03\x40\x00"),), ("timed_out", "no"), 2, requests=0, tls=True
    ),
    "a chunk's extension without end": Flood((endless(CHUNKED + b"5;", b"a" * PIECE),), LOST),
    "a trailer without end": Flood((endless(CHUNKED + b"2\r\n{ \r\n0\r\n", b"x: y\r\n" * 40_000),), LOST),
    "HTTP/1.0": Flood((saying(b"HTTP/1.0 200 OK\r\n\r\n" + WHOLE),), MADE),
    "no length": Flood((saying(OPEN + WHOLE),), MADE),
    "a length too short": Flood((told(len(WHOLE) - 9),), LOST),
    "a length too long": Flood((told(len(WHOLE) + 9),), MADE),
    "a length too long, and silence": Flood((told(len(WHOLE) + 9, end=Talk.hang),), MADE),
    "two lengths": Flood((saying(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n" + WHOLE),), LOST),
    "a length below zero": Flood((told(-1),), LOST),
    "a trailer twice": Flood((saying(CHUNKED + CHUNK + TRAILER + TRAILER),), MADE),
    "an answer twice": Flood((saying((HEAD + b"content-length: %d\r\n\r\n%b" % (len(WHOLE), WHOLE)) * 2),), MADE),
    "another protocol": Flood((saying(b"HTTP/1.1 101 Go\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" + WHOLE),), LOST),
    **{name: Flood((answering(an_answer(image)),), end) for name, (image, end) in IMAGES.items()},
}
