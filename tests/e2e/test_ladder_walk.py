"""The deployed workflow against plan.walk: the same outcomes lead to the same attempts.

The workflow's attempts come to a queue of this test's own, which answers each as chance will have it.
"""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import pytest

from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import AttemptError, RequestInvalid
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call, Plan, PlannedRoute, Rule, Step, Walked, follow, walk
from cavendish.ladder.policy import POLICIES
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.request import JobRequest
from cavendish.size import RATIOS, TIERS
from tests.e2e.cloud import WITHIN_S, Cloud
from tests.e2e.eventually import eventually

WALKS = 240
AT_ONCE = 50
RESPONDERS = 6
SEED = 20_261_120

#: How an attempt that fails without an outcome of its own counts.
FAILURES = {
    AttemptError.LOST: report(Outcome.LOST_WORKER),
    AttemptError.UNDELIVERABLE: report(Outcome.UNDELIVERABLE),
    AttemptError.EXPIRED: report(Outcome.EXPIRED),
}
#: What some policy or other goes on after; of what ends every walk there are fewer, so that walks get long.
GO_ON = [one for one in Outcome if any(p.rules[one] not in (Rule.TAKE, Rule.FAIL) for p in POLICIES.values())]
#: Seconds: none, fractions, whole ones, longer than any backoff, and longer than HURRIED leaves.
ASKED = (None, None, None, None, 0.5, 7, 41.2, 130, 600)
#: Seconds until the deadline: over before the first attempt, enough for all but the longest wait, and plenty.
PAST, HURRIED, FAR = -1, 500, 80_000

Answer = Report | AttemptError


class Heard(NamedTuple):
    """An attempt as its message told of it, and how it was answered."""

    message: dict[str, Any]
    report: Report
    at: float


@dataclass(frozen=True, slots=True)
class Journey:
    """One execution: its plan, and what was heard of it, by image."""

    job_id: str
    request: JobRequest
    plan: Plan
    heard: dict[int, list[Heard]] = field(default_factory=dict)

    def answer(self, image: int) -> Answer:
        """What the image's next attempt is answered; the same at every run."""
        random = Random(f"{self.job_id}/{image}/{len(self.heard[image])}")
        if random.random() < 0.12:
            return random.choice(list(FAILURES))
        outcome = random.choice(GO_ON if random.random() < 0.85 else list(Outcome))
        billed = random.choices(list(Billed), (5, 5, 2))[0]
        told = random.choice((PAST, HURRIED, FAR)) if random.random() < 0.1 else None
        return Report(
            outcome=outcome,
            billed=billed,
            retry_after_s=random.choice(ASKED),
            deadline_at=None if told is None else time.time() + told,
        )


def journey(number: int) -> Journey:
    random = Random(f"{SEED}/{number}")
    request, plan = any_plan(random)
    jitter = "full" if random.random() < 0.25 else "none"
    steps = tuple(changed_step(step, jitter, random) for step in plan.steps)
    max_attempts = random.choice((plan.max_attempts, plan.max_attempts, random.randint(1, 6)))
    changed = plan.model_copy(update={"steps": steps, "max_attempts": max_attempts})
    job_id = f"walk-{number:03}-{SEED}"
    return Journey(job_id, request, changed, {image: [] for image in range(request.n)})


def any_plan(random: Random) -> tuple[JobRequest, Plan]:
    while True:
        with suppress(RequestInvalid, ValueError):
            request = parse(json.dumps(any_request(random)).encode(), catalog())
            return request, build(request, catalog(), deadline_at=0)


def any_request(random: Random) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "model": random.choice([model.id for model in catalog().models.values()]),
        "unknown_retries": random.randint(0, 3),
        "aspect_ratio": random.choice(RATIOS),
        "accept": random.sample(["wrong_size", "wrong_model"], random.randint(1, 2)),
    }
    return {
        "prompt": "nobody reads this",
        "policy": random.choice(list(POLICIES)),
        "size": random.choice((*TIERS, "4K", "4K")),
        "n": random.choice((1, 1, 1, 2, 3)),
        "allow_downgrade": random.random() < 0.8,
        "allow_fallback": random.random() < 0.8,
        "on_refusal": random.choice(("fail", "fallback")),
        **{name: value for name, value in optional.items() if random.random() < 0.25},
    }


def changed_step(step: Step, jitter: str, random: Random) -> Step:
    return step.model_copy(update={"routes": tuple(changed_route(route, jitter, random) for route in step.routes)})


def changed_route(route: PlannedRoute, jitter: str, random: Random) -> PlannedRoute:
    """The same with or without jitter, and now and then without a rule: what has none must end the walk."""
    forgotten = random.choice(GO_ON) if random.random() < 0.1 else None
    rules = {outcome: rule for outcome, rule in route.rules.items() if outcome is not forgotten}
    wait = route.wait.model_copy(update={"jitter": jitter, "heeds_s": random.choice([None, 1.0])})
    special = {name: random.choice([None, None, 1, 2, 4]) for name in ("throttled_tries", "paid_tries")}
    return route.model_copy(update={"wait": wait, "rules": rules, **special})


