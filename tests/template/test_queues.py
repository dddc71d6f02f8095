"""Queues: nothing is lost in one, nothing is worked on twice at once, nothing turns in a circle."""

import json
import re
from collections.abc import Iterator
from typing import Any

from cavendish import attempt
from cavendish.job import GRACE_S
from cavendish.ladder import time_left
from cavendish.ladder.policy import POLICIES
from cavendish.request import WAIT_MAX_S
from tests.template.resources import ROOT, Resource, Template, most

DAYS_14 = 14 * 86_400
#: AWS's advice, so that messages of throttled invocations do not come back while they are worked on.
TIMES = 6
#: A table's stream keeps a record for a day.
STREAM_KEEPS_S = 86_400
#: MaximumConcurrency takes nothing below.
LEAST_CONCURRENCY = 2


def dead_letters_of(queue: Resource, deployed: Template) -> Resource | None:
    policy = queue.get("RedrivePolicy")
    return deployed.at(policy["deadLetterTargetArn"]) if policy else None


def is_for_dead_letters(queue: Resource, deployed: Template) -> bool:
    queues = deployed.all("AWS::SQS::Queue")
    targets = [target for rule in deployed.all("AWS::Events::Rule") for target in rule["Targets"]]
    ends = [deployed.at(target.get("DeadLetterConfig", {}).get("Arn")) for target in targets]
    ends += [deployed.at(one["DestinationConfig"]["OnFailure"]["Destination"]) for one in streams(deployed)]
    return queue in [*ends, *(dead_letters_of(one, deployed) for one in queues)]


def consumers(queue: Resource, deployed: Template) -> list[Resource]:
    mappings = deployed.all("AWS::Lambda::EventSourceMapping")
    found = [deployed.at(one["FunctionName"]) for one in mappings if one["EventSourceArn"] == queue.arn]
    return [one for one in found if one]


def streams(deployed: Template) -> list[Resource]:
    """The mappings that read a stream and no queue."""
    return [one for one in deployed.all("AWS::Lambda::EventSourceMapping") if is_stream(one)]


def is_stream(mapping: Resource) -> bool:
    return "StreamArn" in str(mapping["EventSourceArn"])


def test_every_mapping_is_bounded_by_itself(mapping: Resource, deployed: Template) -> None:
    """A stream is by its shards."""
    if is_stream(mapping):
        return
    assert deployed.number(mapping["ScalingConfig"]["MaximumConcurrency"]) >= LEAST_CONCURRENCY


def test_each_message_of_a_batch_ends_on_its_own(mapping: Resource) -> None:
    if is_stream(mapping):  # halved until what fails is alone
        assert mapping["BisectBatchOnFunctionError"] is True
        return
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_no_message_comes_back_while_it_is_worked_on(mapping: Resource, deployed: Template) -> None:
    if is_stream(mapping):  # read by one worker at a time
        return
    function, queue = deployed.at(mapping["FunctionName"]), deployed.at(mapping["EventSourceArn"])
    assert function
    assert queue
    # Throttling is removed by MaximumConcurrency; a delivery has a lease in its row, and of two who work on a batch the
    # second is overtaken, or has no turn.
    once = ("GenerateFunction", "DeliverFunction", "IntakeFunction", "CloseFunction", "EconomyFunction")
    times = 1 if function.id in once else TIMES
    window_s = mapping.get("MaximumBatchingWindowInSeconds") or 0

    assert function["Timeout"] * times + window_s <= queue["VisibilityTimeout"]


def test_a_queue_has_dead_letters_or_is_for_them(queue: Resource, deployed: Template) -> None:
    assert bool(dead_letters_of(queue, deployed)) != is_for_dead_letters(queue, deployed)


def test_every_queue_is_read_by_one_function(deployed: Template) -> None:
    readers = {queue.id: len(consumers(queue, deployed)) for queue in deployed.all("AWS::SQS::Queue")}

    # What EventBridge could not deliver is only a hint: the watchdog finds the job without it; and so are a delivery's
    # and a batch's messages, whose rows a sweep finds.
    for name in ("Events", "Deliveries", "Closing", "Economy"):
        assert readers.pop(f"{name}DeadLettersQueue") == 0
    assert set(readers.values()) == {1}


def test_dead_letters_outlive_the_queue_they_come_from(queue: Resource, deployed: Template) -> None:
    if is_for_dead_letters(queue, deployed):
        assert queue["MessageRetentionPeriod"] == DAYS_14
    else:
        assert queue["MessageRetentionPeriod"] < DAYS_14


def test_a_message_may_wait_as_long_as_its_job(queue: Resource) -> None:
    assert queue["MessageRetentionPeriod"] > max(most("deadline_s"), WAIT_MAX_S) + GRACE_S


def test_a_message_is_given_up_only_after_five_tries(queue: Resource, deployed: Template) -> None:
    if not is_for_dead_letters(queue, deployed):
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_a_queue_is_encrypted(queue: Resource) -> None:
    assert queue["SqsManagedSseEnabled"] is True


