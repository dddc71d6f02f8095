"""The ports in memory: the same conditions and errors as the real adapters, held to it by the same tests."""

import base64
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from cavendish.attempt import Attempt, AttemptKey, AttemptMessage, Result, State
from cavendish.claim import Claim
from cavendish.contract.listing import JobQuery, Page
from cavendish.credential import Credential
from cavendish.errors import (
    AddressRefused,
    AttemptError,
    CallFailed,
    CallRefused,
    Claimed,
    JobConflict,
    SendFailed,
    WorkflowClosed,
)
from cavendish.health.doors import Closure, Keyed
from cavendish.health.health import (
    COARSE_S,
    KEPT_S,
    OUTAGE_CALLS,
    OVERCOME,
    STREAK,
    Sample,
    Window,
    window_at,
    window_length,
)
from cavendish.health.permits import Concurrency, Permit, lease, shards
from cavendish.image.image import extension
from cavendish.job import Event, Job, Status
from cavendish.ladder.plan import Plan
from cavendish.money.money import micros
from cavendish.outbound import WebReply
from cavendish.outcome import Outcome, Report
from cavendish.size import Tier
from cavendish.stats.tally import Kind, Sum, Tally
from cavendish.tombstone import Tombstone
from cavendish.web.web_address import MAX_REDIRECTS, parse
from cavendish.wire import WireRequest
from tests.fake_accounts import FakeAccounts


