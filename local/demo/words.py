"""A job in words. Whatever is said here comes from the API's answer; nothing is guessed."""

from datetime import UTC, datetime
from typing import Any

from cavendish_client import JobView
from cavendish_client.client import TERMINAL


def ended(job: JobView) -> bool:
    return job["status"] in TERMINAL


def begun(job: JobView) -> bool:
    return bool(job["attempts"]) or ended(job)


def elapsed(job: JobView) -> float:
    """Seconds since the job was accepted, until it ended."""
    return between(job["created_at"], job["updated_at"] if ended(job) else None)


def took(attempt: dict[str, Any]) -> float:
    """Seconds of an attempt; so far, while it runs."""
    return between(attempt["started_at"], attempt["ended_at"])


def doing(job: JobView) -> str:
    """Where the job stands, for a display that is rewritten."""
    if not job["attempts"]:
        return "no attempt yet"
    last = job["attempts"][-1]
    said = f"attempt {last['n']}  {last['size']}  {last['model']}"
    return f"{said}  {last['outcome'] or 'calling'} {took(last):.1f} s"


def why(job: JobView) -> str:
    """Why the latest step was made."""
    return next((one["next"] for one in reversed(job["attempts"]) if one["next"]), "")


def facts(job: JobView) -> list[str]:
    """All that happened so far, oldest first. The list only grows, for a display that is not rewritten."""
    said = []
    for one in job["attempts"]:
        said.append(f"attempt {one['n']}: {one['model']} is asked for {one['size']}")
        if one["next"]:
            said.append(f"attempt {one['n']}: {one['outcome']} after {took(one):.1f} s; {one['next']}")
    if ended(job):
        said.append(f"{job['status']} after {elapsed(job):.1f} s")
    return said


def marks(job: JobView) -> str:
    """How what was delivered differs from what was asked."""
    got = job["delivered"] or {}
    fell_back = f"; fell back to {got['model']}" if job["fell_back"] and got else ""
    return fell_back + (f"; lowered to {got['size']}" if job["downgraded"] and got else "")


def cost(job: JobView) -> str:
    return usd(job["cost"]["total_usd"], job["cost"]["possible_duplicate_usd"])


def usd(total: float, twice: float) -> str:
    return f"${total:.4f}" + (f", of which ${twice:.4f} perhaps for nothing" if twice else "")


def between(start: str, end: str | None) -> float:
    """Seconds from one to the other; from one to now, where there is no other yet."""
    until = datetime.fromisoformat(end) if end else datetime.now(UTC)
    return max(0.0, (until - datetime.fromisoformat(start)).total_seconds())
