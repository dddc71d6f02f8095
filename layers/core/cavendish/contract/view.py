"""The job as a caller sees it: the JSON of the contract."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cavendish.attempt import Attempt
from cavendish.contract.explain import next_in_words
from cavendish.job import Job
from cavendish.made import Cost, delivered, downgraded, maker, picture, size

#: How long a picture's link works, in seconds.
LINK_EXPIRES_S = 900


def view(
    job: Job, attempts: list[Attempt], *, base_url: str, link: Callable[[str, str], str], now: float
) -> dict[str, Any]:
    """The whole job. `link` makes a URL out of an object key and a mime type."""
    made = delivered(job, attempts)
    images = [_image(one, link, now) for one in made]
    return {
        **_head(job, base_url),
        "downgraded": any(downgraded(one, job.request.asked.tier) for one in made),
        "fell_back": any(maker(one) != job.model for one in made),
        "delivered": _delivered(images),
        "images": images,
        "attempts": [_attempt(n, job, one, attempts) for n, one in enumerate(attempts, 1)],
        "skipped": [one.model_dump() for one in job.plan.skipped] if job.plan else [],
        "cost": Cost.of(attempts).model_dump(),
        "error": job.error.model_dump() if job.error else None,
    }


def brief(job: Job, *, base_url: str) -> dict[str, Any]:
    """The job as a list shows it: what its own row knows, nothing that its attempts would have to be read for."""
    return {**_head(job, base_url), "error": job.error.model_dump() if job.error else None}


def etag(job: Job, attempts: list[Attempt]) -> str:
    """Another one whenever a caller is shown something else; links, which are fresh at each reading, do not count."""
    shown = view(job, attempts, base_url="", link=lambda *_: "", now=0)
    return f'W/"{hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]}"'


def timestamp(seconds: float) -> str:
    """RFC 3339, UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _head(job: Job, base_url: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "created_at": timestamp(job.created_at),
        "updated_at": timestamp(job.updated_at),
        "deadline_at": timestamp(job.deadline_at),
        "starts_at": None if job.starts_at is None else timestamp(job.starts_at),
        "links": {"self": f"{base_url}/v1/jobs/{job.id}", "cancel": f"{base_url}/v1/jobs/{job.id}/cancel"},
        "requested": _requested(job),
    }


def _requested(job: Job) -> dict[str, Any]:
    asked = job.request.model_dump(exclude={"prompt"})
    effective = {"aspect_ratio": job.request.ratio, "thinking": job.request.level}
    return {**asked, **effective, "model": job.model, "route": job.route}


def _image(attempt: Attempt, link: Callable[[str, str], str], now: float) -> dict[str, Any]:
    image = picture(attempt)
    return {
        "index": attempt.key.image,
        "url": link(image.object_key, image.mime),
        "expires_at": timestamp(now + LINK_EXPIRES_S),
        **image.model_dump(exclude={"object_key"}),
        "model": maker(attempt),
        "route": attempt.call.route,
        "size": size(attempt),
    }


def _delivered(images: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not images:
        return None
    return {name: value for name, value in images[0].items() if name not in ("index", "url", "expires_at")}


def _attempt(n: int, job: Job, attempt: Attempt, attempts: list[Attempt]) -> dict[str, Any]:
    result = attempt.result
    return {
        "n": n,
        "image": attempt.key.image,
        "model": attempt.call.model,
        "route": attempt.call.route,
        "size": attempt.call.size,
        "outcome": result.report.outcome if result else None,
        "detail": result.report.detail if result else None,
        "billed": result.report.billed if result else None,
        "started_at": timestamp(attempt.started_at),
        "ended_at": timestamp(attempt.ended_at) if attempt.ended_at else None,
        "waited_s": attempt.waited_s,
        "timings": result.timings if result else {},
        "cost_usd": result.cost_usd if result else 0.0,
        "usage": result.usage.model_dump() if result and result.usage else None,
        "priced": result.priced.model_dump(mode="json") if result and result.priced else None,
        "note": result.note if result else None,
        "next": next_in_words(job, attempt, attempts),
    }
