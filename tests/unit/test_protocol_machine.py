"""Everything happens, in any order, twice and late, and workers die: what must hold, holds."""

import json
from collections import Counter
from contextlib import suppress
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cavendish.attempt import AttemptKey
from cavendish.errors import CallFailed, CallRefused, JobConflict
from cavendish.health.permits import SETTLES_S, Permit
from cavendish.job import Job, Status
from tests.builders import a_png, an_answer, an_error
from tests.fakes import FakeAnswer
from tests.steps import StepFunctions
from tests.world import Fate, Meanwhile, WorkerDied, World

T = TypeVar("T")
ANSWERS = {
    "ok": FakeAnswer(an_answer()),
    "wrong size": FakeAnswer(an_answer(a_png(100, 100))),
    "overloaded": FakeAnswer(json.dumps(an_error(503)).encode(), status=503),
    "throttled": FakeAnswer(json.dumps(an_error(429)).encode(), status=429),
    "refused": FakeAnswer(b'{"promptFeedback": {"blockReason": "SAFETY"}}'),
    "late": CallFailed("timed_out", sent=True, detail="late"),
    "unreachable": CallFailed("connection_lost", sent=False, detail="no"),
}
ANY = st.integers(0, 10**6)
#: How far back among the messages: mostly the newest one.
LATEST = st.sampled_from([0, 0, 0, 1, 2, 5])
DEATHS = st.none() | st.none() | st.integers(0, 30)


def latest(messages: list[T], which: int) -> T:
    return messages[-1 - which % len(messages)]


