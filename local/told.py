"""How a command that failed ends: with one sentence, the log's path and an exit code, never with a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cavendish_client.say import complain
from local.errors import CloudError


@contextmanager
def told() -> Iterator[None]:
    """Tell what went wrong."""
    try:
        yield
    except CloudError as error:
        log = f" The log is {error.log_path}." if error.log_path else ""
        complain(error.message.rstrip(".") + "." + log)
        raise typer.Exit(error.exit_code) from None
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS was not reached, or refused: {error}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
