"""What happens to jobs is on the deployment's bus, in the shape that events/ says, for rules of others."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from local.running import CHECKOUT
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

SCHEMA = json.loads((CHECKOUT / "events" / "publish.detail-schema.json").read_text())
WITHIN_S = 60


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[str]:
    """Gets what a rule of somebody else lets through."""
    name, bus = f"rule-{uuid.uuid4().hex}", cloud.outputs["EventBus"]
    events, sqs = cloud.aws("events"), cloud.aws("sqs")
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["cavendish"], "detail-type": ["job.succeeded"]})
    events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    yield url
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name=name, EventBusName=bus)


def test_a_rule_of_others_hears_of_a_job(cloud: Cloud, queue: str) -> None:
    job_id = cloud.made(size="1K")["id"]

    def heard() -> dict[str, Any] | None:
        messages = cloud.aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        found = [json.loads(one["Body"]) for one in messages]
        return next((one for one in found if one["detail"]["job_id"] == job_id), None)

    event = eventually(heard, WITHIN_S)
    assert (event["source"], event["detail-type"]) == ("cavendish", "job.succeeded")
    jsonschema.validate(event["detail"], SCHEMA)
    assert event["detail"]["id"] == f"msg_{job_id}_{event['detail']['sequence']:06}"
