"""A body's bytes become fields. What is no JSON is told in words of ours: where, what is expected there, what to do."""

import json
import math
from collections import Counter
from typing import Any, Final, NoReturn

from cavendish.errors import RequestFault, RequestInvalid, RequestTooLarge
from cavendish.outcome import clean

#: So much of a body is read: a prompt of 32,000 characters can be sent as 384 KB of escapes.
BODY_MAX_BYTES: Final = 1024 * 1024
#: So much of it is kept, however it was written: a row of the table holds 400 KB, and the request is most of a job's.
KEPT_MAX_BYTES: Final = 256 * 1024

#: So much of a number is shown to who sent it.
_DIGITS_SHOWN: Final = 20
#: What the parser found, as its own words begin, and what we say of it.
WORDS: Final = {
    "Expecting value": "a value is expected: text in double quotes, a number, true, false, null, a list or an object",
    "Expecting property name": "the name of a field is expected, in double quotes",
    "Expecting ':'": "a colon is expected between a field's name and its value",
    "Expecting ','": 'a comma or a closing bracket is expected; text with quotes in it needs \\" for each',
    "Illegal trailing comma": "no comma is expected before a closing bracket; take it out",
    "Unterminated string": "text begins that does not end; close it with a double quote",
    "Invalid control character": "text may not hold a control character as it is; write a line break as \\n",
    "Invalid \\": "this is no escape; write a backslash as \\\\",
    "Extra data": "nothing is expected after the end of the object; send one object",
    "Unexpected UTF-8 BOM": "there is a byte order mark; take it out",
}


def read_fields(body: bytes, what: str = "the body") -> dict[str, Any]:
    """The fields of a request; `what` it is that was read. Raises RequestInvalid or RequestTooLarge."""
    if len(body) > BODY_MAX_BYTES:
        raise RequestTooLarge(f"{what} has {len(body)} bytes; at most {BODY_MAX_BYTES} are taken")
    if not body.strip():
        raise _invalid(f"{what} is not JSON: it is empty; send an object")
    try:
        fields = parsed(body.decode("utf-8"))
        check_length(fields)
    except RecursionError:
        raise _invalid(f"{what} is not JSON that we read: it is nested too deep") from None
    except ValueError as error:
        raise _invalid(f"{what} is not JSON: {_told(error)}") from None
    if not isinstance(fields, dict):
        raise _invalid(f"{what} must be a JSON object; send its fields in braces")
    return fields


def check_length(fields: object) -> None:
    """Whether what was sent can be kept, however it was written. Raises RequestTooLarge."""
    kept_bytes = len(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    if kept_bytes > KEPT_MAX_BYTES:
        raise RequestTooLarge(f"the request says {kept_bytes} bytes; at most {KEPT_MAX_BYTES} are taken")


def parsed(text: str) -> Any:
    """What a JSON text says. Raises ValueError, whose `reason` can be told, or RecursionError."""
    hooks: dict[str, Any] = {"parse_int": _whole, "parse_float": _finite, "parse_constant": _no_number}
    return json.loads(text, object_pairs_hook=_named_once, **hooks)


def reason(error: ValueError) -> str:
    """What is wrong with a JSON text, in words of ours, without the place."""
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    return next((words for start, words in WORDS.items() if error.msg.startswith(start)), "JSON does not go on so")


def _invalid(detail: str) -> RequestInvalid:
    return RequestInvalid([RequestFault("", clean(detail))])


def _told(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8; send all of it as UTF-8"
    if not isinstance(error, json.JSONDecodeError):
        return reason(error)
    return f"in line {error.lineno}, column {error.colno} {reason(error)}"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number; send a finite one, or null")


def _whole(digits: str) -> int:
    """Others read whole numbers as floating ones too, so what is too large for those is none."""
    _finite(digits)
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        shown = digits if len(digits) <= _DIGITS_SHOWN else f"{digits[:_DIGITS_SHOWN]}... with {len(digits)} digits"
        raise ValueError(f"the number {shown} is too large; at most 1.8e308 can be sent as one, or send it as text")
    return number


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields with one name, each reader takes another one: neither is taken."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise ValueError(f"{times.most_common(1)[0][0]!r} is there twice; send it once")
    return fields
