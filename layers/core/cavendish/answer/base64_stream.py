"""Base64 text, fed piece by piece, becomes bytes in a file, counted and hashed on the way.

Knows nothing of JSON or of pictures, and keeps no more than one piece in memory.
"""

import binascii
import re
from typing import BinaryIO

import pybase64

from cavendish.answer.hashed_file import HashedFile

#: No "data:" prefix is longer than this, in characters; so much is held back until it is known whether there is one.
_PREFIX_CHARS = 256
_PREFIX = re.compile(rb"\s*data:[^,]*;base64,", re.IGNORECASE)
_WHITESPACE = b" \t\n\v\f\r"
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/\-_\s]")
_FOREIGN_TO_PADDING = re.compile(rb"[^=\s]")
_PLAIN_REST = re.compile(rb"[A-Za-z0-9+/]{0,3}")
_URLSAFE_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class Base64Stream(HashedFile):
    """Decodes into `file` all usual spellings: standard, URL-safe, mixed, unpadded, wrapped, with a "data:" prefix."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        #: Why the text is not base64, once that is known; what follows is then ignored.
        self.fault: str | None = None
        self._held: bytes | None = b""
        self._position = 0
        self._rest = b""
        self._padded = False

    def feed(self, text: bytes) -> None:
        """Decode some more text, cut anywhere."""
        if self.fault is not None:
            return
        if self._held is None:
            self._decode(text)
            return
        self._held += text
        if len(self._held) >= _PREFIX_CHARS:
            self._release(self._held)

    def finish(self) -> None:
        """The text ends here."""
        if self._held is not None:
            self._release(self._held)
        if self.fault is None and len(self._rest) == 1:
            self.fault = f"base64 cut off after character {self._position}"
        elif self.fault is None:
            self._take(b"=" * (-len(self._rest) % 4))

    def _release(self, held: bytes) -> None:
        # Only the first characters count, so that the verdict does not depend on how the text was cut.
        prefix = _PREFIX.match(held, 0, _PREFIX_CHARS)
        self._held = None
        self._position = prefix.end() if prefix else 0
        self._decode(held[self._position :])

    def _decode(self, text: bytes) -> None:
        # Padding says nothing that the length does not say; after it there may only be more of it.
        if not self._padded:
            body, equals, text = text.partition(b"=")
            self._decode_body(body)
            self._padded = bool(equals)
            self._position += len(body) + len(equals)
        self._refuse(_FOREIGN_TO_PADDING.search(text))
        self._position += len(text)

    def _decode_body(self, body: bytes) -> None:
        if not self._take(body) and not self._take(body.translate(_URLSAFE_TO_STANDARD, _WHITESPACE)):
            self._refuse(_FOREIGN.search(body))

    def _take(self, text: bytes) -> bool:
        """Write the whole groups of four and keep the rest; False, and nothing done, unless all is standard base64."""
        text = self._rest + text
        whole = len(text) - len(text) % 4
        rest = text[whole:]
        if not _PLAIN_REST.fullmatch(rest):
            return False
        try:
            decoded = pybase64.b64decode(memoryview(text)[:whole], validate=True)
        except binascii.Error:
            return False
        self._rest = rest
        self.write(decoded)
        return True

    def _refuse(self, foreign: re.Match[bytes] | None) -> None:
        if foreign is not None and self.fault is None:
            self.fault = f"not base64 at character {self._position + foreign.start() + 1}"
