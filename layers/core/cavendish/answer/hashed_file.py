"""A file that is counted and hashed while it is written, so that nobody reads it again for that."""

import hashlib
import zlib
from typing import BinaryIO

import pybase64


class HashedFile:
    """Bytes on their way into `file`, which belongs to who opened it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.bytes = 0
        self._sha256 = hashlib.sha256()
        self._crc32 = 0

    @property
    def sha256(self) -> str:
        """Of the bytes written so far, in hex."""
        return self._sha256.hexdigest()

    @property
    def crc32(self) -> str:
        """Of the bytes written so far, big-endian, in base64: S3's ChecksumCRC32."""
        return pybase64.b64encode_as_string(self._crc32.to_bytes(4, "big"))

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        self.bytes += len(piece)
        self._sha256.update(piece)
        self._crc32 = zlib.crc32(piece, self._crc32)
