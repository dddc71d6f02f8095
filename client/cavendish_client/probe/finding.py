"""What came of a call of a probe, and what that says about its route."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from cavendish_client.client import JobView
from cavendish_client.probe.asks import Ask

#: Two shapes are the same up to this difference of their ratios: providers' own tables differ by as much.
_SAME_SHAPE: Final = 0.03
#: The next size has four times the pixels of the one before; what is nearer than half of it is not another size.
_ANOTHER_SIZE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One call, with what it brought. `got`, `mime` and `answered_by` are None where no picture came."""

    ask: Ask
    job_id: str
    got: str | None
    mime: str | None
    answered_by: str | None
    seconds: float | None
    cost_usd: float
    #: The cost is a list price, or may not be owed at all.
    estimated: bool
    outcome: str
    verdict: str

    @property
    def honours(self) -> bool:
        return self.outcome == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Flat, with the question before the answer."""
        fields = asdict(self)
        return {**fields.pop("ask"), **fields, "honours": self.honours}


def finding(ask: Ask, job: JobView) -> Finding:
    """Read it out of the job, when that has ended."""
    attempt = job["attempts"][0] if job["attempts"] else {}
    picture = job["delivered"] or {}
    error = job["error"] or {}
    got = f"{picture['width']}x{picture['height']}" if picture else None
    outcome = attempt.get("outcome") or error.get("code") or job["status"]
    said = attempt.get("detail") or error.get("detail") or job["status"]
    return Finding(
        ask=ask,
        job_id=job["id"],
        got=got,
        mime=picture.get("mime"),
        answered_by=picture.get("model"),
        seconds=_seconds(attempt),
        cost_usd=job["cost"]["total_usd"],
        estimated=job["cost"]["estimated"],
        outcome=outcome,
        verdict=_verdict(ask, outcome, said, got),
    )


def _verdict(ask: Ask, outcome: str, said: str, got: str | None) -> str:
    if outcome == "ok":
        return "honours size and ratio" if ask.tells_the_ratio else "honours size; has no ratio but 1:1"
    if outcome == "wrong_size" and got:
        return f"gave {got}: {_ignored(ask.expected, got)}"
    return f"{outcome}: {said}"


def _ignored(expected: str, got: str) -> str:
    (width, height), (made_width, made_height) = _pixels(expected), _pixels(got)
    shape = _apart(width / height, made_width / made_height) > 1 + _SAME_SHAPE
    size = _apart(width * height, made_width * made_height) > _ANOTHER_SIZE
    if shape and size:
        return "ignores size and ratio"
    if shape:
        return "ignores ratio"
    return "ignores size" if size else "not the size that was asked for"


def _pixels(written: str) -> tuple[int, int]:
    width, height = written.split("x")
    return int(width), int(height)


def _apart(one: float, other: float) -> float:
    return max(one, other) / min(one, other)


def _seconds(attempt: dict[str, Any]) -> float | None:
    if not attempt.get("ended_at"):
        return None
    began, ended = (datetime.fromisoformat(attempt[name]) for name in ("started_at", "ended_at"))
    return round((ended - began).total_seconds(), 3)
