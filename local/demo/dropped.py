"""A CSV that is dropped into the inbox: what it says, what must become of it, and what comes back in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cavendish_client import Client
from cavendish_client.batches.routes import BatchView
from local.aws import Aws
from local.demo import hook, pictures
from local.demo.acts import hold
from local.demo.hook import Hook
from local.demo.pictures import Picture
from local.errors import CloudError
from local.running import Running

FILE: Final = "catalogue.csv"
FOLDER: Final = "catalogue"
#: The last line is wrong on purpose: there is no such size.
CSV: Final = """\
name,prompt,size
lamp,A brass lamp on a dark table,1K
chair,A garden chair in the sun,1K
poster,A poster of a whale,9K
"""
#: How each line below the header must end.
ENDS: Final = {2: "succeeded", 3: "succeeded", 4: "unreadable"}
_REPORT: Final = "report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came of the file."""

    batch: BatchView
    report: dict[str, Any]
    #: The bytes of each file of the folder, by its name in it.
    sizes: Mapping[str, int]
    pictures: tuple[Picture, ...]
    #: The line that tells of the message that it has ended.
    told: str


class Boxes:
    """The cloud's inbox and outbox, as a team sees them that drops files."""

    def __init__(self, running: Running) -> None:
        self._s3 = Aws(running.endpoint_url).client("s3")
        self._inbox, self._outbox = running.inbox_bucket, running.outbox_bucket

    def drop(self) -> None:
        self._s3.put_object(Bucket=self._inbox, Key=FILE, Body=CSV.encode())

    def sizes(self) -> dict[str, int]:
        """The bytes of each file that came back. A handful: one page has them all."""
        found = self._s3.list_objects_v2(Bucket=self._outbox, Prefix=f"{FOLDER}/").get("Contents", [])
        return {one["Key"].removeprefix(f"{FOLDER}/"): one["Size"] for one in found}

    def fetch(self, name: str, draft: Path) -> Path:
        """Download one of them. Raises CloudError."""
        try:
            content = self._s3.get_object(Bucket=self._outbox, Key=f"{FOLDER}/{name}")["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            raise CloudError(f"There is no {name} in the folder {FOLDER} of the outbox.") from None
        path = draft / name
        path.write_bytes(content)
        return path


def returned(client: Client, boxes: Boxes, ours: Hook, draft: Path, folder: Path) -> Returned:
    """Wait until the batch has ended, and fetch the folder that it became. Raises CloudError."""
    message = ours.batch_completed()
    sizes = boxes.sizes()
    drafts = {name: boxes.fetch(name, draft) for name in (_REPORT, *(one for one in sizes if one != _REPORT))}
    report = json.loads(drafts[_REPORT].read_text())
    claims = {image["path"]: image for item in report["items"] for image in item["images"]}
    kept = [pictures.keep(drafts.pop(path), claims[path], folder / path) for path in claims if path in drafts]
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in drafts.items():
        path.replace(folder / name)
    return Returned(
        batch=client.batches.get(message.subject),
        report=report,
        sizes=sizes,
        pictures=tuple(kept),
        told=hook.said(message),
    )


def check(came: Returned) -> None:
    """Raises CloudError for a file that did not go as it was planned."""
    hold(FILE, _compared(came))


def _compared(came: Returned) -> dict[str, tuple[str, str]]:
    """What was planned, and what the report, the outbox and the API tell."""
    report, items = came.report, came.report["items"]
    faults = [item["error"]["detail"].partition(":")[0] for item in items if item["error"]]
    files = sorted([*(file for item in items for file in item["files"]), "report.csv", _REPORT])
    cost = sum(item["cost_usd"] for item in items)
    return {
        "its batch": (report["batch_id"], came.batch["id"]),
        "the ends of its lines": (str(ENDS), str({item["line"]: item["status"] for item in items})),
        "what is wrong with a line": ("size", ", ".join(faults)),
        "its folder": (", ".join(files), ", ".join(sorted(came.sizes))),
        "its total cost": (f"${cost:.4f}", f"${report['totals']['cost_usd']:.4f}"),
        "what the API tells of its cost": (f"${cost:.4f}", f"${came.batch['cost']['total_usd']:.4f}"),
    }
