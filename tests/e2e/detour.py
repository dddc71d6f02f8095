"""Executions of the workflow whose attempts come to a queue of the test's own, and from there wherever it likes."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from cavendish.catalog.file import catalog
from cavendish.ladder.build import build
from cavendish.request import JobRequest
from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

WITHIN_S = 30

Message = dict[str, Any]


def execution_input(cloud: Cloud, job: JobView, queue_url: str) -> dict[str, Any]:
    """The input that dispatch gives the job's execution."""
    written = table.job(cloud, job["id"])
    plan = build(JobRequest.model_validate(written["request"]), catalog(), deadline_at=written["deadline_at"])
    own = {"job_id": job["id"], "tenant": written["tenant"], "queue_url": queue_url}
    return {**own, "images": list(range(written["request"]["n"])), "plan": plan.model_dump(mode="json")}


def start(cloud: Cloud, name: str, contents: dict[str, Any]) -> None:
    cloud.aws("stepfunctions").start_execution(
        stateMachineArn=cloud.outputs["Workflow"], name=name, input=json.dumps(contents)
    )


@dataclass(frozen=True, slots=True)
class Detour:
    """The queue."""

    cloud: Cloud
    queue_url: str

    def start(self, job: JobView, name: str = "") -> str:
        """An execution for a job, by another name unless one is given."""
        name = name or f"detour-{uuid.uuid4().hex}"
        start(self.cloud, name, execution_input(self.cloud, job, self.queue_url))
        return name

    def message(self) -> Message:
        """The next attempt's message."""
        return eventually(self._received, WITHIN_S)

    def _received(self) -> Message | None:
        sqs = self.cloud.aws("sqs")
        for message in sqs.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
            body: Message = json.loads(message["Body"])
            return body
        return None
