"""How a command that cannot go on ends: with a sentence and an exit code, never with a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError

from cavendish_client.client import Problem
from cavendish_client.say import complain
from cavendish_client.stack import OutputMissing


class Unable(Exception):
    """A command cannot go on; the message is the sentence that says why."""


def check_text(what: str, said: str) -> None:
    """Whether what was typed is text: of other bytes Python makes halves of surrogate pairs. Raises Unable."""
    try:
        said.encode()
    except UnicodeEncodeError:
        raise Unable(f"{what} is not UTF-8: {said!r}; write it in UTF-8.") from None


@contextmanager
def told(exit_code: int) -> Iterator[None]:
    """Tell what went wrong."""
    try:
        yield
    except (Unable, OutputMissing, Problem) as error:
        complain(str(error))
    except UnicodeEncodeError as error:
        # No more than the wrong part of it: it may be in a key.
        wrong = error.object[error.start : error.end]
        complain(f"{wrong!r} cannot be sent or shown as {error.encoding}; write something else in its place.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        complain(f"The API was not reached: {error}")
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS was not reached, or refused: {error}")
    else:
        return
    raise typer.Exit(exit_code)
