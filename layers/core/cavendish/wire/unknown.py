"""What nobody has told us of: a mark on the report, so that it is seen in the log and gets a row in a table."""

import re
from typing import Any, Final

#: A provider's names for things look like this; anything else may be words of the caller's, which are not logged.
_NAME: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,64}", re.ASCII)


def mark(kind: str, name: Any) -> str:
    """How a thing that no table has is called in the log ("finish_reason:NEW_THING")."""
    said = str(name) if isinstance(name, str | int) else ""
    return f"{kind}:{said if _NAME.fullmatch(said) else '(unreadable)'}"
