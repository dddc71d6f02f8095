"""The queue of deliveries, on SQS: fair between receivers."""

import json
import math
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.errors import SendFailed
from cavendish.webhook.delivery import Delivery

#: What a message is written as; its consumer takes this and the one before (architecture rule 13).
VERSION: Final = 1


class DeliveriesQueue:
    """The port DeliveryQueue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, delivery: Delivery, wait_s: float = 0.0) -> None:
        try:
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=json.dumps({"v": VERSION, "delivery_id": delivery.id}),
                MessageGroupId=delivery.receiver,
                DelaySeconds=math.ceil(wait_s),
            )
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"delivery {delivery.id} could not be sent: {error}") from error
