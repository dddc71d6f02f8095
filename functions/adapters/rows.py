"""The table's rows: a value as JSON in `doc`, beside the fields that keys, conditions and indexes ask for."""

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from cavendish.attempt import Attempt, AttemptKey
from cavendish.batch.event import BatchEvent
from cavendish.claim import Claim
from cavendish.job import Event, Job
from cavendish.tombstone import Tombstone
from cavendish.webhook.events import Notice
from cavendish.webhook.fact import Fact

#: The index of what is due is spread over this many partitions.
SHARDS: Final = 8
#: What is only to be deleted has partitions of its own, whose numbers stand behind this: it can wait.
OLD: Final = "old-"

#: So have attempts: whoever ends them is not to wait for jobs.
ATTEMPTS: Final = "attempt-"

JOB: Final = "JOB"
#: The status of a tombstone's row, which no job has.
DELETED: Final = "deleted"
ATTEMPT: Final = "ATTEMPT#"
CLAIM: Final = "CLAIM"

#: What events tell of, by their partitions.
_KINDS: Final[dict[str, type[Fact]]] = {"JOB": Event, "BATCH": BatchEvent, "ENDPOINT": Notice}


def text(value: str) -> dict[str, str]:
    return {"S": str(value)}


def number(value: float) -> dict[str, str]:
    return {"N": repr(value)}


def job_row(job: Job) -> dict[str, Any]:
    return {
        "pk": text(f"JOB#{job.id}"),
        "sk": text(JOB),
        "doc": text(job.model_dump_json()),
        "status": text(job.status),
        "sequence": number(job.sequence),
        "tenant": text(job.tenant),
        "lane": text(job.request.lane),
        **({"tags": {"SS": sorted(set(job.request.tags))}} if job.request.tags else {}),
        **({"kept_until": number(job.kept_until)} if job.kept_until is not None else {}),
        "deadline_at": number(job.deadline_at),
        "expires_at": number(int(job.expires_at)),
        **due_fields(job.id, job.due_at, OLD if job.ended else ""),
    }


def tombstone_row(tombstone: Tombstone) -> dict[str, Any]:
    """In its job's place. Without the fields by which a job is changed or listed, it is neither."""
    return {
        "pk": text(f"JOB#{tombstone.id}"),
        "sk": text(JOB),
        "doc": text(tombstone.model_dump_json()),
        "status": text(DELETED),
        "expires_at": number(int(tombstone.expires_at)),
        **due_fields(tombstone.id, tombstone.due_at, OLD),
    }


def claim_row(claim: Claim) -> dict[str, Any]:
    return {
        "pk": text(f"CLAIM#{claim.digest}"),
        "sk": text(CLAIM),
        "fingerprint": text(claim.fingerprint),
        "job_id": text(claim.job_id),
        "expires_at": number(int(claim.expires_at) + 1),
    }


def event_row(job: Job, event: Event) -> dict[str, Any]:
    return {
        "pk": text(f"JOB#{job.id}"),
        "sk": text(f"EVENT#{event.sequence:06}"),
        "doc": text(event.model_dump_json()),
        "type": text(event.type),
        "expires_at": number(int(job.expires_at)),
    }


def attempt_row(attempt: Attempt, places: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """`places` are the rows of the accounts that pay for it, by their keys."""
    return {
        "pk": text(f"JOB#{attempt.job_id}"),
        "sk": text(ATTEMPT + attempt.path),
        "doc": text(attempt.model_dump_json(exclude={"state", "tokens", "ended_at", "result"})),
        "state": text(attempt.state),
        **({"tokens": {"SS": list(attempt.tokens)}} if attempt.tokens else {}),
        **({"paid_from": {"L": [text("|".join(place)) for place in places]}} if places else {}),
        **({"result": text(attempt.result.model_dump_json())} if attempt.result else {}),
        **({"outcome": text(attempt.result.report.outcome)} if attempt.result else {}),
        **({"ended_at": number(attempt.ended_at)} if attempt.ended_at is not None else {}),
        "expires_at": number(int(attempt.expires_at)),
        **due_fields(attempt.job_id, attempt.due_at, ATTEMPTS),
    }


def read_job(row: dict[str, Any]) -> Job | None:
    return None if row["status"]["S"] == DELETED else Job.model_validate_json(row["doc"]["S"])


def read_tombstone(row: dict[str, Any]) -> Tombstone | None:
    return Tombstone.model_validate_json(row["doc"]["S"]) if row["status"]["S"] == DELETED else None


def read_attempt(row: dict[str, Any]) -> Attempt:
    return Attempt.model_validate(
        {
            **json.loads(row["doc"]["S"]),
            "state": row["state"]["S"],
            "tokens": sorted(row.get("tokens", {"SS": []})["SS"]),
            "ended_at": float(row["ended_at"]["N"]) if "ended_at" in row else None,
            "result": json.loads(row["result"]["S"]) if "result" in row else None,
        }
    )


def paid_from(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys of the accounts' rows that pay for an attempt; none, if an older version began it."""
    for place in row.get("paid_from", {"L": []})["L"]:
        pk, _, sk = place["S"].rpartition("|")
        yield pk, sk


def read_event(row: dict[str, Any]) -> Fact:
    """A row of the stream whose sort key begins with EVENT#."""
    return _KINDS[row["pk"]["S"].partition("#")[0]].model_validate_json(row["doc"]["S"])


def read_due(row: dict[str, Any]) -> AttemptKey | str:
    job_id, sk = row["pk"]["S"].removeprefix("JOB#"), row["sk"]["S"]
    return job_id if sk == JOB else AttemptKey.of(job_id, sk.removeprefix(ATTEMPT))


def due_fields(job_id: str, due_at: float | None, kind: str = "") -> dict[str, Any]:
    if due_at is None:
        return {}
    return {"due_shard": text(f"{kind}{zlib.crc32(job_id.encode()) % SHARDS}"), "due_at": number(due_at)}
