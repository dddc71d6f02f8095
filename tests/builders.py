"""Values with good defaults: one function for each, whose keywords override them."""

import base64
import json
import struct
import zlib
from typing import Any

from cavendish.attempt import Attempt, AttemptKey, AttemptMessage, Result, State, begin
from cavendish.catalog.file import catalog
from cavendish.health.health import Sample
from cavendish.image.stored_image import StoredImage
from cavendish.job import Job, Status
from cavendish.ladder.build import build
from cavendish.ladder.lineup import lineup
from cavendish.ladder.plan import Call, Plan, PlannedRoute, Rule, Step
from cavendish.ladder.wait import Wait
from cavendish.money.budget import Hold
from cavendish.outcome import Outcome, Report, report
from cavendish.request import JobRequest
from cavendish.ulid import ulid

#: A Friday in January 2027, in seconds since the epoch.
NOW = 1_800_000_000.0
JOB_ID = ulid(NOW, bytes(10))
TENANT = "acme"
PRO, FLASH = "gemini-3-pro-image", "gemini-3.1-flash-image"

RULES = {
    Outcome.OK: Rule.TAKE,
    Outcome.OVERLOADED: Rule.REPEAT,
    Outcome.TIMED_OUT: Rule.REPEAT,
    Outcome.THROTTLED: Rule.NEXT_ROUTE,
    Outcome.WRONG_SIZE: Rule.LOWER,
    Outcome.BAD_REQUEST: Rule.FAIL,
}


def a_request(**fields: Any) -> JobRequest:
    return JobRequest.model_validate({"prompt": "a lighthouse at dusk", **fields})


def a_job(request: JobRequest | None = None, **fields: Any) -> Job:
    """A job that was just queued."""
    request = request or a_request()
    first = lineup(request, catalog()).choices[0]
    defaults: dict[str, Any] = {
        "id": JOB_ID,
        "tenant": TENANT,
        "status": Status.QUEUED,
        "sequence": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "looked_at": NOW,
        "deadline_at": NOW + request.waits_s,
        "model": first.model.id,
        "route": first.route,
    }
    return Job(request=request, **{**defaults, **fields})


def a_running_job(request: JobRequest | None = None, **fields: Any) -> Job:
    """A job with its plan, running."""
    job = a_job(request, **fields)
    return job.started(build(job.request, catalog(), deadline_at=job.deadline_at), job.updated_at)


def a_call(**fields: Any) -> Call:
    defaults = {"route": "gemini", "model": PRO, "size": "1K", "aspect_ratio": "1:1", "limit_s": 60}
    return Call.model_validate({**defaults, **fields})


def a_route(*, tries: int = 2, wait: Wait | None = None, rules: dict[Outcome, Rule] | None = None) -> PlannedRoute:
    return PlannedRoute(call=a_call(), tries=tries, wait=wait or Wait(base_s=1), rules=rules or RULES)


def a_step(*routes: PlannedRoute) -> Step:
    return Step(size="1K", routes=routes or (a_route(), a_route()))


def a_plan(*steps: Step, **fields: Any) -> Plan:
    """By default: two steps of two routes of two tries each."""
    defaults = {"policy": "test", "max_attempts": 30, "unknown_retries": 30, "deadline_at": NOW + 3600}
    return Plan.model_validate({"steps": steps or (a_step(), a_step()), **defaults, **fields})


def a_report(outcome: Outcome = Outcome.OK, **fields: Any) -> Report:
    return report(outcome, **fields)


def a_key(**fields: int) -> AttemptKey:
    return AttemptKey(JOB_ID, **{"image": 0, "step": 0, "route": 0, "try_": 0, **fields})


def a_message(key: AttemptKey | None = None, **fields: Any) -> AttemptMessage:
    key = key or a_key()
    place = {"job_id": key.job_id, "image": key.image, "step": key.step, "route": key.route, "try": key.try_}
    return AttemptMessage.model_validate(
        {"v": 1, **place, "call": a_call(), "waited_s": 0, "token": "token-1", **fields}
    )


def an_image(key: AttemptKey | None = None, **fields: Any) -> StoredImage:
    defaults = {"width": 1024, "height": 1024, "mime": "image/png", "bytes": 5, "sha256": "0" * 64}
    return StoredImage.model_validate({"object_key": (key or a_key()).object_key, **defaults, **fields})


def a_result(outcome: Outcome = Outcome.OK, **fields: Any) -> Result:
    """What a call brought; one that is ok brings a picture."""
    key = fields.pop("key", None)
    defaults = {"image": an_image(key), "cost_usd": 0.134} if outcome is Outcome.OK else {}
    return Result.model_validate({"report": a_report(outcome), **defaults, **fields})


def an_attempt(key: AttemptKey | None = None, **fields: Any) -> Attempt:
    """An attempt whose call has just begun."""
    return begin(a_message(key), 60, NOW).model_copy(update=fields)


def a_hold(amount: int = 150_000, *, tenant: str = TENANT, list_usd: float = 0.134) -> Hold:
    """What is set aside for a call of Pro at 1K."""
    return Hold(tenant=tenant, amount=amount, list_usd=list_usd)


def an_ended_attempt(outcome: Outcome = Outcome.OK, key: AttemptKey | None = None, **fields: Any) -> Attempt:
    """An attempt that ended ten seconds after it began, and of which the workflow has heard."""
    row = an_attempt(key, **{"state": State.REPORTED, **fields})
    return row.model_copy(update={"result": a_result(outcome, key=key), "ended_at": row.started_at + 10, **fields})


def a_sample(**fields: Any) -> Sample:
    """A call that brought its picture in ten seconds."""
    defaults = {"route": "gemini", "model": PRO, "size": "1K", "at": NOW, "outcome": Outcome.OK, "took_s": 10}
    return Sample.model_validate({**defaults, **fields})


def a_png(width: int = 1024, height: int = 1024) -> bytes:
    """A file that calls itself a PNG of this size; nobody looks at its pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"pixels")) + chunk(b"IEND", b"")


def an_answer(content: bytes | None = None, **fields: Any) -> bytes:
    """A model's answer that holds this picture, as JSON."""
    data = base64.b64encode(a_png() if content is None else content).decode()
    candidate = {
        "content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": data}}]},
        "finishReason": "STOP",
    }
    usage = {
        "promptTokenCount": 10,
        "candidatesTokenCount": 1120,
        "thoughtsTokenCount": 225,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    return json.dumps({"candidates": [candidate], "usageMetadata": usage, **fields}).encode()


def an_error(code: int, message: str = "no", *details: dict[str, Any]) -> dict[str, Any]:
    """Google's error envelope."""
    return {"error": {"code": code, "message": message, "status": "SOME_STATUS", "details": list(details)}}
