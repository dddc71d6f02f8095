"""What AWS limits, computed at its largest: inputs, rows, answers and histories."""

import json
from datetime import date
from itertools import product
from typing import Any, Final

import pytest

from adapters.rows import attempt_row, job_row
from adapters.state_machine import StateMachine
from cavendish.attempt import Attempt, AttemptKey, Result, State
from cavendish.catalog.file import catalog
from cavendish.contract.body import KEPT_MAX_BYTES
from cavendish.contract.fit import parse
from cavendish.contract.view import view
from cavendish.errors import RequestTooLarge
from cavendish.image.image import Measured
from cavendish.image.stored_image import StoredImage
from cavendish.job import Job, Status
from cavendish.ladder.build import build
from cavendish.ladder.history import EVENTS_PER_ATTEMPT, MAX_EVENTS, events
from cavendish.ladder.policy import POLICIES
from cavendish.ladder.wait import Wait
from cavendish.money.price import Priced, Usage
from cavendish.outcome import WORDS_MAX, Outcome, report
from cavendish.pipeline.settle import conclude
from cavendish.request import PROMPT_MAX, JobRequest
from cavendish.size import TIERS
from cavendish.wire import gemini
from tests.template.asl import evaluated, expressions, ladder, nexts
from tests.template.resources import most

KIB: Final = 1024
STATE_INPUT_MAX: Final = 256 * KIB
ROW_MAX: Final = 400 * KIB
ANSWER_MAX: Final = 6 * KIB * KIB
#: Four bytes as UTF-8, twelve where JSON is kept to ASCII.
FACE: Final = "\N{GRINNING FACE}"
#: What models and callers may write where nothing limits them.
ENDLESS: Final = "x" * 500 * KIB


class Recorder:
    """Step Functions' client, as far as it is needed to see an execution's input."""

    def start_execution(self, **arguments: str) -> None:
        self.input = arguments["input"]


def largest_request(**more: Any) -> JobRequest:
    wide = {"n": most("n"), "tags": [FACE * 64] * 20, "deadline_s": most("deadline_s")}
    return JobRequest.model_validate({"prompt": FACE * PROMPT_MAX, **wide, **more})


def job(request: JobRequest) -> Job:
    plan = build(request, catalog(), deadline_at=1e10)
    call = plan.first
    times = dict.fromkeys(("created_at", "updated_at", "deadline_at", "looked_at"), 1e9 + 0.123456)
    named = {"id": "0" * 26, "tenant": "t" * 64, "model": call.model, "route": call.route}
    return Job(**named, **times, status=Status.RUNNING, sequence=1, request=request, plan=plan)


def largest_job(policy: str) -> Job:
    """Of all sizes the one with the longest plan."""
    sizes = [size for size in TIERS if size in POLICIES[policy].terms["pro"]]
    jobs = [job(largest_request(policy=policy, size=size, on_refusal="fallback")) for size in sizes]
    return max(jobs, key=lambda one: len(one.model_dump_json()))


def attempt(of: Job, key: tuple[int, int], result: Result) -> Attempt:
    assert of.plan
    image, try_ = key
    times = {"started_at": 1e9 + try_, "lease_until": 1e9, "ended_at": 1e9 + try_}
    path = AttemptKey(of.id, image, 0, 0, try_).path
    call = of.plan.first
    token = {"tokens": ("t" * 1024,) * 5, "waited_s": 900}
    return Attempt(job_id=of.id, path=path, state=State.ENDED, call=call, **token, **times, result=result)


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize("policy", POLICIES)
def test_the_input_of_an_execution_fits_and_holds_no_prompt(policy: str) -> None:
    client = Recorder()
    lanes = dict.fromkeys(("interactive", "bulk"), "https://queue/" + "q" * 200)

    StateMachine(client, "arn", lanes).start(largest_job(policy))

    assert len(client.input.encode()) < STATE_INPUT_MAX
    assert "prompt" not in client.input
    assert json.dumps(FACE).strip('"') not in client.input


@pytest.mark.parametrize("policy", POLICIES)
def test_the_row_of_a_job_fits(policy: str) -> None:
    assert size(job_row(largest_job(policy))) < ROW_MAX


def test_the_row_of_the_largest_request_fits() -> None:
    body = json.dumps({"prompt": "a lighthouse", "metadata": {"notes": "x" * (KEPT_MAX_BYTES - 1000)}}).encode()

    assert size(job_row(job(parse(body, catalog())))) < ROW_MAX


def test_a_request_that_is_small_when_read_and_large_when_kept_is_refused() -> None:
    body = f'{{"prompt": "a lighthouse", "metadata": {{"numbers": [{",".join(["1e15"] * 50_000)}]}}}}'.encode()

    with pytest.raises(RequestTooLarge):
        parse(body, catalog())