def test_an_event_that_cannot_be_delivered_is_kept(rule: Resource, deployed: Template) -> None:
    for target in rule["Targets"]:
        queue = deployed.at(target["DeadLetterConfig"]["Arn"])
        assert queue
        assert may_send(queue, deployed), f"EventBridge may not send to {queue.id}"


def test_an_event_may_reach_its_target(rule: Resource, deployed: Template) -> None:
    for target in rule["Targets"]:
        reached = deployed.at(target["Arn"])
        assert reached
        allowed = may_send if reached.type == "AWS::SQS::Queue" else may_invoke
        assert allowed(reached, deployed), f"EventBridge may not reach {reached.id}"


def test_a_call_ends_before_its_worker_and_its_worker_before_the_message_comes_back(deployed: Template) -> None:
    worker_s = deployed["GenerateFunction"]["Timeout"]
    longest_s = max(
        terms.limit_s for policy in POLICIES.values() for sizes in policy.terms.values() for terms in sizes.values()
    )

    assert longest_s <= time_left.MAX_LIMIT_S
    assert worker_s > time_left.MAX_LIMIT_S + max(time_left.WORKER_MARGIN_S, attempt.LEASE_MARGIN_S)
    for queue in ("AttemptsQueue", "BulkAttemptsQueue"):
        assert worker_s < deployed[queue]["VisibilityTimeout"]


def test_no_function_feeds_itself(function: Resource, deployed: Template) -> None:
    """AWS stops Lambda -> SQS -> Lambda after about 16 rounds."""
    reached, new = set[str](), {function.id}
    while new:
        new = {after.id for name in new for after in fed_by(deployed[name], deployed)} - reached
        reached |= new

    assert function.id not in reached or function.get("RecursiveLoop") == "Allow"


def test_who_may_feed_itself_says_what_ends_it() -> None:
    lines = [one for one in (ROOT / "template.yaml").read_text("utf-8").splitlines() if "RecursiveLoop" in one]

    assert lines
    assert all(re.fullmatch(r" +RecursiveLoop: Allow # \S.* ends it.*", one) for one in lines)


def test_who_gets_no_permit_may_go_back_into_either_lane_and_nowhere_else(deployed: Template) -> None:
    generate = deployed["GenerateFunction"]
    role = deployed.at(generate["Role"])
    assert role
    sends = [one["Resource"] for one in deployed.statements(role) if "sqs:SendMessage" in one["Action"]]

    assert sends == [[deployed[name].arn for name in ("AttemptsQueue", "BulkAttemptsQueue")]]
    assert {one.id for one in fed_by(generate, deployed)} == {"GenerateFunction"}


def test_nothing_of_the_stream_is_skipped(deployed: Template) -> None:
    (stream,) = streams(deployed)
    (pattern,) = stream["FilterCriteria"]["Filters"]

    assert stream["EventSourceArn"] == {"Fn::GetAtt": ["JobsTable", "StreamArn"]}
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert 0 < stream["MaximumRecordAgeInSeconds"] < STREAM_KEEPS_S
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}},
    }


def test_what_could_not_be_published_is_copied_out_of_the_stream_before_it_forgets(deployed: Template) -> None:
    (stream,) = streams(deployed)
    queue = deployed.at(stream["DestinationConfig"]["OnFailure"]["Destination"])
    assert queue
    (reader,) = consumers(queue, deployed)
    role = deployed.at(reader["Role"])
    assert role
    (reads,) = [one for one in deployed.statements(role) if "dynamodb:GetRecords" in one["Action"]]

    assert reads["Action"] == ["dynamodb:GetShardIterator", "dynamodb:GetRecords"]
    assert reads["Resource"] == stream["EventSourceArn"]
    assert reader["Environment"]["Variables"]["PUBLISH_DEAD_LETTERS_QUEUE_URL"] == queue.ref
    assert stream["MaximumRecordAgeInSeconds"] <= STREAM_KEEPS_S / 2


def may_send(queue: Resource, deployed: Template) -> bool:
    policies = [one for one in deployed.all("AWS::SQS::QueuePolicy") if queue.ref in one["Queues"]]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    wanted = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return any(wanted.items() <= one.items() and queue.arn in listed(one["Resource"]) for one in statements)


def listed(resources: Any) -> list[Any]:
    return resources if isinstance(resources, list) else [resources]


def may_invoke(function: Resource, deployed: Template) -> bool:
    permissions = [one for one in deployed.all("AWS::Lambda::Permission") if one["FunctionName"] == function.ref]
    return any(one["Principal"] == "events.amazonaws.com" for one in permissions)


def fed_by(function: Resource, deployed: Template) -> Iterator[Resource]:
    """The functions that read the queues which this one may send to."""
    role = deployed.at(function["Role"])
    assert role
    for statement in deployed.statements(role):
        if "sqs:SendMessage" in statement["Action"]:
            resources = statement["Resource"]
            for arn in resources if isinstance(resources, list) else [resources]:
                queue = deployed.at(arn)
                assert queue
                yield from consumers(queue, deployed)