def start(cloud: Cloud, journey: Journey, queue_url: str) -> None:
    """Start the workflow as dispatch does, but for the queue."""
    contents = {
        "job_id": journey.job_id,
        "tenant": "walkers",
        "queue_url": queue_url,
        "images": list(journey.heard),
        "plan": journey.plan.model_dump(mode="json"),
    }
    cloud.aws("stepfunctions").start_execution(
        stateMachineArn=cloud.outputs["Workflow"], name=journey.job_id, input=json.dumps(contents)
    )


def travel(cloud: Cloud, planned: Journey, queue_url: str) -> tuple[Journey, str]:
    """Start a walk and stay until its end; gives it with its deadline, and how its execution ended."""
    seconds = Random(planned.job_id).choice((PAST, HURRIED, HURRIED, FAR, FAR, FAR, FAR, FAR))
    journey = Journey(
        planned.job_id,
        planned.request,
        planned.plan.until(time.time() + seconds),
        planned.heard,
    )
    start(cloud, journey, queue_url)
    return journey, eventually(lambda: end_of(cloud, journey), WITHIN_S, every_s=0.5)


def end_of(cloud: Cloud, journey: Journey) -> str | None:
    status = cloud.execution_status(journey.job_id)
    return None if status == "RUNNING" else status


@contextmanager
def responders(cloud: Cloud, journeys: dict[str, Journey]) -> Iterator[str]:
    """A queue whose messages are answered as the journeys have it; gives its URL."""
    sqs, running = cloud.aws("sqs"), [True]
    queue_url = sqs.create_queue(QueueName=f"walk-{uuid.uuid4().hex}")["QueueUrl"]

    def respond() -> None:
        while running[0]:
            answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                hear(cloud, journeys, json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

    with ThreadPoolExecutor(RESPONDERS) as pool:
        done = [pool.submit(respond) for _ in range(RESPONDERS)]
        try:
            yield queue_url
        finally:
            running[0] = False
    for one in done:
        one.result()


def hear(cloud: Cloud, journeys: dict[str, Journey], message: dict[str, Any]) -> None:
    journey, image = journeys[message["job_id"]], message["image"]
    answer = journey.answer(image)
    heard = FAILURES[answer] if isinstance(answer, AttemptError) else answer
    journey.heard[image].append(Heard(message, heard, time.time()))
    send_answer(cloud, message["token"], answer)


def send_answer(cloud: Cloud, token: str, answer: Answer) -> None:
    workflow = cloud.aws("stepfunctions")
    if isinstance(answer, AttemptError):
        workflow.send_task_failure(taskToken=token, error=answer.value)
    else:
        workflow.send_task_success(taskToken=token, output=answer.model_dump_json())


Travelled = list[tuple[Journey, str]]


@pytest.fixture(scope="module")
def travelled(cloud: Cloud) -> Travelled:
    """Every journey with the end of its execution."""
    journeys = {one.job_id: one for one in map(journey, range(WALKS))}
    with responders(cloud, journeys) as queue_url, ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda planned: travel(cloud, planned, queue_url), journeys.values()))


def walked(journey: Journey, image: int) -> list[Walked]:
    """The walk over the same reports. One that goes on for longer than the workflow's did is cut after one more."""
    heard = iter([*journey.heard[image], Heard({}, report(Outcome.OK), time.time())])

    def attempt(_: Call, __: float) -> tuple[Report, float]:
        one = next(heard)
        return one.report, one.at

    return walk(journey.plan, attempt, now=0, chance=lambda: 0.0)


def each_image(travelled: Travelled) -> Iterator[tuple[Journey, int, list[Walked]]]:
    for journey, _ in travelled:
        for image in journey.heard:
            yield journey, image, walked(journey, image)


def position(heard: Heard) -> tuple[int, int, int]:
    return heard.message["step"], heard.message["route"], heard.message["try"]


def test_every_execution_ends_well_whatever_its_attempts_said(travelled: Travelled) -> None:
    assert Counter(end for _, end in travelled) == {"SUCCEEDED": WALKS}


def test_the_workflow_makes_the_attempts_that_the_walk_makes(travelled: Travelled) -> None:
    for journey, image, steps in each_image(travelled):
        made = [position(heard) for heard in journey.heard[image]]
        assert made == [(at.step, at.route, at.try_) for at, _, _ in steps], f"{journey.job_id}, image {image}"


def test_each_attempt_carries_its_call_as_it_was_planned(travelled: Travelled) -> None:
    for journey, image, steps in each_image(travelled):
        calls = [heard.message["call"] for heard in journey.heard[image]]
        assert calls == [journey.plan.at(step.position).call.model_dump(mode="json") for step in steps]


