"""The bucket in which results are found, on S3. Pictures are copied inside S3; a ZIP is stored while it is written."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

#: An upload in parts: so much of it is in memory at once. S3 takes 10,000 of them, and none smaller than 5 MiB.
_PART_BYTES: Final = 8 * 1024 * 1024
_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
#: Which picture a copy is of: one with the same name may be that of an older batch.
_SOURCE: Final = "source"


class OutboxBucket:
    """The port Outbox. `images` is the bucket that pictures are copied from."""

    def __init__(self, client: Any, *, bucket: str, images: str) -> None:
        self._client = client
        self._bucket = bucket
        self._images = images

    def copy(self, object_key: str, to: str, mime: str) -> bool:
        if self._source(to) == object_key:
            return True
        try:
            self._client.copy_object(
                Bucket=self._bucket,
                Key=to,
                CopySource={"Bucket": self._images, "Key": object_key},
                MetadataDirective="REPLACE",
                Metadata={_SOURCE: object_key},
                ContentType=mime,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
        return True

    def put(self, key: str, file: BinaryIO, mime: str) -> None:
        file.seek(0)
        self._client.put_object(Bucket=self._bucket, Key=key, Body=file, ContentType=mime)

    @contextmanager
    def archive(self, key: str) -> Iterator[BinaryIO]:
        place = {"Bucket": self._bucket, "Key": key}
        begun = self._client.create_multipart_upload(**place, ContentType="application/zip")
        upload = _Upload(self._client, {**place, "UploadId": begun["UploadId"]})
        try:
            yield cast("BinaryIO", upload)
            upload.finish()
        except Exception:
            upload.abort()
            raise

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def link(self, key: str, *, expires_s: int) -> str:
        parameters = {"Bucket": self._bucket, "Key": key}
        url: str = self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_s)
        return url

    def _source(self, key: str) -> str | None:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        source: str | None = head["Metadata"].get(_SOURCE)
        return source


class _Upload(io.RawIOBase):
    """A file that can only be written, from its beginning to its end."""

    def __init__(self, client: Any, place: dict[str, str]) -> None:
        self._client = client
        self._place = place
        self._waiting = bytearray()
        self._parts: list[dict[str, Any]] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting += content
        while len(self._waiting) >= _PART_BYTES:
            self._send(_PART_BYTES)
        return len(content)

    def finish(self) -> None:
        self._send(_PART_BYTES)  # the last part may be small, and the only one empty
        self._client.complete_multipart_upload(**self._place, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        """Best effort: what is left of it, the bucket's lifecycle rule deletes."""
        with suppress(BotoCoreError, ClientError):
            self._client.abort_multipart_upload(**self._place)

    def _send(self, most: int) -> None:
        if self._parts and not self._waiting:
            return
        number, body = len(self._parts) + 1, bytes(self._waiting[:most])
        sent = self._client.upload_part(**self._place, PartNumber=number, Body=body)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        del self._waiting[:most]
