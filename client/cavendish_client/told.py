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


@contextmanager
def told(exit_code: int) -> Iterator[None]:
    """Tell what went wrong."""
    try:
        yield
    except (Unable, OutputMissing, Problem) as error:
        complain(str(error))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        complain(f"The API was not reached: {error}")
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS was not reached, or refused: {error}")
    else:
        return
    raise typer.Exit(exit_code)