@pytest.mark.parametrize(
    "answer",
    [
        {"candidates": [{"content": {"parts": [{"text": ENDLESS}]}}]},
        {"candidates": [{"finishReason": "NO_IMAGE", "finishMessage": ENDLESS}]},
        {"promptFeedback": {"blockReason": ENDLESS}},
    ],
    ids=["note", "finishMessage", "blockReason"],
)
def test_whatever_the_model_says_fits_into_the_attempts_row_and_report(answer: dict[str, Any]) -> None:
    reading = gemini.read(200, {}, answer)
    assert reading.report
    result = Result(report=reading.report, note=reading.note)
    row = attempt_row(attempt(largest_job("cavendish"), (0, 0), result))

    assert size({**row, "result": {"S": result.model_dump_json()}}) < ROW_MAX
    assert size(reading.report.model_dump(mode="json")) < STATE_INPUT_MAX


def test_the_largest_answer_fits() -> None:
    policy = max(POLICIES.values(), key=lambda one: one.max_attempts)
    of = largest_job(policy.name)
    attempts = [
        attempt(of, key, largest_result(of, *key)) for key in product(range(most("n")), range(policy.max_attempts))
    ]

    ended = conclude(of, attempts, 1e9)
    body = view(ended, attempts, base_url="https://" + "h" * 250, link=lambda *_: "https://" + "u" * 4096, now=1e9)

    assert len(body["images"]) == most("n")
    assert len(body["attempts"]) == most("n") * policy.max_attempts
    answer = json.dumps({"body": json.dumps(body, ensure_ascii=False)})
    assert len(answer) + 2 * KEPT_MAX_BYTES < ANSWER_MAX, "the caller's metadata come on top, each quote as two bytes"


def largest_result(of: Job, image: int, try_: int) -> Result:
    key = AttemptKey(of.id, image, 0, 0, try_)
    stored = StoredImage.of(key.object_key, Measured(mime="image/jpeg", width=12_288, height=12_288), 10**9, "f" * 64)
    timings = dict.fromkeys(("connect", "upstream", "download", "decode", "store"), 123.4567)
    return Result(
        report=report(Outcome.OK, detail=FACE * WORDS_MAX),
        image=stored,
        cost_usd=0.123456,
        priced=Priced(by="provider", source="nanobananaapi-docs", as_of=date(2026, 11, 20)),
        usage=Usage(text_in=128_000, image_in=128_000, text_out=128_000, thought=128_000, image_out=128_000),
        timings=timings,
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_makes_a_history_too_long(policy: str) -> None:
    plan = largest_job(policy).plan

    assert plan
    assert events(plan, most("n")) <= MAX_EVENTS


def test_a_plan_whose_history_could_be_too_long_is_refused() -> None:
    request = largest_request(policy="s2-reliability")
    beyond = MAX_EVENTS // (POLICIES["s2-reliability"].max_attempts * EVENTS_PER_ATTEMPT) + 1

    with pytest.raises(ValueError, match="too long a history"):
        build(request.model_copy(update={"n": beyond}), catalog(), deadline_at=1e10)


@pytest.mark.parametrize("asked", [None, 0.2, 61, 7.5])
@pytest.mark.parametrize("jitter", ["none", "full"])
def test_a_wait_is_a_whole_number_of_seconds(definition: dict[str, Any], jitter: Any, asked: float | None) -> None:
    (seconds,) = expressions(ladder(definition)["Wait"]["Seconds"])
    (wait_s,) = expressions(ladder(definition)["Weigh the outcome"]["Assign"]["wait_s"])
    wait = Wait(base_s=0.3, factor=1.7, floor_s=0.1, cap_s=40.5, jitter=jitter)
    known = {"plan": {"steps": [{"routes": [{"wait": wait.model_dump()}]}]}, "step": 0, "route": 0, "try": 2}

    waited = evaluated(wait_s, **known, report={"retry_after_s": asked})

    assert seconds == "$wait_s"
    assert isinstance(waited, int)
    assert wait.seconds(2, 0.0, asked) <= waited <= wait.seconds(2, 1.0, asked)


def test_an_attempt_adds_no_more_events_than_the_plan_counts(definition: dict[str, Any]) -> None:
    """Two for each state on the longest way round, four more for a task: scheduled, started, submitted, succeeded."""
    round_trip = ["Make attempt", "Weigh the outcome", "What follows", "Wait"]
    inside = ladder(definition)
    for state, after in zip(round_trip, [*round_trip[1:], round_trip[0]], strict=True):
        assert after in nexts(inside[state])

    assert len(inside) == len(round_trip) + len(
        ["Start at the top", "Fall back to the next model", "Lower the resolution", "Image made", "Give up"]
    )
    assert 2 * len(round_trip) + 4 <= EVENTS_PER_ATTEMPT
