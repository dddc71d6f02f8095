"""The workflow, on Step Functions: starts and stops executions, and answers the tokens that they gave out."""

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.errors import AttemptError, WorkflowClosed
from cavendish.job import Job
from cavendish.ladder.plan import Plan
from cavendish.outcome import Report

#: All three mean that nobody waits for the token any more.
_CLOSED: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StateMachine:
    """The port Workflow. `lanes` are the queues of attempts; only who starts executions needs them and the ARN."""

    def __init__(self, client: Any, arn: str = "", lanes: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._arn = arn
        self._lanes = lanes or {}

    def start(self, job: Job) -> Plan:
        assert job.plan is not None, "only a planned job is started"
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=job.id, input=self._input(job, job.plan))
        except self._client.exceptions.ExecutionAlreadyExists:
            # AWS answers so once it has ended or if the input differs, and with the execution itself if not.
            return self._plan(job.id)
        return job.plan

    def _plan(self, job_id: str) -> Plan:
        execution = self._client.describe_execution(executionArn=self._execution(job_id))
        return Plan.model_validate(json.loads(execution["input"])["plan"])

    def runs(self, job_id: str) -> bool:
        try:
            execution = self._client.describe_execution(executionArn=self._execution(job_id))
        except self._client.exceptions.ExecutionDoesNotExist:
            return False
        return bool(execution["status"] == "RUNNING")

    def stop(self, job_id: str) -> None:
        try:
            self._client.stop_execution(executionArn=self._execution(job_id), cause="its job has ended")
        except (BotoCoreError, ClientError):
            return  # best effort: the job is ended, and whatever still runs will find it so

    def succeed(self, token: str, report: Report) -> None:
        self._answer(self._client.send_task_success, taskToken=token, output=report.model_dump_json())

    def fail(self, token: str, error: AttemptError) -> None:
        self._answer(self._client.send_task_failure, taskToken=token, error=error.value)

    def _answer(self, send: Any, **arguments: str) -> None:
        try:
            send(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _CLOSED:
                raise
            raise WorkflowClosed(error.response["Error"]["Code"]) from None

    def _execution(self, job_id: str) -> str:
        return self._arn.replace(":stateMachine:", ":execution:") + f":{job_id}"

    def _input(self, job: Job, plan: Plan) -> str:
        return json.dumps(
            {
                "job_id": job.id,
                "tenant": job.tenant,
                "queue_url": self._lanes[job.request.lane],
                "images": list(range(job.request.n)),
                "plan": plan.model_dump(mode="json"),
            }
        )
