"""The API's webhook routes as methods: `client.webhooks.create("https://...")`. Each raises Problem."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

#: An endpoint and a delivery as the API shows them; the fields are those of docs/webhooks.md.
EndpointView = dict[str, Any]
DeliveryView = dict[str, Any]
DeliveryStatus = Literal["pending", "delivered", "failed", "dropped"]

#: Sends a request and gives its answer's JSON: method, path, then what httpx takes.
Ask = Callable[..., dict[str, Any]]

_ENDPOINTS: Final = "/v1/webhooks/endpoints"
_DELIVERIES: Final = "/v1/webhooks/deliveries"
_SECRET: Final = "/v1/webhooks/secret"  # noqa: S105 - a path
#: The most that the API gives at once.
_PAGE: Final = 100


class Webhooks:
    """The endpoints of the key's tenant, and what was sent to them."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def endpoints(self) -> list[EndpointView]:
        """All of them, oldest first."""
        found: list[EndpointView] = self._ask("GET", _ENDPOINTS)["endpoints"]
        return found

    def create(self, url: str, events: Sequence[str] = ()) -> EndpointView:
        """A new endpoint with its `secret`, which is shown this once. No events: all of them."""
        return self._ask("POST", _ENDPOINTS, json={"url": url, "events": list(events)})

    def endpoint(self, endpoint_id: str) -> EndpointView:
        return self._ask("GET", _endpoint(endpoint_id))

    def change(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
    ) -> EndpointView:
        """Only what is given becomes different."""
        wanted = {"url": url, "events": None if events is None else list(events), "enabled": enabled}
        changes = {name: value for name, value in wanted.items() if value is not None}
        return self._ask("PATCH", _endpoint(endpoint_id), json=changes)

    def delete(self, endpoint_id: str) -> None:
        """What is still on its way to it is dropped."""
        self._ask("DELETE", _endpoint(endpoint_id))

    def rotate(self, endpoint_id: str) -> EndpointView:
        """The endpoint with a new `secret`; the one before it signs too for a day."""
        return self._ask("POST", f"{_endpoint(endpoint_id)}/rotate")

    def ping(self, endpoint_id: str) -> DeliveryView:
        """Send it a test; what came of it, a reading of the delivery tells."""
        return self._ask("POST", f"{_endpoint(endpoint_id)}/ping")

    def deliveries(
        self, *, endpoint_id: str | None = None, status: DeliveryStatus | None = None
    ) -> Iterator[DeliveryView]:
        """All of 30 days, newest first. A page is asked for when the one before is used up."""
        asked = {"endpoint": endpoint_id, "status": status, "limit": str(_PAGE), "after": None}
        while True:
            sent = {name: value for name, value in asked.items() if value is not None}
            page = self._ask("GET", _DELIVERIES, params=sent)
            yield from page["deliveries"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def delivery(self, delivery_id: str) -> DeliveryView:
        return self._ask("GET", _delivery(delivery_id))

    def replay(self, delivery_id: str) -> DeliveryView:
        """Send it anew, under the same webhook-id."""
        return self._ask("POST", f"{_delivery(delivery_id)}/replay")

    def replay_since(self, endpoint_id: str, since: str, *, everything: bool = False) -> int:
        """Send anew what the endpoint missed of what happened since then (RFC 3339); gives how many these were.

        `everything`: also what it got.
        """
        sent, fields = 0, {"since": since, "everything": everything}
        while True:
            answer = self._ask("POST", f"{_endpoint(endpoint_id)}/replay", json=fields)
            sent += int(answer["sent"])
            if answer["next"] is None:
                return sent
            fields["after"] = answer["next"]

    def secret(self) -> str:
        """The tenant's default secret, which signs what goes to a job's own `webhook`."""
        return str(self._ask("GET", _SECRET)["secret"])

    def rotate_secret(self) -> str:
        """The next default secret; the one before it signs too for a day."""
        return str(self._ask("POST", f"{_SECRET}/rotate")["secret"])

    def public_keys(self) -> list[str]:
        """The public keys (whpk_...) that v1a signatures are verified with."""
        found: list[str] = self._ask("GET", "/.well-known/webhook-keys")["keys"]
        return found


def _endpoint(endpoint_id: str) -> str:
    """Whatever the id is, it stays one segment of the path."""
    return f"{_ENDPOINTS}/{quote(endpoint_id, safe='')}"


def _delivery(delivery_id: str) -> str:
    return f"{_DELIVERIES}/{quote(delivery_id, safe='')}"
