"""What is played: three jobs, how the models are told to answer them, and what must therefore become of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import httpx

from cavendish_client import JobView
from local.errors import CloudError

NANO, PRO = "gemini-nano-banana-2.1", "gemini-3-pro-image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that a model must get, its answer (see model_server/script.py), and the outcome that follows."""

    model: str
    size: str
    answer: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One job of the demo."""

    prompt: str
    title: str
    size: str
    aspect_ratio: str
    calls: tuple[Call, ...]
    #: Whether its end is told by a webhook.
    webhook: bool = False


ACTS = (
    Act(
        prompt="Sunset over the dunes",
        title="a plain success, told by a webhook",
        size="2K",
        aspect_ratio="1:1",
        calls=(Call(model=NANO, size="2K", answer="ok after=1.5s", outcome="ok"),),
        webhook=True,
    ),
    Act(
        prompt="Aurora over a lake with nobody there",
        title="a model that is throttled",
        size="2K",
        aspect_ratio="16:9",
        calls=(
            Call(model=NANO, size="2K", answer="429 retryDelay=20s after=1s", outcome="throttled"),
            Call(model=PRO, size="2K", answer="ok after=2.5s", outcome="ok"),
        ),
    ),
    Act(
        prompt="First snow on the far mountains",
        title="4K on a bad day",
        size="4K",
        aspect_ratio="3:2",
        calls=(
            Call(model=NANO, size="4K", answer="503 Retry-After=3s after=800ms", outcome="overloaded"),
            Call(model=NANO, size="4K", answer="503 after=800ms", outcome="overloaded"),
            Call(model=PRO, size="4K", answer="size=1K after=2s", outcome="wrong_size"),
            Call(model=NANO, size="2K", answer="ok after=1.5s", outcome="ok"),
        ),
    ),
)


def rehearse(models: str) -> None:
    """Tell the model server how it is to answer. Raises httpx.HTTPError."""
    for act in ACTS:
        for call in act.calls:
            script = {"match": act.prompt, "model": call.model, "answers": [call.answer]}
            httpx.post(f"{models}/_control/scripts", json=script, trust_env=False).raise_for_status()


def check(act: Act, job: JobView) -> None:
    """Raises CloudError for a job that did not go as it was planned."""
    hold(act.prompt, _compared(act, job))


def hold(title: str, compared: Mapping[str, tuple[str, str]]) -> None:
    """Raises CloudError for the first thing that was told otherwise than planned."""
    for what, (plan, told) in compared.items():
        if told != plan:
            raise CloudError(f"“{title}” did not go as planned: {what} should be “{plan}” and is “{told}”.")


def _compared(act: Act, job: JobView) -> dict[str, tuple[str, str]]:
    """What was planned, and what the API tells."""
    first, last = act.calls[0], act.calls[-1]
    calls = ", ".join(f"{call.model} {call.size} {call.outcome}" for call in act.calls)
    made = ", ".join(f"{one['model']} {one['size']} {one['outcome']}" for one in job["attempts"])
    told_steps = " ".join((one["next"] or "nothing").split()[0] for one in job["attempts"])
    return {
        "its status": ("succeeded", job["status"]),
        "its list of attempts": (calls, made),
        "the reasons for its steps": (" ".join([*_steps(act), "done"]), told_steps),
        "fell_back": (str(last.model != first.model), str(job["fell_back"])),
        "downgraded": (str(last.size != act.size), str(job["downgraded"])),
    }


def _steps(act: Act) -> Iterator[str]:
    """The first word of what the API says why the next attempt was made."""
    for one, after in pairwise(act.calls):
        if one.size != after.size:
            yield "lower"
        else:
            yield "repeat" if one.model == after.model else "fall"
