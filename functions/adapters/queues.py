"""The queues of jobs, on SQS: one for each lane, fair between tenants."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.errors import SendFailed
from cavendish.job import Job
from cavendish.plan import VERSION


class JobsQueues:
    """The port Queue."""

    def __init__(self, client: Any, lanes: Mapping[str, str]) -> None:
        self._client = client
        self._lanes = lanes

    def send(self, job: Job) -> None:
        body = json.dumps({"v": VERSION, "job_id": job.id})
        try:
            self._client.send_message(
                QueueUrl=self._lanes[job.request.lane], MessageBody=body, MessageGroupId=job.tenant
            )
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"job {job.id} could not be sent: {error}") from error