class FakeJobs:
    """The ports Jobs, Tombstones and JobList. Keeps JSON, like the table: what does not survive it is lost here too."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.claims: dict[str, Claim] = {}
        #: Of each batch: how many of its jobs have ended with which status, and what they cost.
        self.counted: dict[str, Counter[str]] = {}
        self._jobs: dict[str, str] = {}
        self._attempts: dict[AttemptKey, str] = {}
        self._tombstones: dict[str, str] = {}
        self.accounts = FakeAccounts()

    def add(self, job: Job, event: Event, claims: Sequence[Claim] = ()) -> None:
        for claim in claims:
            self._raise_if_claimed(claim, job.created_at)
        if job.id in self._jobs:
            raise JobConflict(f"job {job.id} exists")
        self.claims |= {claim.digest: claim for claim in claims}
        self._write(job, event)

    def check(self, claims: Sequence[Claim], now: float) -> None:
        for claim in claims:
            self._raise_if_claimed(claim, now)

    def claim(self, claim: Claim, now: float) -> None:
        self._raise_if_claimed(claim, now)
        self.claims[claim.digest] = claim

    def _raise_if_claimed(self, claim: Claim, now: float) -> None:
        held = self.claims.get(claim.digest)
        if held is not None and held.expires_at > now:
            raise Claimed(held.digest, held.fingerprint, held.job_id)

    def get(self, job_id: str) -> Job | None:
        document = self._jobs.get(job_id)
        return Job.model_validate_json(document) if document else None

    def several(self, job_ids: Sequence[str]) -> dict[str, Job]:
        return {job_id: job for job_id in job_ids if (job := self.get(job_id))}

    def save(self, before: Job, after: Job, event: Event | None = None, *, spent: int = 0) -> None:
        current = self.get(before.id)
        if current is None or current.sequence != before.sequence:
            raise JobConflict(f"job {before.id} was changed by somebody else")
        self._write(after, event)
        if after.item and after.ended and not before.ended:
            counted = self.counted.setdefault(after.item.batch_id, Counter())
            counted.update({after.status: 1, "spent": spent})

    def attempts(self, job_id: str, image: int | None = None) -> list[Attempt]:
        own = [self._row(key) for key in self._attempts if key.job_id == job_id and image in (None, key.image)]
        return sorted(own, key=lambda one: (one.started_at, one.path))

    def begin(self, attempt: Attempt, now: float, max_cost: int | None = None) -> None:
        job = self.get(attempt.job_id)
        may_call = job is not None and job.status in (Status.QUEUED, Status.RUNNING) and job.deadline_at > now
        if not may_call or attempt.key in self._attempts:
            raise CallRefused(f"attempt {attempt.path} may not call")
        if attempt.hold:
            self.accounts.check(attempt, attempt.hold, max_cost)
            self.accounts.change(attempt, reserved=attempt.hold.amount)
        self._keep(attempt)

    def ask_again(self, key: AttemptKey, token: str) -> Attempt:
        tokens = dict.fromkeys((*self._row(key).tokens, token)) if key in self._attempts else ()
        return self._change(key, tokens=tuple(tokens))

    def end(self, key: AttemptKey, result: Result, now: float, *, lost: bool = False) -> Attempt | None:
        row = self._row(key) if key in self._attempts else None
        if row is not None and row.state is State.CALLING:
            held = row.hold.amount if row.hold else 0
            self.accounts.change(row, spent=micros(result.cost_usd), reserved=-held)
            return self._change(key, state=State.LOST if lost else State.ENDED, result=result, ended_at=now)
        if row is not None and result.image and row.report and row.report.outcome is Outcome.LOST_WORKER:
            before = micros(row.result.cost_usd) if row.result else 0
            self.accounts.change(row, spent=micros(result.cost_usd) - before)
            self._change(key, result=result)
        return None

    def reported(self, key: AttemptKey) -> None:
        if key in self._attempts and self._row(key).state is State.CALLING:
            raise CallRefused(f"attempt {key.path} is calling")
        self._change(key, state=State.REPORTED)

    def due(self, now: float) -> Iterator[AttemptKey | str]:
        attempts = [self._row(key) for key in self._attempts]
        jobs = [one for one in self._all() if not one.ended]
        yield from [one.key for one in attempts if one.due_at is not None and one.due_at <= now]
        yield from [one.id for one in jobs if one.due_at is not None and one.due_at <= now]

    def outdated(self, now: float, most: int) -> Iterator[str]:
        jobs = [one.id for one in self._all() if one.ended and one.outdated(now)]
        buried = [one.id for one in self._buried() if one.due_at is not None and one.due_at <= now]
        yield from (jobs + buried)[:most]

    def bury(self, job: Job, tombstone: Tombstone) -> None:
        current = self.get(job.id)
        if current is None or current.sequence != job.sequence:
            raise JobConflict(f"job {job.id} was changed by somebody else")
        del self._jobs[job.id]
        self._tombstones[job.id] = tombstone.model_dump_json()

    def tombstone(self, job_id: str) -> Tombstone | None:
        document = self._tombstones.get(job_id)
        return Tombstone.model_validate_json(document) if document else None

    def clear(self, job_id: str) -> None:
        self._attempts = {key: row for key, row in self._attempts.items() if key.job_id != job_id}
        self.accounts.forget(job_id)
        self.events = [one for one in self.events if one.job_id != job_id]

    def keep(self, tombstone: Tombstone) -> None:
        self._tombstones[tombstone.id] = tombstone.model_dump_json()

    def page(self, tenant: str, query: JobQuery, now: float) -> Page:
        mine = [one for one in self._all() if one.tenant == tenant and query.wants(one, now)]
        older = [one for one in mine if query.after is None or one.id < query.after]
        jobs = sorted(older, key=lambda one: one.id, reverse=True)[: query.limit]
        return Page(jobs, jobs[-1].id if len(older) > query.limit else None)

    def jobs(self) -> list[Job]:
        return self._all()

    def _all(self) -> list[Job]:
        return [Job.model_validate_json(document) for document in self._jobs.values()]

    def _buried(self) -> list[Tombstone]:
        return [Tombstone.model_validate_json(document) for document in self._tombstones.values()]

    def _write(self, job: Job, event: Event | None) -> None:
        if event and any((one.job_id, one.sequence) == (event.job_id, event.sequence) for one in self.events):
            raise JobConflict(f"event {event.sequence} of job {job.id} exists")
        self._jobs[job.id] = job.model_dump_json()
        self.events += [event] if event else []

    def _row(self, key: AttemptKey) -> Attempt:
        return Attempt.model_validate_json(self._attempts[key])

    def _change(self, key: AttemptKey, **changes: Any) -> Attempt:
        if key not in self._attempts:
            raise CallRefused(f"attempt {key.path} does not exist")
        return self._keep(self._row(key).model_copy(update=changes))

    def _keep(self, attempt: Attempt) -> Attempt:
        self._attempts[attempt.key] = attempt.model_dump_json()
        return attempt


class FakeMeasurements:
    """The port Measurements. Keeps counters, like the table."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._windows: dict[tuple[str, str, str, int, int], Counter[str]] = {}

    def record(self, sample: Sample) -> None:
        self.samples.append(sample)
        for length_s in KEPT_S:
            window = Window.of(sample, length_s)
            key = (sample.route, sample.model, sample.size, length_s, window.begins_at)
            counted = self._windows.get(key, Counter()) + Counter(window.counters)
            if sample.outcome is Outcome.OK:
                counted[OVERCOME] += counted[STREAK] if counted[STREAK] >= OUTAGE_CALLS else 0
            counted[STREAK] = 0 if sample.outcome is Outcome.OK else counted[STREAK] + window.streak
            self._windows[key] = counted

    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        length_s = window_length(since, until)
        first, last = window_at(since, length_s), window_at(until, length_s)
        place = (route, model, size, length_s)
        rows = sorted(key for key in self._windows if key[:-1] == place and first <= key[-1] <= last)
        return [Window.read(key[-1], length_s, self._windows[key]) for key in rows]

    def ways(self, since: float, until: float) -> frozenset[tuple[str, str, str]]:
        first, last = window_at(since, COARSE_S), window_at(until, COARSE_S)
        return frozenset(key[:3] for key in self._windows if key[3] == COARSE_S and first <= key[4] <= last)


