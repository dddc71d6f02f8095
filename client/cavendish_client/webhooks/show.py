"""How endpoints and deliveries are shown: a row for each."""

import sys
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cavendish_client.webhooks.routes import DeliveryView, EndpointView

#: Into a file or a pipe, where nothing has a width.
_WIDE: Final = 200
#: There are nine events of jobs, one of batches and one of endpoints: a row that has them all says so.
_ALL: Final = 11


def endpoints(shown: Iterable[EndpointView]) -> None:
    rows = ((one["id"], one["url"], _events(one), _state(one)) for one in shown)
    _print(("endpoint", "url", "events", "state"), rows)


def deliveries(shown: Iterable[DeliveryView]) -> None:
    rows = (
        (
            one["id"],
            one["type"],
            one["job_id"] or one["batch_id"] or "-",
            one["endpoint"] or one["url"],
            one["status"],
            _tries(one),
        )
        for one in shown
    )
    _print(("delivery", "type", "about", "to", "status", "tries"), rows)


def _events(endpoint: EndpointView) -> str:
    return "all" if len(endpoint["events"]) == _ALL else ", ".join(endpoint["events"])


def _state(endpoint: EndpointView) -> str:
    if not endpoint["enabled"]:
        return f"disabled: {endpoint['disabled_reason']}"
    return f"failing since {endpoint['failing_since']}" if endpoint["failing_since"] else "enabled"


def _tries(delivery: DeliveryView) -> str:
    """How many, and how the last one ended."""
    tries = delivery["tries"]
    if not tries:
        return delivery["reason"] or "0"
    last = tries[-1]
    then = f"; next {delivery['next_at']}" if delivery["next_at"] else ""
    return f"{len(tries)}: {last['error'] or last['code']}{then}"


def _print(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)
