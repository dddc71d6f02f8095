"""A file lies in the inbox: it becomes a batch, once however often it is told of."""

import posixpath
from dataclasses import dataclass
from typing import Any, Final, get_args

from cavendish.batch.batch import Batch, Mode
from cavendish.batch.errors import FileGone
from cavendish.batch.ports import Batches, Inbox, Stored
from cavendish.batch.source import FOLDER_MAX_BYTES, id_of, shortened
from cavendish.contract.body import read_fields
from cavendish.contract.fit import faults_of
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
        folder = shortened(_inside(posixpath.splitext(source.key)[0]), FOLDER_MAX_BYTES)
        named = {"id": id_of(self.inbox.bucket, source, stored.at), "tenant": self.tenant, "name": source.key}
        times = {"created_at": now, "updated_at": now, "looked_at": now}
        defaults = self._defaults(posixpath.dirname(source.key))
        return Batch.model_validate(
            {**named, **times, **defaults, "source": source, "folder": folder, "deliver": "folder"}
        )

    def _defaults(self, folder: str) -> dict[str, Any]:
        """Those of the folder, or what is wrong with them: that is told when the file is read, to its owner."""
        stored = self.inbox.find(posixpath.join(folder, DEFAULTS))
        if stored is None:
            return {}
        if stored.source.size > DEFAULTS_MAX_BYTES:
            most = f"at most {DEFAULTS_MAX_BYTES} are taken"
            return {"refused": f"{_BESIDE} has {stored.source.size} bytes; {most}"}
        try:
            return _read(b"".join(self.inbox.read(stored.source, 0)))
        except FileGone:
            return {}
        except RequestInvalid as invalid:
            return {"refused": "; ".join(_told(one) for one in invalid.faults)}
        except RequestTooLarge as large:
            return {"refused": f"{_BESIDE}: {large}"}


def _read(content: bytes) -> dict[str, Any]:
    """Raises RequestInvalid, RequestTooLarge."""
    fields = read_fields(content, _BESIDE)
    mode = fields.pop("mode", "balanced")
    if mode not in get_args(Mode):
        detail = f"{mode!r} is no mode; there are {', '.join(get_args(Mode))}"
        raise RequestInvalid([RequestFault("/mode", detail), *faults_of(fields)])
    if faults := faults_of(fields):
        raise RequestInvalid(faults)
    return {"defaults": fields, "mode": mode}


def _inside(path: str) -> str:
    """Who copies the outbox to a disk is not led out of it."""
    return "/".join("_" if part in ("", ".", "..") else part for part in path.split("/"))


def _told(fault: RequestFault) -> str:
    """What is wrong with all of it says itself what it is about."""
    return f"{_BESIDE}: {fault.pointer}: {fault.detail}" if fault.pointer else fault.detail


def _ignored(key: str) -> bool:
    """Folders that a console makes, hidden files, and defaults, which are read with the files beside them."""
    name = posixpath.basename(key)
    return not name or name.startswith(".") or name == DEFAULTS
