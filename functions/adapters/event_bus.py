"""The deployment's bus, on EventBridge."""

from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from cavendish.errors import SendFailed
from cavendish.webhook.detail import Detail

SOURCE: Final = "cavendish"


class EventBus:
    """The port Bus."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, detail: Detail) -> None:
        body = detail.model_dump_json(exclude_none=True)
        entry = {"EventBusName": self._name, "Source": SOURCE, "DetailType": detail.type, "Detail": body}
        try:
            answer = self._client.put_events(Entries=[entry])
        except (BotoCoreError, ClientError) as error:
            raise SendFailed(f"event {detail.id} could not be put: {error}") from error
        if answer["FailedEntryCount"]:
            raise SendFailed(f"event {detail.id} was not taken: {answer['Entries'][0].get('ErrorCode')}")
