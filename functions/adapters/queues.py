"""The queues of jobs, on SQS: one for each lane, fair between tenants."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.errors import SendFailed
from cavendish.job import Job
from cavendish.ladder.plan import VERSION

#: SQS takes so many messages at once.
_AT_ONCE: Final = 10


class JobsQueues:
    """The port Queue."""

    def __init__(self, client: Any, lanes: Mapping[str, str]) -> None:
        self._client = client
        self._lanes = lanes

    def send(self, job: Job) -> None:
        message = {"MessageBody": _body(job), "MessageGroupId": job.tenant}
        try:
            self._client.send_message(QueueUrl=self._lanes[job.request.lane], **message)
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"job {job.id} could not be sent: {error}") from error

    def send_all(self, jobs: Sequence[Job]) -> None:
        for lane, url in self._lanes.items():
            own = [job for job in jobs if job.request.lane == lane]
            for at in range(0, len(own), _AT_ONCE):
                self._send(url, own[at : at + _AT_ONCE])

    def _send(self, url: str, jobs: Sequence[Job]) -> None:
        entries = [{"Id": job.id, "MessageBody": _body(job), "MessageGroupId": job.tenant} for job in jobs]
        try:
            answer = self._client.send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"{len(jobs)} jobs could not be sent: {error}") from error
        if failed := answer.get("Failed"):
            raise SendFailed(f"{len(failed)} of {len(jobs)} jobs could not be sent: {failed[0].get('Message')}")


def _body(job: Job) -> str:
    return json.dumps({"v": VERSION, "job_id": job.id})
