"""The bucket that files of items are dropped into, on S3."""

import posixpath
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from cavendish.batch.errors import FileGone
from cavendish.batch.ports import Stored
from cavendish.batch.source import Source
from cavendish.sheet.kind import KINDS

#: So much is read at once, in bytes.
_CHUNK: Final = 256 * 1024
_GONE: Final = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "412", "PreconditionFailed"})
_PAST_THE_END: Final = frozenset({"416", "InvalidRange"})


class InboxBucket:
    """The port Inbox."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @property
    def bucket(self) -> str:
        return self._bucket

    def find(self, key: str, version: str | None = None) -> Stored | None:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key, **_of(version))
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        kept = version or head.get("VersionId")
        source = Source(key=key, version=kept, etag=head["ETag"], size=head["ContentLength"])
        return Stored(source, head["LastModified"].timestamp())

    def read(self, source: Source, offset: int) -> Iterator[bytes]:
        try:
            answer = self._client.get_object(
                Bucket=self._bucket,
                Key=source.key,
                Range=f"bytes={offset}-",
                **({"VersionId": source.version} if source.version else {"IfMatch": source.etag}),
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _PAST_THE_END:
                return
            if code in _GONE:
                raise FileGone(f"{source.key} is not there any more") from None
            raise
        # The local cloud gives the whole of a version, whatever range of it is asked for.
        if "ContentRange" not in answer:
            answer["Body"].read(offset)
        yield from answer["Body"].iter_chunks(_CHUNK)

    def put(self, key: str, content: bytes, mime: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=mime)

    def upload(self, key: str, *, most: int, expires_s: int) -> dict[str, object]:
        assert posixpath.splitext(key)[1][1:] in KINDS, "only files of items are uploaded"
        form: dict[str, object] = self._client.generate_presigned_post(
            self._bucket, key, Conditions=[["content-length-range", 1, most]], ExpiresIn=expires_s
        )
        return form


def _of(version: str | None) -> dict[str, str]:
    return {"VersionId": version} if version else {}
