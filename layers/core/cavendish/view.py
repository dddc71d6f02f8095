"""The job as a caller sees it: the JSON of the contract."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cavendish.attempt import Attempt, position
from cavendish.job import Job
from cavendish.outcome import TABLE, Billed
from cavendish.plan import Next, Plan, Rule, follow

#: How long a picture's link works, in seconds.
LINK_EXPIRES_S = 900
#: What a caller should wait before it asks again, in seconds.
ASK_AGAIN_S = 2


def view(
    job: Job, attempts: list[Attempt], *, base_url: str, link: Callable[[str, str], str], now: float
) -> dict[str, Any]:
    """The whole job. `link` makes a URL out of an object key and a mime type."""
    made = [one for path in job.delivered for one in attempts if one.path == path]
    images = [_image(one, link, now) for one in made]
    return {
        "id": job.id,
        "status": job.status,
        "created_at": timestamp(job.created_at),
        "updated_at": timestamp(job.updated_at),
        "deadline_at": timestamp(job.deadline_at),
        "links": {"self": f"{base_url}/v1/jobs/{job.id}", "cancel": f"{base_url}/v1/jobs/{job.id}/cancel"},
        "requested": _requested(job),
        "downgraded": any(one.call.size != job.request.asked.tier for one in made),
        "fell_back": any(one.call.model != job.model for one in made),
        "delivered": _delivered(images),
        "images": images,
        "attempts": [_attempt(n, one, attempts, job.plan) for n, one in enumerate(attempts, 1)],
        "cost": _cost(attempts),
        "error": job.error.model_dump() if job.error else None,
    }


def timestamp(seconds: float) -> str:
    """RFC 3339, UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _requested(job: Job) -> dict[str, Any]:
    asked = job.request.model_dump(exclude={"prompt"})
    return {**asked, "aspect_ratio": job.request.ratio, "model": job.model, "route": job.route}


def _image(attempt: Attempt, link: Callable[[str, str], str], now: float) -> dict[str, Any]:
    image = attempt.result.image if attempt.result else None
    assert image is not None, "only made attempts are shown"
    return {
        "index": attempt.key.image,
        "url": link(image.object_key, image.mime),
        "expires_at": timestamp(now + LINK_EXPIRES_S),
        **image.model_dump(exclude={"object_key"}),
        "model": attempt.call.model,
        "route": attempt.call.route,
        "size": attempt.call.size,
    }


def _delivered(images: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not images:
        return None
    return {name: value for name, value in images[0].items() if name not in ("index", "url", "expires_at")}


def _attempt(n: int, attempt: Attempt, attempts: list[Attempt], plan: Plan | None) -> dict[str, Any]:
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
        "next": _next(attempt, attempts, plan),
    }


def _next(attempt: Attempt, attempts: list[Attempt], plan: Plan | None) -> str | None:
    """Why the next step, in words; None while the attempt runs."""
    if plan is None or attempt.report is None or attempt.ended_at is None:
        return None
    step = follow(plan, position(attempts, attempt), attempt.report, now=attempt.ended_at, chance=0.0)
    return _words(step, attempt, attempts, plan)


def _words(step: Next, attempt: Attempt, attempts: list[Attempt], plan: Plan) -> str:
    title = TABLE[attempt.report.outcome].title.lower() if attempt.report else ""
    if step.position is None:
        return "done" if step.rule is Rule.TAKE else f"end: {title}, and nothing is left to try"
    call = plan.at(step.position).call
    if step.rule is Rule.REPEAT:
        return f"repeat after {_wait(attempt, attempts)}: {title}"
    if step.rule is Rule.NEXT_ROUTE:
        return f"fall back to {call.model}: {title}"
    return f"lower to {call.size}: {title}, and no model is left at {attempt.call.size}"


def _wait(attempt: Attempt, attempts: list[Attempt]) -> str:
    """The wait as it was; while it lasts, only the workflow knows what its jitter made of it."""
    mine = [one for one in attempts if one.key.image == attempt.key.image and one.started_at > attempt.started_at]
    return f"{mine[0].waited_s} s" if mine else "a wait"


def _cost(attempts: list[Attempt]) -> dict[str, Any]:
    costs = [one.result.cost_usd for one in attempts if one.result]
    unsure = [one.possible_duplicate_usd for one in attempts]
    return {
        "total_usd": round(sum(costs), 6),
        "possible_duplicate_usd": round(sum(unsure), 6),
        "estimated": any(one.report is not None and one.report.billed is Billed.UNKNOWN for one in attempts),
    }
