"""The API's routes of batches as methods: `client.batches.upload(Path("doors.csv"))`. Each raises Problem."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from cavendish_client.links import fetch, send

#: A batch, one of its items, and where its results are, as the API shows them; the fields are those of /docs.
BatchView = dict[str, Any]
ItemView = dict[str, Any]
ManifestView = dict[str, Any]
Mode = Literal["fast", "balanced", "economy"]

#: Sends a request and gives its answer's JSON: method, path, then what httpx takes.
Ask = Callable[..., dict[str, Any]]

ENDED: Final = frozenset({"completed", "cancelled", "failed"})

_BATCHES: Final = "/v1/batches"
#: The most that the API gives at once.
_PAGE: Final = 100


class Batches:
    """The batches of the key's tenant."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def post(self, items: Sequence[dict[str, Any]], *, key: str | None = None, **fields: Any) -> BatchView:
        """Open a batch of these items, 256 KB at most. Sent again with the same `key` it is the same batch."""
        return self._open({"items": list(items), **fields}, key)

    def upload(self, path: Path, *, key: str | None = None, **fields: Any) -> BatchView:
        """Open a batch, and upload its file: .csv, .jsonl, .json or .txt. Raises httpx.HTTPError if that fails."""
        batch = self._open({"upload": path.suffix.lower().removeprefix("."), **fields}, key)
        if batch["upload"]:
            send(batch["upload"], path)
        return batch

    def plan(self, *, defaults: dict[str, Any] | None = None, **items: Any) -> dict[str, Any]:
        """What `items`, or `n` of them that only have the defaults, would take in each mode."""
        return self._ask("POST", f"{_BATCHES}/plan", json={"defaults": defaults or {}, **items})

    def get(self, batch_id: str) -> BatchView:
        return self._ask("GET", _batch(batch_id))

    def list(self) -> Iterator[BatchView]:
        """All of them, newest first, without what only a reading shows."""
        return self._pages(_BATCHES, "batches")

    def items(self, batch_id: str) -> Iterator[ItemView]:
        """Those that have been read so far, by their index."""
        return self._pages(f"{_batch(batch_id)}/items", "items")

    def cancel(self, batch_id: str) -> BatchView:
        """What has not ended is cancelled; what has ended stays, and the report is written."""
        return self._ask("POST", f"{_batch(batch_id)}/cancel")

    def retry(self, batch_id: str) -> BatchView:
        """The batch of its failed items: a new one, or the one that was made when this was asked for before."""
        return self._ask("POST", f"{_batch(batch_id)}/retry")

    def manifest(self, batch_id: str) -> ManifestView:
        """Fresh links to all that it came to. Raises Problem with the code no_results until it has ended."""
        return self._ask("GET", f"{_batch(batch_id)}/manifest")

    def wait(
        self, batch_id: str, *, every_s: float = 2.0, seen: Callable[[BatchView], None] | None = None
    ) -> BatchView:
        """Read a batch until it ends; `seen` gets each reading."""
        while True:
            batch = self.get(batch_id)
            if seen:
                seen(batch)
            if batch["status"] in ENDED:
                return batch
            time.sleep(every_s)

    def save(self, batch_id: str, folder: Path) -> Sequence[Path]:
        """Download its ZIPs and, last, its report; gives their paths. Each link is asked for when it is used."""
        saved = []
        for number in range(len(self.manifest(batch_id)["parts"])):
            part = self.manifest(batch_id)["parts"][number]
            saved.append(fetch(part["url"], folder / part["name"]))
        report = self.manifest(batch_id)
        saved.append(fetch(report["report_csv"]["url"], folder / "report.csv"))
        saved.append(fetch(report["report_json"]["url"], folder / "report.json"))
        return saved

    def _open(self, body: dict[str, Any], key: str | None) -> BatchView:
        return self._ask("POST", _BATCHES, json=body, headers={"idempotency-key": key} if key else {})

    def _pages(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        """A page is asked for when the one before is used up."""
        asked = {"limit": str(_PAGE)}
        while True:
            page = self._ask("GET", path, params=asked)
            yield from page[name]
            if page["next"] is None:
                return
            asked["after"] = page["next"]


def _batch(batch_id: str) -> str:
    """Whatever the id is, it stays one segment of the path."""
    return f"{_BATCHES}/{quote(batch_id, safe='')}"
