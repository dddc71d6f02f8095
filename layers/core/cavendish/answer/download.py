"""A picture that somebody gave as a URL, fetched into a file."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, TypeAlias

from cavendish.answer.answer import Picture
from cavendish.answer.hashed_file import HashedFile
from cavendish.errors import CallFailed
from cavendish.outbound import WebAnswer

MAX_BYTES: Final = 64 * 1024 * 1024
#: A GET is free, so one that breaks is made again, inside the limit.
TRIES: Final = 3

#: Statuses below 500 that another try may change.
_PASSING: Final = (408, 425, 429)


#: Opens the picture's address, for so many seconds.
Get: TypeAlias = Callable[[float], AbstractContextManager[WebAnswer]]


def download(get: Get, *, open_file: Callable[[], BinaryIO], limit_s: float, clock: Callable[[], float]) -> Picture:
    """Fetch a picture; whether it is one, nobody has looked yet. Its file belongs to the caller. All takes `limit_s`.

    Raises what opening raises (AddressRefused), and CallFailed: "connection_lost", "timed_out", or "garbled" for what
    no further try would change (a status that refuses, more than MAX_BYTES, a body that is compressed).
    """
    ends_at = clock() + limit_s
    tries = 0
    while True:
        tries += 1
        try:
            return _try(get, open_file, ends_at - clock())
        except CallFailed as failure:
            if tries == TRIES or failure.kind == "garbled" or clock() >= ends_at:
                raise


def _try(get: Get, open_file: Callable[[], BinaryIO], limit_s: float) -> Picture:
    with get(limit_s) as answer:
        if answer.status != 200:
            kind = "connection_lost" if answer.status >= 500 or answer.status in _PASSING else "garbled"
            raise CallFailed(kind, sent=True, detail=f"the picture's address answered with status {answer.status}")
        written = HashedFile(open_file())
        try:
            _keep(answer.chunks(), written)
        except BaseException:
            written.file.close()
            raise
    return Picture(file=written.file, bytes=written.bytes, sha256=written.sha256, crc32=written.crc32, fault=None)


def _keep(chunks: Iterator[bytes], written: HashedFile) -> None:
    for chunk in chunks:
        written.write(chunk)
        if written.bytes > MAX_BYTES:
            raise CallFailed("garbled", sent=True, detail=f"the picture has more than {MAX_BYTES} bytes")
