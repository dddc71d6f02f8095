"""An item as a JSON object."""

import json
from typing import Any

from cavendish.contract.body import parsed, reason
from cavendish.sheet.unreadable import ItemUnreadable


def object_of(text: str) -> dict[str, Any]:
    """The fields that a JSON object has. Raises ItemUnreadable with what the text is or has."""
    try:
        value = parsed(text)
    except RecursionError:
        raise ItemUnreadable("is not JSON that we read: it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise ItemUnreadable(f"is not JSON: in column {error.colno} {reason(error)}") from None
    except ValueError as error:
        raise ItemUnreadable(f"is not JSON: {reason(error)}") from None
    if not isinstance(value, dict):
        raise ItemUnreadable("has no JSON object; write one with a prompt")
    return value
