r"""Pictures among the words of a JSON string: where a data URI begins, and how far its base64 goes.

It begins with "data:image/", anything printable but commas and colons, ";base64,", and one character of base64: in
either case, with any JSON escapes, 256 characters at most. What begins otherwise (another type, no base64) is words.

It goes on as long as there is base64, standard or URL-safe, and ends after up to two "=", or else before the first
character that is none: a bracket, a quote, a blank, the end of the string. A line break is inside only where base64 may
have been wrapped: one "\n" or "\r\n", after a line that is not too long for that, and before one that is base64 up to
its end, a bracket or a quote. So a line of one bare word is taken for base64, but never after a picture in one line.
"""

import re
import string
from typing import Final

from cavendish.answer.json_string import beginning, spelling, spelling_of

#: No line of a mail is longer (RFC 5322), and nothing wraps base64 but what comes from there: 64 or 76 are usual.
WRAPPED_CHARS: Final = 998
_HEAD_CHARS: Final = 256
#: No word is that long, so a line that begins with so many base64 characters is base64.
_WORD_CHARS: Final = 40

_BEGIN, _END = "data:image/", ";base64,"
_TYPE_CHARS: Final = _HEAD_CHARS - len(_BEGIN) - len(_END)
_BASE64 = spelling(f"{string.ascii_letters}{string.digits}+/-_")
_PADDING = spelling("=")
_LINE_BREAK = b"(?:" + spelling("\r") + b")?" + spelling("\n")
_LINE = b"(?:" + _BASE64 + b"|" + _PADDING + b")"
_CLOSER = spelling("\r\n\"'`)]}<>")
_TYPE = spelling(char for char in map(chr, range(0x21, 0x7F)) if char not in ",:")
_TYPES = _TYPE + b"{0,%d}" % (_TYPE_CHARS + len(_END))
_HEAD = b"".join((*spelling_of(_BEGIN), _TYPE, b"{0,%d}" % _TYPE_CHARS, *spelling_of(_END), b"(?=", _BASE64, b")"))
_CUT_HEAD = beginning(spelling_of(_BEGIN), _TYPES + b"(?:" + spelling(",") + rb")?\Z")
#: Taken as one, so that nothing is found inside of it: \u00da is no "da".
_ESCAPE = rb'\\(?:u[^"\\]{4}|.)'

HEAD: Final = re.compile(_HEAD)
#: Words up to a head, or to what may become one and is cut by the end of the text; never fails to match.
WORDS: Final = re.compile(rb"(?:[^\\dD]++|(?!" + _HEAD + b"|" + _CUT_HEAD + b")(?:" + _ESCAPE + b"|[dD]))*+", re.DOTALL)
#: The base64 that the text begins with, and the padding after it; neither ever fails to match.
RUN: Final = re.compile(b"(?:[A-Za-z0-9+/_-]++|" + _BASE64 + b")*+")
PADDING: Final = re.compile(_PADDING + b"{0,2}+")
#: A line break inside of base64. The text goes as far as the quote that closes the string, or is cut.
WRAP: Final = re.compile(_LINE_BREAK + b"(?=" + _LINE + b"{%d}|" % _WORD_CHARS + _LINE + b"++(?:" + _CLOSER + b'|"))')
#: A text that is cut too early to tell whether it is such a line break, or all of the padding.
UNDECIDED: Final = re.compile(
    b"(?:" + b"|".join((_PADDING, spelling("\r"), _LINE_BREAK + _LINE + b"{0,%d}+" % _WORD_CHARS)) + rb")?\Z"
)

#: Sought from its colon on, which is rare among words.
_PLAIN: Final = re.compile(rb":(?<=[dD][aA][tT][aA]:)")
_PLAIN_BYTES: Final = len("data:")
_ESCAPE_BYTES: Final = len(rb"\u0064")


def first_suspect(body: bytes, at: int) -> int:
    """A place from `at` on before which no data URI begins; WORDS says the same, many times slower."""
    # The first question of each pair answers itself ten times as fast, and mostly the second.
    if b"\\" in body and rb"\u00" in body:
        return at
    colon = _PLAIN.search(body, at) if body.find(b":", at) >= 0 else None
    end = colon.end() if colon else len(body)
    suspect = max(at, end - _PLAIN_BYTES)
    # What may stand in the middle of an escape is not judged from here.
    return at if b"\\" in body[max(at, suspect - _ESCAPE_BYTES) : end] else suspect
