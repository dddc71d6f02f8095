"""The table's stream, for whoever has to read a part of it once more."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

#: What AWS answers where records were, or their shard.
_GONE: Final = ("TrimmedDataAccessException", "ResourceNotFoundException")


class RecordsGone(Exception):
    """The stream has forgotten what was to be read; it keeps a record for a day."""


class Part(NamedTuple):
    """From one record of a shard to another, both included."""

    stream: str
    shard: str
    first: str
    last: str

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> "Part":
        """What Lambda sends to the queue of a stream's failures: it names records, and has none."""
        info = message["DDBStreamBatchInfo"]
        return cls(info["streamArn"], info["shardId"], info["startSequenceNumber"], info["endSequenceNumber"])


class TableStream:
    """The stream through its API."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def facts(self, part: Part) -> Iterator[dict[str, Any]]:
        """The new rows that tell of something, oldest first. Raises RecordsGone."""
        try:
            for record in self._records(part):
                if record["eventName"] == "INSERT" and record["dynamodb"]["Keys"]["sk"]["S"].startswith("EVENT#"):
                    yield record["dynamodb"]["NewImage"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            raise RecordsGone(f"records {part.first} to {part.last} of {part.shard} are gone") from error

    def _records(self, part: Part) -> Iterator[dict[str, Any]]:
        iterator = self._client.get_shard_iterator(
            StreamArn=part.stream,
            ShardId=part.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=part.first,
        )["ShardIterator"]
        while iterator:
            page = self._client.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if number <= int(part.last):
                    yield record
                if number >= int(part.last):
                    return
            iterator = page.get("NextShardIterator")