def test_the_workflow_waits_as_long_as_the_walk(travelled: Travelled) -> None:
    for journey, image, steps in each_image(travelled):
        waits = [heard.message["waited_s"] for heard in journey.heard[image]]
        least = [0, *(step.next.wait_s for step in steps[:-1])]
        most = [0, *(longest(journey.plan, step) for step in steps[:-1])]
        assert all(map(within, least, waits, most)), f"{journey.job_id}, image {image}: {least} <= {waits} <= {most}"


def within(least: int, waited: int, most: int) -> bool:
    return least <= waited <= most and isinstance(waited, int)


def longest(plan: Plan, step: Walked) -> int:
    """The wait that follows a step, if chance is at its worst."""
    if step.next.rule is not Rule.REPEAT:
        return 0
    return plan.at(step.position).wait.seconds(step.position.try_, 1.0, step.report.retry_after_s)


def test_an_execution_knows_of_no_prompt_and_of_no_job_row(travelled: Travelled) -> None:
    messages = [heard.message for journey, _ in travelled for image in journey.heard for heard in journey.heard[image]]
    fields = {"v", "job_id", "image", "step", "route", "try", "call", "waited_s", "token"}
    assert all(message.keys() == fields for message in messages)
    assert not any("nobody reads this" in json.dumps(message) for message in messages)


def stopped_by_time(journey: Journey, steps: list[Walked]) -> bool:
    """Whether the walk would have gone on, but for its deadline."""
    last = steps[-1]
    endless = journey.plan.until(float("inf"))
    return follow(endless, last.position, last.report, now=0, chance=0).position is not None


def told_of_the_end(journey: Journey, steps: list[Walked]) -> bool:
    """Whether it was a report's deadline, and not the plan's, that stopped the walk."""
    told = [step.report.deadline_at for step in steps if step.report.deadline_at is not None]
    return bool(told) and told[-1] < journey.plan.deadline_at and stopped_by_time(journey, steps)


def went_round(journey: Journey, step: Walked) -> bool:
    """Whether a repeat was due, but its wait was too long, so that the walk took another way."""
    here = journey.plan.at(step.position)
    due = here.rules.get(step.report.outcome) is Rule.REPEAT and step.position.try_ + 1 < here.tries
    return due and step.next.rule in (Rule.NEXT_ROUTE, Rule.LOWER)


def unknowns(steps: list[Walked]) -> int:
    return sum(step.report.billed is Billed.UNKNOWN for step in steps)


#: What the walks must have met, or they prove too little.
MET: dict[str, Callable[[Journey, list[Walked]], bool]] = {
    "a picture": lambda _, steps: steps[-1].next.rule is Rule.TAKE,
    "what is accepted": lambda _, steps: (
        steps[-1].next.rule is Rule.TAKE and steps[-1].report.outcome is not Outcome.OK
    ),
    "a repeat": lambda _, steps: any(step.next.rule is Rule.REPEAT for step in steps),
    "a fall back": lambda _, steps: any(step.next.rule is Rule.NEXT_ROUTE for step in steps),
    "a lower resolution": lambda _, steps: any(step.next.rule is Rule.LOWER for step in steps),
    "a third resolution": lambda _, steps: steps[-1].position.step == 2,
    "a fourth try": lambda _, steps: steps[-1].position.try_ == 3,
    "a missing rule": lambda plan, steps: steps[-1].report.outcome not in plan.plan.at(steps[-1].position).rules,
    "attempts all used": lambda journey, steps: len(steps) == journey.plan.max_attempts,
    "too much that is unknown": lambda journey, steps: unknowns(steps) > journey.plan.unknown_retries,
    "a deadline that passed": lambda journey, steps: len(steps) == 1 and stopped_by_time(journey, steps),
    "a deadline of which a report told": told_of_the_end,
    "another way round a wait": lambda journey, steps: any(went_round(journey, step) for step in steps),
    "no time left to wait": lambda journey, steps: len(steps) > 1 and stopped_by_time(journey, steps),
}


@pytest.mark.parametrize("what", MET)
def test_the_walks_have_met(travelled: Travelled, what: str) -> None:
    assert any(MET[what](journey, steps) for journey, _, steps in each_image(travelled))


def test_the_walks_have_met_every_outcome(travelled: Travelled) -> None:
    assert {step.report.outcome for _, _, steps in each_image(travelled) for step in steps} == set(Outcome)


def test_jitter_spreads_the_waits(travelled: Travelled) -> None:
    waits = [
        (step.next.wait_s, heard.message["waited_s"])
        for journey, image, steps in each_image(travelled)
        for step, heard in zip(steps[:-1], journey.heard[image][1:], strict=True)
        if journey.plan.at(step.position).wait.jitter == "full" and step.next.rule is Rule.REPEAT
    ]
    assert sum(waited > least for least, waited in waits) > 5
