"""What an item's pictures are called in the outbox: a path that stays inside of its batch's folder."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from cavendish.sheet.unreadable import ItemUnreadable

#: What S3 takes of a key, in bytes of UTF-8.
KEY_MAX_BYTES: Final = 1024

#: So much of a name is shown to who wrote it.
_SHOWN: Final = 60
#: Of an item without a name: as many digits as the most items need.
_DIGITS: Final = 6
_DRIVE: Final = re.compile("[A-Za-z]:")
#: Controls, line and paragraph separators, and halves of surrogate pairs; the last two cannot be in a list of keys.
_UNSEEN: Final = frozenset({"Cc", "Zl", "Zp", "Cs"})
_UNLISTED: Final = "\ufffe\uffff"


def named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their `id` as `name`, unless there is a name. Raises ItemUnreadable with what the item has."""
    rest = {field: value for field, value in fields.items() if field not in ("id", "name")}
    field = "name" if fields.get("name") is not None else "id"
    name = fields.get(field)
    if name is None:
        return rest
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise ItemUnreadable(f"has a field {field} that is neither text nor a whole number; write it in double quotes")
    return {**rest, "name": str(name)}


def output_name(fields: Mapping[str, Any], number: int) -> str:
    """The name of an item's pictures: its own, composed as most systems write it, or else its number in the file."""
    name = fields.get("name")
    return f"{number:0{_DIGITS}}" if name is None else unicodedata.normalize("NFC", str(name))


def name_fault(name: str, folder: str) -> str | None:
    """Why nothing in the outbox's folder can have that name, as a sentence; None: it can.

    `report` is a name like any other: pictures have other extensions than the batch's own files.
    """
    why = _why(name) or next(filter(None, map(_why_segment, name.split("/"))), None)
    if why is None and len(f"{folder}/{name}-9.webp".encode()) > KEY_MAX_BYTES:
        why = f"makes a key of more than {KEY_MAX_BYTES} bytes; shorten it"
    return why and f"the name {name[:_SHOWN]!r} {why}"


def _why(name: str) -> str | None:
    if not name:
        return "is empty; leave it out, or write one"
    if any(unicodedata.category(one) in _UNSEEN or one in _UNLISTED for one in name):
        return "has a character that no name can have, such as a line break; take it out"
    if "\\" in name:
        return "has a backslash; folders are separated by /"
    if name.startswith("/") or _DRIVE.match(name):
        return "begins as a path of a whole disk does; write it from the batch's folder on"
    return None


def _why_segment(segment: str) -> str | None:
    if segment in ("", ".", ".."):
        return f"has a part {segment!r} between slashes; each part has to be a name of its own"
    return "has a part that ends in a space or a dot; take that out" if segment.endswith((" ", ".")) else None
