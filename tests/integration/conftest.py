"""AWS as moto plays it, the table that template.yaml describes, and servers that misbehave."""

import importlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from adapters.budgets_table import BudgetsTable
from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from adapters.model_http import ModelHttp
from adapters.tombstones_table import TombstonesTable
from cavendish.job import Event
from tests.fakes import FakeJobs
from tests.integration.calls import new_client
from tests.integration.handlers import Functions, forget
from tests.integration.jobs_case import Case
from tests.integration.resources import RESOURCES
from tests.integration.sockets import Act, Server, Talk

#: What CreateTable knows under the same name as CloudFormation.
SAME = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
QUEUES = (
    *("JOBS_QUEUE_URL", "BULK_JOBS_QUEUE_URL", "ATTEMPTS_QUEUE_URL", "BULK_ATTEMPTS_QUEUE_URL", "ECONOMY_QUEUE_URL"),
    *("DELIVERIES_QUEUE_URL", "INBOX_QUEUE_URL", "CLOSING_QUEUE_URL", "PUBLISH_DEAD_LETTERS_QUEUE_URL"),
)
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
DEFINITION = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
NUMBERS = itertools.count(1)
Client = Callable[..., Any]


def one_at_a_time(act: Callable[..., Any]) -> Callable[..., Any]:
    """Moto copies a table for each transaction, and fails where another thread writes meanwhile; DynamoDB does not."""
    turn = threading.RLock()

    def wait_and_act(*arguments: Any) -> Any:
        with turn:
            return act(*arguments)

    return wait_and_act


@pytest.fixture(scope="module")
def aws() -> Iterator[Client]:
    """Makes clients of an AWS in memory, one for each module."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        environment.setattr(DynamoHandler, "call_action", one_at_a_time(DynamoHandler.call_action))
        with mock_aws():
            session = boto3.Session(region_name="us-east-1")
            yield lambda service, **config: session.client(service, config=Config(**config))


@pytest.fixture
def unreachable() -> Client:
    """Makes clients of an AWS that is not there."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    return lambda service: boto3.client(service, endpoint_url="http://127.0.0.1:1", config=once, **keys)


@pytest.fixture
def unused_name() -> str:
    return f"name-{next(NUMBERS)}"


@pytest.fixture(scope="module")
def dynamodb(aws: Client) -> Any:
    return aws("dynamodb")


@pytest.fixture
def table(dynamodb: Any, unused_name: str) -> str:
    """A new table, as JobsTable in template.yaml has it."""
    properties = RESOURCES["JobsTable"]["Properties"]
    dynamodb.create_table(TableName=unused_name, **{field: properties[field] for field in SAME})
    return unused_name


@pytest.fixture
def functions(aws: Client, table: str, monkeypatch: pytest.MonkeyPatch, unused_name: str) -> Iterator[Functions]:
    """All functions' settings, for an AWS in memory. The model is where nobody listens, unless a test says where."""
    queue = aws("sqs").create_queue(QueueName=unused_name)["QueueUrl"]
    aws("s3").create_bucket(Bucket=unused_name)
    aws("s3").create_bucket(Bucket=f"{unused_name}-inbox")
    aws("s3").put_bucket_versioning(Bucket=f"{unused_name}-inbox", VersioningConfiguration={"Status": "Enabled"})
    aws("s3").create_bucket(Bucket=f"{unused_name}-outbox")
    aws("secretsmanager").create_secret(Name=unused_name, SecretString='{"gemini": "key"}')
    aws("events").create_event_bus(Name=unused_name)
    role = aws("iam").create_role(RoleName=unused_name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    machine = aws("stepfunctions").create_state_machine(name=unused_name, definition=DEFINITION, roleArn=role)
    settings = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "JOBS_TABLE": table,
        "IMAGES_BUCKET": unused_name,
        "INBOX_BUCKET": f"{unused_name}-inbox",
        "OUTBOX_BUCKET": f"{unused_name}-outbox",
        "INBOX_TENANT": "acme",
        "BULK_CONCURRENCY": "5",
        "BULK_BATCH_SIZE": "10",
        "PROVIDER_KEYS_SECRET": unused_name,
        "WORKFLOW_ARN": machine["stateMachineArn"],
        "ROUTE_BASES": "gemini=http://127.0.0.1:9",
        "ALLOW_LOCAL_HTTP": "false",
        "LEARNING": "on",
        "API_ORIGIN": "",
        "API_URL": "https://api.example.com",
        "WEBHOOK_MASTER_SECRET": unused_name,
        "EVENT_BUS": unused_name,
        **dict.fromkeys(QUEUES, queue),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    forget()
    importlib.import_module("api.caller")._known.cache_clear()
    importlib.import_module("wired.times")._recent.cache_clear()
    importlib.import_module("wired.estimating")._modes.cache_clear()
    importlib.import_module("api.providers")._known.cache_clear()
    yield Functions(queue)
    forget()


@pytest.fixture
def client() -> Iterator[ModelHttp]:
    client = new_client()
    with closing(client._client):
        yield client


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers; the nth act is what happens after the nth request."""
    with ExitStack() as stack:
        yield lambda *acts: stack.enter_context(Server(list[Act](acts) or [Talk.answer]))


@pytest.fixture(params=["fake", "table"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeJobs()
        return Case(
            fake, lambda job_id: [one for one in fake.events if one.job_id == job_id], fake, fake, fake.accounts
        )
    client, name = request.getfixturevalue("dynamodb"), request.getfixturevalue("table")

    def events(job_id: str) -> list[Event]:
        rows = client.scan(TableName=name)["Items"]
        kept = [row for row in rows if row["sk"]["S"].startswith("EVENT#") and row["pk"]["S"] == f"JOB#{job_id}"]
        return [Event.model_validate_json(row["doc"]["S"]) for row in sorted(kept, key=lambda row: row["sk"]["S"])]

    tombstones, listed, budgets = TombstonesTable(client, name), JobsList(client, name), BudgetsTable(client, name)
    return Case(JobsTable(client, name), events, tombstones, listed, budgets)
