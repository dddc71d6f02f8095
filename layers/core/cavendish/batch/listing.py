"""Which batches and which items a caller wants to see: the parameters of both lists, and the cursor between items."""

import base64
import binascii
import re
from typing import Annotated, Final

from pydantic import BeforeValidator, ConfigDict, Field, field_validator

from cavendish.contract.listing import number, read_cursor
from cavendish.contract.query import read_query
from cavendish.value import Value

_DIGITS: Final = re.compile("0|[1-9][0-9]{0,8}")


def item_cursor(index: int) -> str:
    """Where a page of items ends, for callers to send back and not to read: the next one begins there."""
    return base64.urlsafe_b64encode(f"item {index}".encode()).decode().rstrip("=")


def _index(after: str) -> int:
    """Whether there is such an item nobody asks: a page beyond the end is empty. Raises ValueError."""
    try:
        said = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        said = ""
    digits = said.removeprefix("item ")
    if not _DIGITS.fullmatch(digits) or item_cursor(int(digits)) != after:
        raise ValueError("this is no cursor; send what `next` of the page before was, or leave it out")
    return int(digits)


class BatchList(Value):
    """The parameters of a list of batches, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Only batches older than the one with this id; a parameter has the cursor.
    after: Annotated[str | None, BeforeValidator(read_cursor)] = None
    limit: Annotated[int, BeforeValidator(number), Field(ge=1, le=100)] = 20


class ItemList(Value):
    """The parameters of a list of items, by their index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: str | None = None
    limit: Annotated[int, BeforeValidator(number), Field(ge=1, le=100)] = 20

    @field_validator("after")
    @classmethod
    def _after_is_a_cursor(cls, after: str | None) -> str | None:
        if after is not None:
            _index(after)
        return after

    @property
    def first(self) -> int:
        """The index of the first item that is asked for."""
        return 0 if self.after is None else _index(self.after)


def parse_batch_list(parameters: list[tuple[str, str]]) -> BatchList:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, BatchList)


def parse_item_list(parameters: list[tuple[str, str]]) -> ItemList:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, ItemList)
