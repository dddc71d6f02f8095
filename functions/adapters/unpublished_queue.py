"""The queue of what could not be published, for rows: on SQS."""

import json
from typing import Any, Final

#: What a message is written as; its consumer takes this and the one before (architecture rule 13).
VERSION: Final = 1


class UnpublishedQueue:
    """Each row is a message of its own, so that one that fails keeps no other from being told."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, row: dict[str, Any]) -> None:
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps({"v": VERSION, "row": row}))
