"""A cloud's inbox and outbox, as who drops files sees them."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.cloud import WITHIN_S, Cloud
from tests.e2e.eventually import eventually


@dataclass(frozen=True, slots=True)
class Inbox:
    """Both buckets."""

    cloud: Cloud

    @property
    def bucket(self) -> str:
        return self.cloud.outputs["InboxBucket"]

    def drop(self, key: str, content: str | bytes) -> None:
        self.cloud.aws("s3").put_object(Bucket=self.bucket, Key=key, Body=content)

    def found(self, key: str) -> bytes | None:
        """What lies in the outbox."""
        s3 = self.cloud.aws("s3")
        try:
            body: bytes = s3.get_object(Bucket=self.cloud.outputs["OutboxBucket"], Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        return body

    def keys(self, folder: str) -> list[str]:
        """What lies in a folder of the outbox, by the names in it."""
        pages = self.cloud.aws("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.cloud.outputs["OutboxBucket"], Prefix=f"{folder}/")
        return [one["Key"].removeprefix(f"{folder}/") for page in found for one in page.get("Contents", [])]

    def json(self, key: str, within_s: float = WITHIN_S) -> dict[str, Any]:
        """A file of the outbox, when it lies there."""
        found: dict[str, Any] = json.loads(eventually(lambda: self.found(key), within_s, every_s=0.1))
        return found

    def report(self, folder: str, within_s: float = WITHIN_S) -> dict[str, Any]:
        return self.json(f"{folder}/report.json", within_s)
