"""The functions as Lambda runs them: their own wiring, on an AWS in memory, with the events of `events/`."""

import importlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import wiring
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.job import Job
from cavendish.key import Key, digest
from cavendish.ladder.build import build
from cavendish.pipeline.submit import submit
from wired import (
    calling,
    closer,
    deliverer,
    economizer,
    generator,
    learning,
    permits,
    providers,
    publisher,
    taker,
    web,
    webhook_keys,
    webhooks,
)

EVENTS = Path(__file__).parents[2] / "events"
#: The job and the key that the events name.
JOB_ID, KEY = "01KX0000000000000000000000", "cav_example"
CONTEXT = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 60_000,
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
    aws_request_id="r",
)


def event(name: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return fields


def forget() -> None:
    """What one test's environment was wired to is nothing for the next one."""
    makers = (calling, closer, deliverer, economizer, generator, learning, permits, providers, publisher, taker)
    modules = (wiring, web, webhooks, webhook_keys, *makers)
    for thing in [thing for module in modules for thing in vars(module).values()]:
        if hasattr(getattr(thing, "__wrapped__", None), "cache_clear"):
            thing.__wrapped__.cache_clear()


@dataclass(frozen=True)
class Functions:
    """The deployed functions, and what they work on."""

    queue_url: str

    def call(self, module: str, name: str) -> dict[str, Any]:
        function: ModuleType = importlib.import_module(module)
        answer: dict[str, Any] = function.handler(event(name), CONTEXT)
        return answer

    def http(self, name: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
        """Status, body and headers."""
        answer = self.call("api", name)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> dict[str, Any]:
        """The API's whole answer to a request with the events' key; `_` in a header's name is `-`."""
        fields = event("api.read")
        http = {**fields["requestContext"]["http"], "method": method, "path": path}
        brought = {
            "rawPath": path,
            "headers": {**fields["headers"], **{name.replace("_", "-"): value for name, value in headers.items()}},
            "requestContext": {**fields["requestContext"], "http": http},
            "body": body,
        }
        answer: dict[str, Any] = importlib.import_module("api").handler({**fields, **brought}, CONTEXT)
        return answer

    def job(self) -> Job:
        job = wiring.jobs().get(JOB_ID)
        assert job is not None
        return job

    def with_key(self, **fields: Any) -> Key:
        """The key that the events bring."""
        key = Key(digest=digest(KEY), tenant="acme", created_at=time.time(), **fields)
        wiring.keys().add(key)
        return key

    def with_job(self, body: str | None = None) -> Job:
        """The job that the events name, as if it had been submitted a moment ago."""
        request = parse((body or event("api.submit")["body"]).encode(), catalog())
        queue = SimpleNamespace(send=lambda job: None)
        return submit(
            request,
            tenant="acme",
            job_id=JOB_ID,
            jobs=wiring.jobs(),
            budgets=wiring.budgets(),
            queue=queue,
            catalog=catalog(),
            now=time.time(),
        ).job

    def with_running_job(self, body: str | None = None) -> Job:
        job = self.with_job(body)
        started = job.started(build(job.request, catalog(), deadline_at=job.deadline_at), time.time())
        wiring.jobs().save(job, started, started.event("job.started"))
        return started
