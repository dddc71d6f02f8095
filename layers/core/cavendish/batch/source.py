"""Where a batch's items come from."""

import hashlib

from cavendish.ulid import ulid
from cavendish.value import Value


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