class FakeStatistics:
    """The port Statistics. Keeps counters, like the table."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, Kind, int, tuple[str, ...]], Counter[str]] = {}

    def add(self, tenant: str, sums: Sequence[Sum]) -> None:
        for one in sums:
            place = (tenant, one.kind, one.hour, one.key)
            self._sums[place] = self._sums.get(place, Counter()) + Counter(one.tally.counters)

    def read(self, tenant: str, kind: Kind, since: float, until: float, most: int) -> list[Sum] | None:
        first, last = window_at(since, COARSE_S), window_at(until, COARSE_S)
        places = sorted(one for one in self._sums if one[:2] == (tenant, kind) and first <= one[2] <= last)
        if until < since:
            return []
        found = [Sum(hour, kind, key, Tally.read(self._sums[tenant, kind, hour, key])) for _, _, hour, key in places]
        return None if len(found) > most else found


class FakeKeyedRoutes:
    """The port KeyedRoutes."""

    def __init__(self) -> None:
        self.seen: Keyed | None = None

    def note(self, seen: Keyed) -> None:
        self.seen = seen

    def read(self) -> Keyed | None:
        return self.seen


class FakeClosures:
    """The port Closures."""

    def __init__(self) -> None:
        self._closures: dict[tuple[str, str], Closure] = {}

    def close(self, closure: Closure) -> None:
        self._closures[closure.route, closure.model] = closure

    def read(self, now: float) -> list[Closure]:
        return [one for one in self._closures.values() if one.until > now]


class FakePermits:
    """The port Permits. Keeps JSON, like the table; its lock is what the table's conditions are."""

    def __init__(self, chance: Callable[[], float] = lambda: 0.0) -> None:
        self._chance = chance
        self._concurrencies: dict[tuple[str, str], str] = {}
        self._leases: dict[tuple[str, str, int], dict[int, str]] = {}
        self._turn = threading.Lock()

    def take(self, route: str, model: str, holder: str, *, now: float, until: float) -> Permit | None:
        concurrency = self._of(route, model, now)
        if concurrency is None:
            return Permit(route=route, model=model)
        with self._turn:
            for shard in shards(concurrency.permits, holder):
                leases = self._leases.setdefault((route, model, shard.number), {})
                for slot in shard.free(leases, holder, now)[:1]:
                    scarce = shard.scarce(leases, holder, now)
                    mine = leases[slot] = lease(holder, until)
                    return Permit(route=route, model=model, shard=shard.number, slot=slot, lease=mine, scarce=scarce)
        return None

    def give_back(self, permit: Permit) -> None:
        leases = self._leases.get((permit.route, permit.model, permit.shard), {})
        if permit.lease and leases.get(permit.slot) == permit.lease:
            del leases[permit.slot]

    def throttled(self, permit: Permit, now: float) -> None:
        known = self._of(permit.route, permit.model, now)
        self._keep(known.throttled(now) if known else Concurrency.first(permit.route, permit.model, now))

    def succeeded(self, permit: Permit, now: float) -> None:
        known = self._of(permit.route, permit.model, now)
        if permit.scarce and known and known.grows(self._chance(), now):
            self._keep(known.grown())

    def read(self, now: float) -> list[Concurrency]:
        return [found for way in self._concurrencies if (found := self._of(*way, now))]

    def _of(self, route: str, model: str, now: float) -> Concurrency | None:
        document = self._concurrencies.get((route, model))
        found = Concurrency.model_validate_json(document) if document else None
        if found and found.seen(now) != found:
            self._keep(found := found.seen(now))
        return None if found is None or found.forgotten(now) else found

    def _keep(self, known: Concurrency) -> None:
        self._concurrencies[known.route, known.model] = known.model_dump_json()


