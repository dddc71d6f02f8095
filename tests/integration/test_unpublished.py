"""What the stream gave up: its records are found again, copied before the stream forgets them, and told."""

import importlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

import wiring
from adapters.table_stream import Part, RecordsGone, TableStream
from cavendish.webhook.delivery import State
from cavendish.webhook.query import DeliveryQuery
from tests.integration.conftest import Client
from tests.integration.handlers import CONTEXT, JOB_ID, Functions, event
from tests.integration.test_webhook_handlers import sent, with_endpoint
from wired import webhooks

PART = Part("stream", "shard", "10", "13")


@pytest.fixture
def stream(dynamodb: Any, table: str) -> str:
    """The table's stream, by its name; it begins now."""
    view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    changed = dynamodb.update_table(TableName=table, StreamSpecification=view)
    return str(changed["TableDescription"]["LatestStreamArn"])


def everything(streams: Any, stream: str) -> Part:
    """All that the stream has by now."""
    (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    first, *_, last = [one["dynamodb"]["SequenceNumber"] for one in records]
    return Part(stream, shard["ShardId"], first, last)


def given_up(part: Part) -> dict[str, Any]:
    """The event, for this part of the stream."""
    fields = event("unpublished.part")
    body = json.loads(fields["Records"][0]["body"])
    body["DDBStreamBatchInfo"] |= {
        "streamArn": part.stream,
        "shardId": part.shard,
        "startSequenceNumber": part.first,
        "endSequenceNumber": part.last,
    }
    return {"Records": [{**fields["Records"][0], "body": json.dumps(body)}]}


def test_what_the_stream_gave_up_is_copied_record_by_record_and_told(
    functions: Functions, aws: Client, stream: str
) -> None:
    functions.with_running_job()
    endpoint = with_endpoint()
    unpublished, queue = importlib.import_module("unpublished"), wiring.setting("PUBLISH_DEAD_LETTERS_QUEUE_URL")

    part = everything(aws("dynamodbstreams"), stream)
    assert unpublished.handler(given_up(part), CONTEXT) == {"batchItemFailures": []}
    copies = aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    records = [{**event("unpublished.row")["Records"][0], "body": one["Body"]} for one in copies]
    assert unpublished.handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}

    rows = webhooks.deliveries().page("acme", DeliveryQuery(oldest_first=True)).deliveries
    assert [(row.type, row.receiver, row.subject) for row in rows] == [
        ("job.queued", endpoint.id, JOB_ID),
        ("job.started", endpoint.id, JOB_ID),
    ]


def test_a_copy_is_told_as_the_record_would_have_been(functions: Functions, aws: Client) -> None:
    functions.with_job()
    with_endpoint()

    assert functions.call("unpublished", "unpublished.row") == {"batchItemFailures": []}

    (message,) = sent(aws)
    row = webhooks.deliveries().get(message["delivery_id"])
    assert row is not None
    assert (row.message_id, row.state) == (f"msg_{JOB_ID}_000001", State.PENDING)


def test_a_copy_that_cannot_be_told_comes_back(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENT_BUS", "arn:aws:events:us-east-1:123456789012:event-bus/none")
    functions.with_job()

    (failed,) = functions.call("unpublished", "unpublished.row")["batchItemFailures"]

    assert failed["itemIdentifier"] == event("unpublished.row")["Records"][0]["messageId"]


def test_what_the_stream_has_forgotten_is_told_of_in_the_log(
    functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    assert functions.call("unpublished", "unpublished.part") == {"batchItemFailures": []}

    (line,) = [vars(one) for one in caplog.records if one.message == "records.gone"]
    assert (line["levelname"], line["first"], line["copied"]) == ("ERROR", "111000000000000000001", 0)


def a_record(number: int, sk: str = "EVENT#000001", name: str = "INSERT") -> dict[str, Any]:
    image = {"pk": {"S": "JOB#1"}, "sk": {"S": sk}, "number": {"N": str(number)}}
    changed = {"SequenceNumber": str(number), "Keys": {"sk": {"S": sk}}, "NewImage": image}
    return {"eventName": name, "dynamodb": changed}


class Pages:
    """A shard that comes in these pages, and has no end."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self._pages = list(pages)

    def get_shard_iterator(self, **_: str) -> dict[str, str]:
        return {"ShardIterator": "next"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - as AWS calls it
        return {"Records": self._pages.pop(0), "NextShardIterator": ShardIterator}


class Refusing:
    """Answers with an error."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_shard_iterator(self, **_: str) -> dict[str, str]:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "GetShardIterator")


def numbers(*pages: list[dict[str, Any]]) -> list[str]:
    return [row["number"]["N"] for row in TableStream(Pages(*pages)).facts(PART)]


def test_a_part_is_read_over_its_pages_and_not_beyond_its_last_record() -> None:
    assert numbers([a_record(10)], [], [a_record(11), a_record(13), a_record(14)]) == ["10", "11", "13"]
    assert numbers([a_record(10), a_record(14)]) == ["10"]


def test_only_new_rows_that_tell_of_something_are_facts() -> None:
    others = [a_record(11, sk="JOB"), a_record(12, name="REMOVE")]

    assert numbers([a_record(10), *others, a_record(13)]) == ["10", "13"]


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_records_that_are_gone_are_a_named_error(code: str) -> None:
    with pytest.raises(RecordsGone, match="10 to 13 of shard"):
        list(TableStream(Refusing(code)).facts(PART))


def test_a_stream_that_cannot_be_read_now_is_read_again() -> None:
    with pytest.raises(ClientError, match="Throttling"):
        list(TableStream(Refusing("ThrottlingException")).facts(PART))
