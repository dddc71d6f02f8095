"""What the columns of a CSV may be called, and what a cell under each becomes: JobRequest's own fields say so."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from cavendish.contract.body import parsed
from cavendish.request import JobRequest
from cavendish.sheet.unreadable import ItemUnreadable

#: `metadata.sku` fills one key of the metadata.
INNER: Final = "metadata."
#: What a job may have and an item may not: the same item in another batch is another picture.
ALONE: Final = "dedupe_window_s"
ALONE_FAULT: Final = "is for jobs that are submitted one by one; take it out"
COLUMNS: Final = ("id", "name", *(name for name in JobRequest.model_fields if name != ALONE))

_SEPARATOR: Final = re.compile("[,;|]")


def is_column(name: str) -> bool:
    """Whether a column may have that name; blanks around it do not count."""
    name = name.strip()
    return name in COLUMNS or (name.startswith(INNER) and name != INNER)


def nearest(name: str) -> str | None:
    """The column that was probably meant."""
    return next(iter(get_close_matches(name.strip().lower(), COLUMNS, n=1)), None)


def fields_of(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """A row's fields: an empty cell is none. Raises ItemUnreadable with what the row has."""
    if len(cells) != len(header):
        raise ItemUnreadable(f"has {len(cells)} cell{'s'[: len(cells) != 1]}, the header {len(header)}")
    filled = {column: cell for column, cell in zip(header, cells, strict=True) if cell.strip()}
    fields = {column: typed(column, cell) for column, cell in filled.items() if not column.startswith(INNER)}
    inner = {column.removeprefix(INNER): cell for column, cell in filled.items() if column.startswith(INNER)}
    metadata = fields.get("metadata", {})
    # Metadata that are no object stay as they are: the request's own check names them.
    return {**fields, "metadata": {**metadata, **inner}} if inner and isinstance(metadata, dict) else fields


def typed(column: str, cell: str) -> Any:
    """A cell as the field wants it, or the text that it is: then the request's own check names it."""
    read = _READERS.get(_TYPES.get(column, str))
    return read(cell) if read else cell


def _number(cell: str) -> Any:
    value = _json(cell)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else cell


def _truth(cell: str) -> Any:
    return {"true": True, "false": False}.get(cell.strip().lower(), cell)


def _object(cell: str) -> Any:
    value = _json(cell)
    return value if isinstance(value, dict) else cell


def _list(cell: str) -> Any:
    """A list as JSON, or its words with a comma, a semicolon or a bar between them."""
    if cell.lstrip().startswith("["):
        return _json(cell)
    return [word.strip() for word in _SEPARATOR.split(cell) if word.strip()]


def _json(cell: str) -> Any:
    try:
        return parsed(cell)
    except (ValueError, RecursionError):
        return cell


def _type(annotation: Any) -> type:
    """What a field's value is, without its limits and None."""
    origin = get_origin(annotation) or annotation
    if origin is Annotated:
        return _type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _type(next(one for one in get_args(annotation) if one is not NoneType))
    if not isinstance(origin, type):
        return str
    return dict if issubclass(origin, BaseModel) else origin


_TYPES: Final = {name: _type(field.annotation) for name, field in JobRequest.model_fields.items()}
_READERS: Final[dict[type, Callable[[str], Any]]] = {
    int: _number,
    float: _number,
    bool: _truth,
    list: _list,
    dict: _object,
}