class FakeImages:
    """The port Images."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._results: dict[str, str] = {}

    def put(self, file: BinaryIO, result: Result, *, crc32: str) -> None:
        assert result.image is not None, "only a picture is stored"
        file.seek(0)
        content = file.read()
        if base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode() != crc32:
            raise ValueError("the checksum is not that of the file")
        self.contents[result.image.object_key] = content
        self._results[result.image.object_key] = result.model_copy(update={"note": None}).model_dump_json()

    def read(self, object_key: str) -> Iterator[bytes] | None:
        content = self.contents.get(object_key)
        return None if content is None else iter([content[at : at + 1000] for at in range(0, len(content), 1000)])

    def find(self, key: AttemptKey) -> Result | None:
        document = self._results.get(key.object_key)
        return Result.model_validate_json(document) if document else None

    def clear(self, job_id: str) -> None:
        for kept in (self.contents, self._results):
            for key in [key for key in kept if key.startswith(f"{job_id}/")]:
                del kept[key]

    def link(self, object_key: str, *, mime: str, expires_s: int) -> str:
        return f"https://images.test/{object_key}?name={object_key.replace('/', '-')}.{extension(mime)}&for={expires_s}"


class FakeQueue:
    """The port Queue."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.down = False

    def send(self, job: Job) -> None:
        if self.down:
            raise SendFailed(f"job {job.id} could not be sent")
        self.sent.append(job.id)

    def send_all(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self.send(job)


class FakeAttemptQueue:
    """The port AttemptQueue: what was sent, in which lane, and how long it is held back."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, AttemptMessage, float]] = []
        self.down = False

    def send(self, job: Job, message: AttemptMessage, wait_s: float) -> None:
        if self.down:
            raise SendFailed(f"attempt {message.key.object_key} could not be sent again")
        self.sent.append((job.request.lane, message, wait_s))


class FakeWorkflow:
    """The port Workflow: which executions run, which tokens are open, and what was said to them."""

    def __init__(self) -> None:
        self.started: dict[str, Job] = {}
        self.running: set[str] = set()
        self.open: dict[str, str] = {}
        self.heard: list[tuple[str, Report | AttemptError]] = []

    def start(self, job: Job) -> Plan:
        assert job.plan is not None, "only a planned job is started"
        if job.id not in self.started:
            self.started[job.id] = job
            self.running.add(job.id)
        plan = self.started[job.id].plan
        assert plan is not None
        return plan

    def runs(self, job_id: str) -> bool:
        return job_id in self.running

    def stop(self, job_id: str) -> None:
        self.running.discard(job_id)
        self.open = {token: owner for token, owner in self.open.items() if owner != job_id}

    def succeed(self, token: str, report: Report) -> None:
        self._answer(token, report)

    def fail(self, token: str, error: AttemptError) -> None:
        self._answer(token, error)

    def _answer(self, token: str, said: Report | AttemptError) -> None:
        if self.open.pop(token, None) is None:
            raise WorkflowClosed("TaskDoesNotExist")
        self.heard.append((token, said))


@dataclass(frozen=True)
class FakeAnswer:
    """The port ModelAnswer: a body that arrives in pieces, and perhaps breaks off."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    connect_s: float = 0.0
    breaks: CallFailed | None = None
    piece: int = 1000

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, len(self.body), self.piece):
            yield self.body[at : at + self.piece]
        if self.breaks:
            raise self.breaks

    def hurry(self, most_s: float) -> None:
        """It comes at once, or breaks off at once."""

    def finish(self) -> None:
        """All of it is here already."""


