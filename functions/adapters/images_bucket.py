"""The bucket of pictures, on S3. Each object carries the result of its attempt, so that nothing stored is ever lost."""

import json
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, BinaryIO, Final

from botocore.exceptions import ClientError

from cavendish.attempt import AttemptKey, Result
from cavendish.image.image import extension

#: S3 takes 2 KB of metadata, names and values together, and refuses a picture with more. In bytes, with some to spare.
_METADATA_MAX: Final = 2000
_RESULT: Final = "result"
#: No model's name is longer, in characters.
_NAME_MAX: Final = 64
#: What a picture that is found again can do without; first of all its report's detail.
_SPARED: Final[tuple[dict[str, Any], ...]] = ({}, {"timings": {}}, {"usage": None})
#: So much of a picture is in memory while it is read.
_PIECE_BYTES: Final = 1024 * 1024


class DeleteFailed(RuntimeError):
    """S3 answered, and did not delete everything. The watchdog tries again."""


class ImagesBucket:
    """The port Images."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, file: BinaryIO, result: Result, *, crc32: str) -> None:
        assert result.image is not None, "only a picture is stored"
        file.seek(0)
        self._client.put_object(
            Bucket=self._bucket,
            Key=result.image.object_key,
            Body=file,
            ContentLength=result.image.bytes,
            ContentType=result.image.mime,
            ChecksumCRC32=crc32,
            Metadata={_RESULT: _as_metadata(result)},
        )

    def find(self, key: AttemptKey) -> Result | None:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key.object_key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return None
            raise
        return Result.model_validate_json(head["Metadata"][_RESULT])

    def read(self, object_key: str) -> Iterator[bytes] | None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=object_key)["Body"]
        except self._client.exceptions.NoSuchKey:
            return None
        chunks: Iterator[bytes] = body.iter_chunks(_PIECE_BYTES)
        return chunks

    def clear(self, job_id: str) -> None:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{job_id}/")
        for page in pages:
            if keys := [{"Key": one["Key"]} for one in page.get("Contents", [])]:
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
                if errors := answer.get("Errors"):
                    raise DeleteFailed(f"{len(errors)} pictures of job {job_id} stay: {errors[0].get('Code')}")

    def link(self, object_key: str, *, mime: str, expires_s: int) -> str:
        name = f"{object_key.replace('/', '-')}.{extension(mime)}"
        parameters = {
            "Bucket": self._bucket,
            "Key": object_key,
            "ResponseContentDisposition": f'inline; filename="{name}"',
        }
        url: str = self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_s)
        return url


def _as_metadata(result: Result) -> str:
    """As JSON of so few bytes that S3 takes it; without the model's words, which can be long."""
    fields = result.model_dump(mode="json", exclude={"note"})
    fields["made_by"] = result.made_by and result.made_by[:_NAME_MAX]
    detail, fields["report"]["detail"] = fields["report"]["detail"], ""
    for spared in _SPARED:
        fields |= spared
        room = _METADATA_MAX - len(_RESULT) - len(json.dumps(fields))
        if room >= 0:
            break
    fields["report"]["detail"] = _beginning(detail, room)
    return json.dumps(fields)


def _beginning(words: str, room: int) -> str:
    """As much as fits into so many bytes: metadata are ASCII, and one character can be twelve bytes of JSON."""
    ends = accumulate(len(json.dumps(one)) - len('""') for one in words)
    return words[: sum(end <= room for end in ends)]
