"""Where a batch's items come from."""

import hashlib
import posixpath
from typing import Final

from cavendish.ulid import ulid
from cavendish.value import Value

#: S3 takes keys of 1,024 bytes, and what is put into the folder needs room for its own name.
FOLDER_MAX_BYTES: Final = 900


class Source(Value):
    """Where a batch's items come from: an object of the inbox."""

    key: str
    #: None: the bucket keeps no versions.
    version: str | None = None
    etag: str = ""
    size: int = 0


def id_of(bucket: str, source: Source, stored_at: float) -> str:
    """The id of a dropped file's batch: the same for the same version of the same object."""
    version = source.version or source.etag
    digest = hashlib.sha256(f"{bucket}|{len(source.key)}|{source.key}|{version}".encode()).digest()
    return ulid(stored_at, digest[:10])


def folder_of(key: str) -> str:
    """Where in the outbox the results of a dropped file lie."""
    return _shortened(_inside(posixpath.splitext(key)[0]), FOLDER_MAX_BYTES)


def _shortened(path: str, most_bytes: int) -> str:
    """The path, or as much of it as fits and what tells it from others that begin alike."""
    whole = path.encode()
    if len(whole) <= most_bytes:
        return path
    mark = f"~{hashlib.sha256(whole).hexdigest()[:8]}"
    return whole[: most_bytes - len(mark)].decode("utf-8", "ignore") + mark


def _inside(path: str) -> str:
    """Who copies the outbox to a disk is not led out of it."""
    return "/".join("_" if part in ("", ".", "..") else part for part in path.split("/"))
