"""Which deployment a command speaks to, and with which key."""

import os

from cavendish_client.stack import api_url
from cavendish_client.told import Unable


def address(api: str | None, stack: str | None) -> str:
    """The API's address: a stack's, or the one that was named. Raises Unable, OutputMissing."""
    if found := api_url(stack) if stack else api:
        return found
    raise Unable("Which deployment? Say --stack NAME, or --api URL, or set API.")


def key() -> str:
    """The environment's key: on the command line everybody on the machine could read it. Raises Unable."""
    found = os.environ.get("KEY")
    if not found:
        raise Unable("Set KEY to a key of the API, such as `cavendish keys create` makes.")
    if not found.isascii():
        raise Unable("KEY has a character that no key has; set it to one such as `cavendish keys create` makes.")
    return found
