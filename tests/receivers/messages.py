"""Messages as Cavendish sends them, signed by Standard Webhooks' own library."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
from standardwebhooks import Webhook

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
OTHER = "whsec_" + "MTIzNDU2QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
JOB = "01KX0000000000000000000000"


class Message(NamedTuple):
    """What is posted."""

    headers: dict[str, str]
    body: bytes

    def to(self, url: str) -> int:
        """Post it; gives the status of the answer."""
        return httpx.post(url, headers=self.headers, content=self.body, timeout=10).status_code

    def without(self, header: str) -> "Message":
        return self._replace(headers={name: value for name, value in self.headers.items() if name != header})

    def with_header(self, header: str, value: str) -> "Message":
        return self._replace(headers={**self.headers, header: value})


def message(
    sequence: int = 3,
    event: str = "job.succeeded",
    *,
    job: str = JOB,
    secret: str = SECRET,
    age_s: float = 0,
    **more: Any,
) -> Message:
    """A message that was signed so long ago."""
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    data = {"id": job, "status": event.partition(".")[2], "sequence": sequence, **more}
    body = json.dumps({"type": event, "timestamp": at.isoformat(), "data": data})
    message_id = f"msg_{job}_{sequence:06}"
    signature = Webhook(secret).sign(message_id, at, body)
    # The deployment's own signature comes last; who has only the secret passes over it.
    signatures = f"{Webhook(OTHER).sign('x', at, body)} {signature} v1a,AAAA"
    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signatures}
    return Message({"content-type": "application/json", **headers}, body.encode())


def refused() -> dict[str, Message]:
    """Messages that no receiver may believe."""
    good = message()
    changed = good.body.replace(b"succeeded", b"successed", 1)
    return {
        "signed with another secret": message(secret=OTHER),
        "a body changed by one byte": good._replace(body=changed),
        "ten minutes old": message(age_s=600),
        "from the future": message(age_s=-600),
        "with another id": good.with_header("webhook-id", "msg_other"),
        "with another timestamp": good.with_header(
            "webhook-timestamp", str(int(good.headers["webhook-timestamp"]) - 1)
        ),
        "with a timestamp that is none": good.with_header("webhook-timestamp", "soon"),
        "without a signature": good.without("webhook-signature"),
        "without an id": good.without("webhook-id"),
        "without a timestamp": good.without("webhook-timestamp"),
        "with a signature that is none": good.with_header("webhook-signature", "v1"),
        "with an empty signature": good.with_header("webhook-signature", "v1,"),
        "with no body": good._replace(body=b""),
        "with a body that is no text": good._replace(body=b"\xff\xfe"),
    }
