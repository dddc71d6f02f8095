"""A file lies in the inbox: it becomes a batch, once however often it is told of."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, get_args

from cavendish.batch.batch import Batch, Mode
from cavendish.batch.errors import FileGone
from cavendish.batch.fields import faults_of_defaults
from cavendish.batch.ports import Batches, Inbox, Stored
from cavendish.batch.source import folder_of, id_of
from cavendish.contract.body import read_fields
from cavendish.errors import RequestFault, RequestInvalid, RequestTooLarge
from cavendish.ulid import is_ulid

#: Files that the door stores here are for batches that it has opened already.
POSTED: Final = "batches/"
DEFAULTS: Final = "_defaults.json"
_BESIDE: Final = f"{DEFAULTS} beside the file"
#: They are kept with the batch, which is written with each group of items.
DEFAULTS_MAX_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """The use case with its ports."""

    batches: Batches
    inbox: Inbox
    #: Whose the dropped files are.
    tenant: str

    def arrive(self, key: str, version: str | None, now: float) -> Batch | None:
        """The batch of an object, to be read now. None: it is none, or it is not there any more."""
        if _ignored(key):
            return None
        stored = self.inbox.find(key, version)
        if stored is None:
            return None
        return self._posted(stored, now) if key.startswith(POSTED) else self._dropped(stored, now)

    def _posted(self, stored: Stored, now: float) -> Batch | None:
        batch_id = posixpath.basename(stored.source.key).partition(".")[0]
        batch = self.batches.get(batch_id) if is_ulid(batch_id) else None
        if batch is None or batch.source is not None:
            return batch
        uploaded = batch.uploaded(stored.source, now)
        self.batches.save(batch, uploaded)
        return uploaded

    def _dropped(self, stored: Stored, now: float) -> Batch | None:
        batch = self._new(stored, now)
        self.batches.lead(batch, stored.at)
        if not self.batches.add(batch):
            return self.batches.get(batch.id)
        return batch

    def _new(self, stored: Stored, now: float) -> Batch:
        source = stored.source
        named = {"id": id_of(self.inbox.bucket, source, stored.at), "tenant": self.tenant, "name": source.key}
        times = {"created_at": now, "updated_at": now, "looked_at": now}
        defaults = self._defaults(posixpath.dirname(source.key))
        return Batch.model_validate(
            {**named, **times, **defaults, "source": source, "folder": folder_of(source.key), "deliver": "folder"}
        )

    def _defaults(self, folder: str) -> dict[str, Any]:
        """Those of the folder, or what is wrong with them: that is told when the file is read, to its owner."""
        stored = self.inbox.find(posixpath.join(folder, DEFAULTS))
        if stored is None:
            return {}
        try:
            return read_defaults(self.inbox.read(stored.source, 0), stored.source.size)
        except FileGone:
            return {}


def read_defaults(chunks: Iterable[bytes], size: int, what: str = _BESIDE) -> dict[str, Any]:
    """What a batch has of its folder's defaults, or why they are `refused`; they have `size` bytes and are `what`."""
    if size > DEFAULTS_MAX_BYTES:
        return {"refused": f"{what} has {size} bytes; at most {DEFAULTS_MAX_BYTES} are taken"}
    try:
        return _read(b"".join(chunks), what)
    except RequestInvalid as invalid:
        return {"refused": "; ".join(_told(one, what) for one in invalid.faults)}
    except RequestTooLarge as large:
        return {"refused": f"{what}: {large}"}


def _read(content: bytes, what: str) -> dict[str, Any]:
    """Raises RequestInvalid, RequestTooLarge."""
    fields = read_fields(content, what)
    mode = fields.pop("mode", "balanced")
    if mode not in get_args(Mode):
        detail = f"{mode!r} is no mode; there are {', '.join(get_args(Mode))}"
        raise RequestInvalid([RequestFault("/mode", detail), *faults_of_defaults(fields)])
    if faults := faults_of_defaults(fields):
        raise RequestInvalid(faults)
    return {"defaults": fields, "mode": mode}


def _told(fault: RequestFault, what: str) -> str:
    """What is wrong with all of it says itself what it is about."""
    return f"{what}: {fault.pointer}: {fault.detail}" if fault.pointer else fault.detail


def _ignored(key: str) -> bool:
    """Folders that a console makes, hidden files, and defaults, which are read with the files beside them."""
    name = posixpath.basename(key)
    return not name or name.startswith(".") or name == DEFAULTS
