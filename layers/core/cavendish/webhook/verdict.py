"""What a receiver's answer means: the table of statuses in Standard Webhooks 1.0, "Delivery success and failure"."""

from email.utils import formatdate
from typing import Final, NamedTuple

from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import WebReply
from cavendish.webhook.schedule import RETRY_AFTER_MAX_S
from cavendish.wire.retry_after import retry_after

#: So many bytes of an answer are kept, to be shown to who looks for the fault.
ANSWER_BYTES: Final = 500
#: So long is what we quote of a header.
_QUOTED: Final = 300
_UNDER_LOAD: Final = (429, 502, 504)
_ASKS_TO_WAIT: Final = (429, 503)


class Verdict(NamedTuple):
    """What follows from one try."""

    delivered: bool = False
    status: int | None = None
    #: The first bytes, as text.
    answer: str = ""
    #: What went wrong, in a sentence.
    error: str | None = None
    #: It wants no more, ever.
    gone: bool = False
    #: It is under load, and says so.
    slow: bool = False
    #: It says nothing, and keeps a worker waiting.
    hangs: bool = False
    retry_after_s: float | None = None


def judge(reply: WebReply, now: float) -> Verdict:
    """What an answer means. An answer's end need not be waited for: its status says all."""
    status, answer = reply.status, _text(reply.head)
    if 200 <= status < 300:
        return Verdict(delivered=True, status=status, answer=answer)
    wait_s = retry_after({"date": formatdate(now, usegmt=True), **reply.headers}) if status in _ASKS_TO_WAIT else None
    return Verdict(
        status=status,
        answer=answer,
        error=_error(status, reply),
        gone=status == 410,
        slow=status in _UNDER_LOAD,
        retry_after_s=None if wait_s is None else min(wait_s, RETRY_AFTER_MAX_S),
    )


def no_answer(failure: CallFailed | AddressRefused) -> Verdict:
    """What it means that none came."""
    if isinstance(failure, AddressRefused):
        return Verdict(error=str(failure))
    seen = "; it may have seen the message" if failure.sent else ""
    words = _plain(f"{failure.kind.replace('_', ' ')}: {failure}{seen}")
    return Verdict(error=words, hangs=failure.kind == "timed_out")


def _error(status: int, reply: WebReply) -> str:
    if 300 <= status < 400:
        to = _plain(reply.headers.get("location", ""))[:_QUOTED] or "nowhere"
        return f"it answered {status} and pointed to {to}; redirects are not followed: change the URL"
    if status == 410:
        return "it answered 410: it wants no more"
    return f"it answered {status}"


def _text(head: bytes) -> str:
    return _plain(head[:ANSWER_BYTES].decode("utf-8", "replace"))


def _plain(words: str) -> str:
    """Without what would move a terminal's cursor, or is no text."""
    text = words.encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
