"""Bodies that come compressed although nobody asked for it, unpacked in pieces that cannot grow."""

import zlib
from collections.abc import Iterator
from typing import Final

from cavendish.errors import CallFailed

_PIECE_BYTES: Final = 64 * 1024
#: zlib's word for: gzip or zlib, as the first bytes say.
_EITHER: Final = zlib.MAX_WBITS | 32


def inflated(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """A body in this content-encoding, unpacked. Raises CallFailed "garbled" where it is not what it says, or zipped in
    any other way: what is zipped twice makes a gigabyte out of a kilobyte.
    """
    said = encoding.strip().lower()
    if said == "identity":
        return chunks
    if said not in ("gzip", "x-gzip", "deflate"):
        raise CallFailed("garbled", sent=True, detail=f"the answer is compressed as {encoding[:100]}")
    return _inflated(chunks)


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    stream = zlib.decompressobj(_EITHER)
    try:
        for chunk in chunks:
            left = chunk
            while left and not stream.eof:
                yield stream.decompress(left, _PIECE_BYTES)
                left = stream.unconsumed_tail
    except zlib.error as error:
        raise CallFailed("garbled", sent=True, detail=f"the answer cannot be decompressed: {error}"[:300]) from None
