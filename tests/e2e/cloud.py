"""A running cloud as the tests see it: its API, its models, its AWS, and its Lambda workers as processes."""

import signal
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from cavendish_client import Client, JobView
from cavendish_client.client import TERMINAL
from cavendish_client.keys import make_key, make_local_key
from local import cloud as local_cloud
from local.aws import Aws
from local.process import marked
from local.running import CHECKOUT, Running, UpOptions
from local.state import Home
from tests.e2e.eventually import eventually
from tests.e2e.models import Models

#: What a checkout's cloud is made of.
PARTS = ("template.yaml", "workflow.asl.yaml", "functions", "layers", "local", "client")
#: How many callers speak to the API at once.
CALLERS = 8
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

    def new_tenant(self, tenant: str) -> Client:
        """A client with a key of another tenant."""
        key = make_key(self.aws("dynamodb"), self.outputs["JobsTable"], tenant=tenant, expires_at=None)
        return Client(self.running.api, key)

    def function(self, name: str) -> str:
        """The physical name of the function with this logical id."""
        pages = self.aws("lambda").get_paginator("list_functions").paginate()
        names = [one["FunctionName"] for page in pages for one in page["Functions"]]
        return next(one for one in names if one.startswith(f"cavendish-{name}-"))

    def queue(self, name: str) -> str:
        """The URL of the queue with this logical id."""
        urls: list[str] = self.aws("sqs").list_queues(QueueNamePrefix=f"cavendish-{name}-")["QueueUrls"]
        return urls[0]

    def workers(self, function: str) -> list[psutil.Process]:
        """The processes in which this cloud runs a function, idle ones too."""
        mine = f"/ministack-lambda-cavendish-{function}-"
        return [one for one in marked(Home(self.root).folder) if any(mine in part for part in one.cmdline())]

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
        for worker in self.workers(function):
            worker.send_signal(signal.SIGKILL)

    def sweep(self) -> None:
        """Do now what the watchdog does every minute."""
        answer = self.aws("lambda").invoke(FunctionName=self.function("WatchdogFunction"), Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()


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
        stack = Aws(running.endpoint_url).client("cloudformation").describe_stacks()["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        models = Models(options.get("routes", {}).get("gemini", running.models))
        with Client(running.api, running.key) as client:
            yield Cloud(root=root, running=running, client=client, models=models, outputs=outputs)
