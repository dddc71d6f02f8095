"""What kind of file it is, by its name alone."""

from typing import Final, Literal, get_args

from cavendish.sheet.unreadable import SheetUnreadable

Kind = Literal["json", "jsonl", "csv", "txt"]

KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}


def kind_of(key: str) -> Kind:
    """The kind of the object with that key, in capitals or not. Raises SheetUnreadable."""
    kind = KINDS.get(key.rpartition(".")[2].lower()) if "." in key else None
    if kind is None:
        kinds = ", ".join(f".{one}" for one in KINDS)
        raise SheetUnreadable(f"the name of the file has to end in one of {kinds}; rename it to what it is")
    return kind
