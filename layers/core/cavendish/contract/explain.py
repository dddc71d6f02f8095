"""Why the next step was taken, in words: what an attempt's `next` says."""

from cavendish.attempt import Attempt, position
from cavendish.job import Job, Status
from cavendish.ladder.plan import Next, Plan, Position, Rule, follow
from cavendish.outcome import TABLE, Outcome


def next_in_words(job: Job, attempt: Attempt, attempts: list[Attempt]) -> str | None:
    """What followed an attempt, or will, and why; None while the attempt runs."""
    if job.plan is None or attempt.report is None or attempt.ended_at is None:
        return None
    plan = job.plan.until(job.deadline_at)
    step = follow(plan, position(attempts, attempt), attempt.report, now=attempt.ended_at, chance=0.0)
    why = TABLE[attempt.report.outcome].title.lower()
    later = [one for one in attempts if one.key.image == attempt.key.image and one.path > attempt.path]
    if step.rule is Rule.TAKE:
        return "done" if attempt.report.outcome is Outcome.OK else f"done: {why}, and that is accepted"
    if job.ended and not later and (step.position is not None or job.status is Status.EXPIRED):
        return f"end: {why}, and {_ended(job)}"
    if step.position is None:
        return f"end: {why}, and nothing is left to try"
    return _words(step, job.plan, attempt, later[0] if later else None, why)


def _words(step: Next, plan: Plan, attempt: Attempt, later: Attempt | None, why: str) -> str:
    assert step.position is not None, "something follows"
    call = plan.at(step.position).call
    if step.rule is Rule.REPEAT:
        # While it waits, only the workflow knows what its jitter made of it.
        return f"repeat after {later.waited_s} s: {why}" if later else f"repeat after a wait: {why}"
    if step.rule is Rule.NEXT_ROUTE:
        here = plan.at(Position(attempt.key.step, attempt.key.route)).call
        # A model's last place (routing.py) may come next to its first, where money is left for no other.
        same = (here.route, here.model) == (call.route, call.model)
        return f"ask {call.model} once more: {why}" if same else f"fall back to {call.model}: {why}"
    return f"lower to {call.size}: {why}, and no model is left at {attempt.call.size}"


def _ended(job: Job) -> str:
    """Why nothing followed although something could have."""
    reasons = {Status.EXPIRED: "no time was left", Status.CANCELLED: "the job was cancelled"}
    return reasons.get(job.status, "the job had ended")
