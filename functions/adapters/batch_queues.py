"""The queues of those who read batches, send economy batches and close batches, on SQS."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.batch.batch import Batch
from cavendish.errors import SendFailed
from cavendish.ladder.plan import VERSION


class BatchQueues:
    """The port BatchQueue."""

    def __init__(self, client: Any, *, inbox: str, closing: str, economy: str) -> None:
        self._client = client
        self._inbox = inbox
        self._closing = closing
        self._economy = economy

    def read(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self._inbox, batch, delay_s)

    def close(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self._closing, batch, delay_s)

    def economize(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self._economy, batch, delay_s)

    def _send(self, url: str, batch: Batch, delay_s: int) -> None:
        body = json.dumps({"v": VERSION, "batch_id": batch.id})
        try:
            self._client.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=batch.tenant, DelaySeconds=delay_s)
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"batch {batch.id} could not be sent: {error}") from error