@dataclass(frozen=True)
class Sent:
    """A call as it went out."""

    url: str
    request: WireRequest
    limit_s: float


class FakeModels:
    """The port Models: gives the answers in their order, the last one for ever; one that is an error is raised."""

    def __init__(self, *answers: FakeAnswer | CallFailed, keys: Mapping[str, str] | None = None) -> None:
        self.calls: list[Sent] = []
        self.answers = list(answers)
        self._keys = {"gemini": "a-key"} if keys is None else keys

    def credential(self, route: str) -> Credential | None:
        return Credential(self._keys[route]) if self._keys.get(route) else None

    def base_url(self, route: str) -> str:
        return f"https://{route}.test"

    @contextmanager
    def send(self, url: str, request: WireRequest, *, limit_s: float) -> Iterator[FakeAnswer]:
        self.calls.append(Sent(url, request, limit_s))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, CallFailed):
            raise answer
        yield answer


class FakeWebAnswer:
    """The port WebAnswer: a page that may not be larger than so many bytes."""

    def __init__(self, page: FakeAnswer, max_bytes: int) -> None:
        self.status = page.status
        self.headers = page.headers
        self._page = page
        self._max_bytes = max_bytes

    def chunks(self) -> Iterator[bytes]:
        if "content-encoding" in self.headers:
            raise CallFailed("garbled", sent=True, detail="the answer is compressed")
        read = 0
        for chunk in self._page.chunks():
            read += len(chunk)
            if read > self._max_bytes:
                raise CallFailed("garbled", sent=True, detail="the answer is too large")
            yield chunk


@dataclass(frozen=True)
class Posted:
    """A body as it went out."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeWeb:
    """The port Web: each URL gives its answers in their order, the last one for ever; one that is an error is raised.

    Every host has a public number, unless `names` gives it others.
    """

    def __init__(
        self,
        pages: Mapping[str, Sequence[FakeAnswer | CallFailed]],
        names: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.opened: list[str] = []
        #: Seconds and bytes that each fetch might take.
        self.limits: list[tuple[float, int]] = []
        self.posted: list[Posted] = []
        self._pages = {url: list(answers) for url, answers in pages.items()}
        self._names = names or {}

    @contextmanager
    def get(self, url: str, *, limit_s: float, max_bytes: int) -> Iterator[FakeWebAnswer]:
        self.limits.append((limit_s, max_bytes))
        address = parse(url)
        for _ in range(MAX_REDIRECTS + 1):
            address.checked(self._names.get(address.host, ["93.184.215.14"]))
            page = self._open(f"{address.scheme}://{address.authority}{address.target}")
            following = address.following(page.status, page.headers)
            if following is None:
                yield FakeWebAnswer(page, max_bytes)
                return
            address = following
        raise AddressRefused

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float, max_bytes: int) -> WebReply:
        self.limits.append((limit_s, max_bytes))
        address = parse(url)
        address.checked(self._names.get(address.host, ["93.184.215.14"]))
        self.posted.append(Posted(url, headers, body))
        page = self._open(f"{address.scheme}://{address.authority}{address.target}")
        return WebReply(page.status, page.headers, page.body[:max_bytes])

    def check(self, url: str, *, limit_s: float) -> None:
        address = parse(url)
        address.checked(self._names.get(address.host, ["93.184.215.14"]))

    def _open(self, url: str) -> FakeAnswer:
        self.opened.append(url)
        answers = self._pages[url]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, CallFailed):
            raise answer
        return answer