class Protocol(RuleBasedStateMachine):
    """A world where a rule is one thing that can happen."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.models = self.world.models
        self.steps = StepFunctions(self.world)
        self.ids: list[str] = []
        self.calls: Counter[AttemptKey] = Counter()
        self.ends: dict[str, Job] = {}

    @precondition(lambda self: len(self.ids) < 3)
    @rule(
        n=st.integers(1, 2),
        deadline_s=st.sampled_from([100, 3600, 86_400]),
        unknown_retries=st.integers(0, 3),
        lane=st.sampled_from(["interactive", "bulk"]),
    )
    def submit(self, **request: Any) -> None:
        self.ids.append(self.world.submit(**request).id)
        self.dispatch(0, None)

    @precondition(lambda self: len(self.ids) < 3)
    @rule(sent=st.booleans())
    def submit_and_no_more(self, sent: bool) -> None:
        self.world.queue.down = not sent
        self.ids.append(self.world.submit().id)
        self.world.queue.down = False

    @precondition(lambda self: self.world.queue.sent)
    @rule(which=LATEST, dies_at=DEATHS)
    def dispatch(self, which: int, dies_at: int | None) -> None:
        """A message of a job is delivered, perhaps not for the first time."""
        with suppress(WorkerDied):
            self.world.dispatch(latest(self.world.queue.sent, which), Fate(dies_at))
        self.steps.go_on()

    @precondition(lambda self: self.steps.due())
    @rule(which=LATEST, answer=st.sampled_from(sorted(ANSWERS)), dies_at=DEATHS)
    def attempt(self, which: int, answer: str, dies_at: int | None) -> None:
        """A message of an attempt is delivered, perhaps not for the first time."""
        message, before = latest(self.steps.due(), which), len(self.models.calls)
        self.models.answers = [ANSWERS[answer]]
        with suppress(WorkerDied, CallRefused, JobConflict):
            self.world.run(message, Fate(dies_at))
        self.calls[message.key] += len(self.models.calls) - before
        self.steps.go_on()

    @precondition(lambda self: self.steps.due())
    @rule(answer=st.sampled_from(sorted(ANSWERS)), cancelled=st.booleans())
    def slow_attempt(self, answer: str, cancelled: bool) -> None:
        """A worker is so slow that the watchdog gives it up before its model answers."""

        def meanwhile(*_: object) -> None:
            self.time_passes(1000)
            if cancelled:
                self.cancel(0)
            self.watchdog()

        self.world.models = Meanwhile(self.models, "send", meanwhile)
        self.attempt(0, answer, None)
        self.world.models = self.models

    @precondition(lambda self: self.steps.due())
    @rule(answers=st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=6))
    def good_times(self, answers: list[str]) -> None:
        """Attempts are delivered as they come, and no worker dies."""
        for answer in answers:
            self.world.clock.advance(5)
            if self.steps.due():
                self.attempt(0, answer, None)

    @precondition(lambda self: self.steps.due())
    @rule(which=LATEST, lasts_s=st.sampled_from([20, 700]))
    def no_permit_is_left(self, which: int, lasts_s: int) -> None:
        """A model throttled so often that it takes one call at once, and somebody makes that."""
        call, permits = latest(self.steps.due(), which).call, self.world.permits
        for _ in range(6):
            permits.throttled(Permit(route=call.route, model=call.model), self.world.clock.advance(SETTLES_S))
        now = self.world.clock()
        permits.take(call.route, call.model, "another", now=now, until=now + lasts_s)

    @rule(seconds=st.sampled_from([1, 31, 125, 1000]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule()
    def watchdog(self) -> None:
        assert self.world.sweep() == []
        self.steps.go_on()

    @precondition(lambda self: self.ids)
    @rule(which=ANY)
    def settle(self, which: int) -> None:
        """The rule on executions that ended, which may come late and twice."""
        job_id = self.ids[which % len(self.ids)]
        if job_id in self.world.workflow.started and not self.world.workflow.runs(job_id):
            self.world.settle(job_id)

    @precondition(lambda self: self.world.workflow.running)
    @rule(which=ANY)
    def abort(self, which: int) -> None:
        """An operator stops an execution, or Step Functions fails it."""
        running = sorted(self.world.workflow.running)
        self.world.workflow.stop(running[which % len(running)])

    @precondition(lambda self: self.ids)
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        with suppress(JobConflict):
            self.world.cancel(self.ids[which % len(self.ids)])

    @invariant()
    def a_terminal_state_never_changes(self) -> None:
        for job_id in self.ids:
            job = self.world.job(job_id)
            assert self.ends.setdefault(job_id, job) == job if job.ended else job_id not in self.ends

    @invariant()
    def an_attempt_is_called_at_most_once(self) -> None:
        assert max(self.calls.values(), default=0) <= 1

    @invariant()
    def a_deadline_counts_from_the_submit_or_in_bulk_from_the_first_call(self) -> None:
        for job_id in self.ids:
            job, lasts_s = self.world.job(job_id), self.world.job(job_id).request.waits_s
            calls = [one for one in self.world.jobs.attempts(job_id) if one.hold]
            assert job.attempted_at or job.deadline_at == job.created_at + lasts_s
            assert job.attempted_at is None or job.deadline_at == job.attempted_at + job.request.deadline_s
            assert bool(job.attempted_at) >= bool(calls and job.request.lane == "bulk")

    @invariant()
    def success_means_that_every_picture_is_in_the_bucket(self) -> None:
        for job in self.ends.values():
            made = {one.key.image for one in self.world.jobs.attempts(job.id) if one.made}
            stored = {one.key.object_key for one in self.world.jobs.attempts(job.id) if one.made}
            assert stored <= set(self.world.images.contents)
            assert job.status is not Status.SUCCEEDED or made == set(range(job.request.n))

    @invariant()
    def every_change_is_told_without_a_gap(self) -> None:
        for job_id in self.ids:
            told = [event.sequence for event in self.world.jobs.events if event.job_id == job_id]
            assert told == list(range(1, self.world.job(job_id).sequence + 1))

    def teardown(self) -> None:
        """The faults stop, and only the watchdog is left: every job that was acknowledged ends, and every attempt."""
        for _ in range(5):
            assert self.world.sweep(after_s=70_000) == []
        assert all(self.world.job(job_id).ended for job_id in self.ids)
        assert list(self.world.jobs.due(self.world.clock() + 10**6)) == []


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
