"""The queues of attempts, on SQS, for messages that come back later: one for each lane, fair between tenants."""

import math
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.attempt import AttemptMessage
from cavendish.errors import SendFailed
from cavendish.job import Job


class AttemptsQueue:
    """The port AttemptQueue."""

    def __init__(self, client: Any, lanes: Mapping[str, str]) -> None:
        self._client = client
        self._lanes = lanes

    def send(self, job: Job, message: AttemptMessage, wait_s: float) -> None:
        try:
            self._client.send_message(
                QueueUrl=self._lanes[job.request.lane],
                MessageBody=message.model_dump_json(by_alias=True),
                MessageGroupId=job.tenant,
                DelaySeconds=math.ceil(wait_s),
            )
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"attempt {message.key.object_key} could not be sent again: {error}") from error
