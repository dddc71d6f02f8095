"""A running cloud as the tests see it: its API, its models, its AWS, and its Lambda workers as processes."""

import json
import signal
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from cavendish_client import Client, JobView
from cavendish_client.client import TERMINAL
from local import cloud as local_cloud
from local.aws import Aws
from local.keys import make_key, make_local_key
from local.process import marked
from local.running import CHECKOUT, Running, UpOptions
from local.state import Home
from tests.e2e.eventually import eventually
from tests.e2e.models import Models

#: What a checkout's cloud is made of.
PARTS = ("template.yaml", "workflow.asl.yaml", "functions", "layers", "local", "client")
#: How many callers speak to the API at once.
CALLERS = 8
#: By their logical ids.
QUEUES = ("JobsQueue", "AttemptsQueue", "JobsDeadLettersQueue", "AttemptsDeadLettersQueue", "DeliveriesQueue")
#: How many messages of one queue are worked on at once.
AT_ONCE = 12
#: Pauses that a busy machine may make count towards this, so it is long; nothing waits for it to pass.
WITHIN_S = 90


@dataclass(frozen=True, slots=True)
class Cloud:
    root: Path
    running: Running
    client: Client
    models: Models
    outputs: Mapping[str, str]
    _clients: dict[str, Any] = field(default_factory=dict)

    def aws(self, service: str) -> Any:
        """A client for the cloud's AWS, with test/test and path style."""
        if service not in self._clients:
            self._clients[service] = Aws(self.running.endpoint_url).client(service)
        return self._clients[service]

    def prompt(self, *answers: str, model: str | None = None) -> str:
        """A prompt of its own, whose first calls get these answers."""
        prompt = f"a heron at dawn, number {uuid.uuid4().hex}"
        if answers:
            self.models.script(prompt, *answers, model=model)
        return prompt

    def submit(self, *answers: str, **fields: Any) -> JobView:
        """Submit a job whose first calls get these answers."""
        return self.client.submit(fields.pop("prompt", None) or self.prompt(*answers), **fields)

    def submit_all(self, jobs: Iterable[Mapping[str, Any]]) -> list[JobView]:
        """Submit many jobs at once; gives them in their order."""
        with ThreadPoolExecutor(CALLERS) as pool:
            return list(pool.map(lambda fields: self.client.submit(**fields), jobs))

    def ended(self, job_id: str, within_s: float = WITHIN_S) -> JobView:
        """The job, when it has ended."""
        return eventually(lambda: self._if_ended(job_id), within_s, every_s=0.1)

    def _if_ended(self, job_id: str) -> JobView | None:
        job = self.client.get(job_id)
        return job if job["status"] in TERMINAL else None

    def all_ended(self, job_ids: Iterable[str], within_s: float = WITHIN_S) -> list[JobView]:
        with ThreadPoolExecutor(CALLERS) as pool:
            return list(pool.map(lambda job_id: self.ended(job_id, within_s), job_ids))

    def made(self, *answers: str, **fields: Any) -> JobView:
        """Submit a job, and wait for its end."""
        return self.ended(self.submit(*answers, **fields)["id"])

    def client_of(self, tenant: str) -> Client:
        """A client with a key of another tenant."""
        key = make_key(self.aws("dynamodb"), self.outputs["JobsTable"], tenant=tenant, expires_at=None)
        return Client(self.running.api, key)

    def function(self, name: str) -> str:
        """The physical name of the function with this logical id."""
        pages = self.aws("lambda").get_paginator("list_functions").paginate()
        names: list[str] = [one["FunctionName"] for page in pages for one in page["Functions"]]
        return next(one for one in names if one.startswith(f"cavendish-{name}-"))

    def queue(self, name: str) -> str:
        """The URL of the queue with this logical id."""
        urls: list[str] = self.aws("sqs").list_queues(QueueNamePrefix=f"cavendish-{name}-")["QueueUrls"]
        return urls[0]

    def workers(self, function: str) -> list[psutil.Process]:
        """The processes in which this cloud runs a function, idle ones too."""
        mine = f"/ministack-lambda-cavendish-{function}-"
        return [one for one in marked(Home(self.root).folder) if any(mine in part for part in _command(one))]

    @contextmanager
    def held(self, function: str) -> Iterator[list[psutil.Process]]:
        """Stop a function's workers, so that what comes next lies in their hands and is not begun."""
        workers = self.workers(function)
        for worker in workers:
            worker.suspend()
        try:
            yield workers
        finally:
            release(workers)

    def kill(self, function: str) -> None:
        """No worker of a function sees this coming, and none can clean up."""
        for worker in self.workers(function):
            with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                worker.send_signal(signal.SIGKILL)

    @contextmanager
    def forbidden(self, function: str, action: str) -> Iterator[None]:
        """Take a right away from a function's role: its workers get as far as they need it, and no further."""
        role = self.aws("lambda").get_function(FunctionName=self.function(function))["Configuration"]["Role"]
        named = {"RoleName": role.rpartition("/")[2], "PolicyName": "Forbidden"}
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.aws("iam").put_role_policy(**named, PolicyDocument=document)
        try:
            yield
        finally:
            self.aws("iam").delete_role_policy(**named)

    @contextmanager
    def impatient(self, queue: str) -> Iterator[None]:
        """What a queue hands out now comes again after a second instead of minutes."""
        sqs, url = self.aws("sqs"), self.queue(queue)
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=before)

    def execution(self, name: str) -> str:
        """The ARN of the workflow's execution with this name, which is its job's id."""
        return self.outputs["Workflow"].replace(":stateMachine:", ":execution:") + f":{name}"

    def execution_status(self, name: str) -> str | None:
        """None: there is no such execution."""
        workflow = self.aws("stepfunctions")
        try:
            return str(workflow.describe_execution(executionArn=self.execution(name))["status"])
        except workflow.exceptions.ExecutionDoesNotExist:
            return None

    def in_flight(self, queue: str) -> int:
        """Messages that some worker has in its hands."""
        return self._count(queue, "ApproximateNumberOfMessagesNotVisible")

    def waiting(self, queue: str) -> int:
        return self._count(queue, "ApproximateNumberOfMessages")

    def _count(self, queue: str, what: str) -> int:
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue(queue), AttributeNames=[what])
        return int(answer["Attributes"][what])

    def purge(self, queue: str) -> None:
        """Forget what a queue holds, also what will only come back in minutes because its worker died."""
        self.aws("sqs").purge_queue(QueueUrl=self.queue(queue))

    def send(self, queue: str, message: dict[str, Any] | str) -> None:
        body = message if isinstance(message, str) else json.dumps(message)
        self.aws("sqs").send_message(QueueUrl=self.queue(queue), MessageBody=body)

    def sweep(self) -> None:
        """Do now what the watchdog does every minute."""
        answer = self.aws("lambda").invoke(FunctionName=self.function("WatchdogFunction"), Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()


def _command(process: psutil.Process) -> list[str]:
    """Its words; none, if it has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one, too
        return []


def release(workers: Iterable[psutil.Process]) -> None:
    for worker in workers:
        if worker.is_running():
            worker.resume()


@contextmanager
def checkout(folder: Path) -> Iterator[Path]:
    """A checkout of its own for a cloud, so that it meets no other one: the same files, another .local."""
    for part in PARTS:
        (folder / part).symlink_to(CHECKOUT / part)
    try:
        yield folder
    finally:
        local_cloud.down(folder)


@contextmanager
def running_cloud(folder: Path, **options: Any) -> Iterator[Cloud]:
    with checkout(folder) as root:
        running = local_cloud.up(UpOptions(root=root, **options), make_local_key)
        aws = Aws(running.endpoint_url)
        spare_workers(aws)
        stack = aws.client("cloudformation").describe_stacks()["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        models = Models(running.models)
        models.sketch()  # to draw them well would take both cores
        with Client(running.api, running.key) as client:
            yield Cloud(root=root, running=running, client=client, models=models, outputs=outputs)


def spare_workers(aws: Aws) -> None:
    """Fewer calls at once than the template allows: here each is a process, and two cores start two in a second."""
    functions = aws.client("lambda")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    for mapping in (one for one in mappings if "ScalingConfig" in one):  # a stream's has none
        at_once = min(mapping["ScalingConfig"]["MaximumConcurrency"], AT_ONCE)
        functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": at_once})
