"""The files that are kept for Google's Files API: uploaded in pieces, or left by a batch."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from tempfile import TemporaryFile
from typing import IO, Any

from local.model_server.google.faults import refuse

MOST = 200
LARGEST = 2 * 1024**3
KEPT_S = 48 * 3600.0


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


@dataclass(slots=True, kw_only=True)
class File:
    name: str
    source: str
    mime: str = "application/octet-stream"
    title: str = ""
    unreadable: bool = False
    created: float = field(default_factory=time.time)
    size: int = 0
    content: IO[bytes] = field(default_factory=TemporaryFile)
    _sha256: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        self.content.write(data)
        self._sha256.update(data)
        self.size += len(data)

    def described(self, base: str) -> dict[str, Any]:
        uri = f"{base}/v1beta/{self.name}"
        shown = {
            "name": self.name,
            "mimeType": self.mime,
            "sizeBytes": str(self.size),
            "createTime": moment(self.created),
            "updateTime": moment(self.created),
            "expirationTime": moment(self.created + KEPT_S),
            "sha256Hash": self._sha256.hexdigest(),
            "uri": uri,
            "state": "ACTIVE",
            "source": self.source,
        }
        shown |= {"displayName": self.title} if self.title else {}
        return shown | ({"downloadUri": f"{uri}:download?alt=media"} if self.source == "GENERATED" else {})


@dataclass(slots=True)
class Upload:
    """One that was begun."""

    file: File
    size: int


@dataclass(slots=True)
class Files:
    _kept: "OrderedDict[str, File]" = field(default_factory=OrderedDict)
    _coming: dict[str, Upload] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def generated(self, title: str) -> File:
        """A new one, to be written to."""
        name = f"files/batch-{self._digest()}"
        return self._keep(File(name=name, source="GENERATED", mime="application/jsonl", title=title))

    def begin(self, told: Mapping[str, Any], mime: str, size: int) -> str:
        """Its address is not told before all has come; gives the number of the upload. Raises Fault."""
        if size > LARGEST:
            raise refuse(400, f"File is too large: {size} bytes. The maximum is {LARGEST}.")
        name = str(told.get("name") or f"files/{self._digest()}")
        file = File(name=name, source="UPLOADED", mime=mime, title=str(told.get("displayName", "")))
        number = self._digest()
        self._coming[number] = Upload(file, size)
        return number

    def take(self, number: str, offset: int, data: bytes, *, final: bool) -> File | None:
        """The file, when all of it is there. Raises Fault."""
        upload = self._coming.get(number)
        if upload is None:
            raise refuse(404, "Upload has already been terminated.")
        if offset != upload.file.size:
            raise refuse(400, f"Upload offset {offset} does not match the {upload.file.size} bytes received.")
        upload.file.write(data)
        if not final:
            return None
        del self._coming[number]
        if upload.file.size != upload.size:
            raise refuse(400, f"Upload has {upload.file.size} bytes, {upload.size} were announced.")
        return self._keep(upload.file)

    def get(self, name: str) -> File:
        """Raises Fault."""
        if name not in self._kept:
            about = f"You do not have permission to access the File {name.removeprefix('files/')} or it may not exist."
            raise refuse(403, about)
        return self._kept[name]

    def delete(self, name: str) -> None:
        self.get(name).content.close()
        del self._kept[name]

    def all(self) -> list[File]:
        return list(reversed(self._kept.values()))

    def _keep(self, file: File) -> File:
        self._kept[file.name] = file
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)[1].content.close()
        return file

    def _digest(self) -> str:
        return hashlib.sha256(f"file {next(self._numbers)}".encode()).hexdigest()[:12]
