"""All that is said in one attempt: the paid call once, then looks until there is a picture or a report."""

import io
import json
from contextlib import ExitStack
from typing import Any, Final

import pytest

from cavendish.errors import CallFailed
from cavendish.outcome import Outcome, Report
from cavendish.pipeline.converse import Line, converse
from cavendish.pipeline.receive import Stopwatch
from cavendish.wire import Reading, WireRequest, openoctopus
from tests.fakes import FakeAnswer, FakeModels, FakeWeb

ID, URI = "7d0f4c1e", "data:image/png;base64,QUFB"
EVERY_S = openoctopus.LOOK_EVERY_S
PAID = WireRequest(path="/v1/images/generations", headers={"authorization": "Bearer k"}, body={"prompt": "p"})
#: An answer takes this long, in seconds.
TOOK_S: Final = 0.5

LOST = CallFailed("connection_lost", sent=True, detail="reset")
REFUSED = CallFailed("connection_lost", sent=False, detail="refused")
LATE = CallFailed("timed_out", sent=True, detail="late")


def said(http: int = 200, headers: dict[str, str] | None = None, **task: Any) -> FakeAnswer:
    return FakeAnswer(json.dumps(task).encode(), status=http, headers=headers or {}, connect_s=0.125)


def task(status: str, **fields: Any) -> FakeAnswer:
    return said(id=ID, status=status, **fields)


QUEUED, WORKING = task("queued"), task("processing")
MADE = task("succeeded", output_payload={"assets": [{"url": URI}]})
FAILED = task("failed", error_code="provider_error", error_message="upstream")
HTML = b"<html>Bad gateway</html>"


class Conversation:
    """A line whose time only passes while it waits: for an answer, or for the next look."""

    def __init__(self, *answers: FakeAnswer | CallFailed, limit_s: float = 60) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        self.files: list[io.BytesIO] = []
        self.models = SlowModels(self, *answers)
        self.watch = Stopwatch(lambda: self.now)
        with ExitStack() as files:
            line = Line(
                models=self.models,
                web=FakeWeb({}),
                base="https://api.test/v1",
                codec=openoctopus,
                open_file=self.open_file,
                files=files,
                watch=self.watch,
                pause=self.pause,
                limit_s=limit_s,
            )
            self.reading: Reading = converse(line, PAID)
            self.open_at_the_end = sum(not file.closed for file in self.files)

    def open_file(self) -> io.BytesIO:
        self.files.append(io.BytesIO())
        return self.files[-1]

    def pause(self, seconds: float) -> None:
        # What a look brought beside its word that there is more to come is not kept until the next one.
        assert all(file.closed for file in self.files)
        self.pauses.append(seconds)
        self.now += seconds

    @property
    def took_s(self) -> float:
        return self.now - 1000

    @property
    def methods(self) -> list[str]:
        return [sent.request.method for sent in self.models.calls]

    @property
    def made(self) -> bool:
        return self.reading.picture is not None and self.reading.report is None

    @property
    def report(self) -> Report:
        assert self.reading.report is not None
        return self.reading.report


class SlowModels(FakeModels):
    """A model that takes its time for each answer."""

    def __init__(self, conversation: Conversation, *answers: FakeAnswer | CallFailed) -> None:
        super().__init__(*answers)
        self._conversation = conversation

    def send(self, url: str, request: WireRequest, *, limit_s: float) -> Any:
        self._conversation.now += min(TOOK_S, limit_s)
        return super().send(url, request, limit_s=limit_s)


def test_a_task_is_looked_after_until_its_picture_is_there() -> None:
    talk = Conversation(QUEUED, WORKING, WORKING, MADE)

    assert talk.made
    assert talk.methods == ["POST", "GET", "GET", "GET"]
    assert talk.pauses == [EVERY_S] * 3


def test_pictures_that_looks_bring_before_the_end_are_not_kept() -> None:
    draft = task("processing", preview=URI)
    broken = FakeAnswer(json.dumps({"preview": URI}).encode()[:-1])
    talk = Conversation(QUEUED, draft, broken, draft, MADE)

    assert (talk.made, len(talk.files), talk.open_at_the_end) == (True, 4, 1)


def test_an_answer_that_is_the_picture_is_not_looked_after() -> None:
    talk = Conversation(MADE)

    assert (talk.made, talk.methods, talk.pauses) == (True, ["POST"], [])


def test_a_look_goes_to_the_task_with_the_key_and_without_the_prompt() -> None:
    paid, *looks = [sent.request for sent in Conversation(QUEUED, WORKING, MADE).models.calls]

    assert paid == PAID
    assert {(one.url("https://api.test/v1"), one.body) for one in looks} == {(f"https://api.test/v1/tasks/{ID}", None)}
    assert all(one.headers == PAID.headers for one in looks)


@pytest.mark.parametrize(
    "lost",
    [
        LOST,
        REFUSED,
        LATE,
        FakeAnswer(HTML),
        FakeAnswer(HTML, status=502),
        FakeAnswer(b'{"id": "'),
        said(),
        said(429),
        said(503, error={"message": "busy"}),
    ],
)
def test_a_look_that_is_lost_is_repeated_and_the_paid_request_never(lost: FakeAnswer | CallFailed) -> None:
    talk = Conversation(QUEUED, lost, WORKING, lost, lost, MADE)

    assert talk.made
    assert talk.methods == ["POST", *["GET"] * 5]
    assert talk.pauses == [EVERY_S] * 5


@pytest.mark.parametrize(
    ("failure", "billed"), [(LOST, "unknown"), (REFUSED, "no"), (LATE, "unknown"), (FakeAnswer(HTML), "unknown")]
)
def test_a_paid_request_that_failed_ends_the_attempt(failure: FakeAnswer | CallFailed, billed: str) -> None:
    talk = Conversation(failure, MADE)

    assert (talk.report.billed, talk.methods) == (billed, ["POST"])


@pytest.mark.parametrize("error", [401, 404, 400])
def test_a_door_that_closes_ends_the_looks_and_the_task_may_be_billed(error: int) -> None:
    talk = Conversation(QUEUED, said(error, error={"message": "no such task"}))

    assert (talk.report.billed, talk.methods) == ("unknown", ["POST", "GET"])
    assert talk.report.detail == f"the picture was being made and could not be asked after: HTTP {error} no such task"


@pytest.mark.parametrize("code", ["provider_error", "rate_limit_exceeded", None])
def test_a_task_that_failed_is_over_whatever_it_calls_its_failure(code: str | None) -> None:
    talk = Conversation(QUEUED, task("failed", error_code=code), MADE)

    assert talk.report.outcome in (Outcome.OVERLOADED, Outcome.THROTTLED)
    assert (talk.report.billed, talk.methods) == ("no", ["POST", "GET"])


def test_a_task_that_succeeded_without_a_picture_is_billed() -> None:
    talk = Conversation(QUEUED, task("succeeded"))

    assert (talk.report.outcome, talk.report.billed, talk.methods) == ("no_image", "yes", ["POST", "GET"])


def test_a_door_that_asks_to_wait_longer_is_waited_for() -> None:
    talk = Conversation(QUEUED, said(429, headers={"retry-after": "9"}), WORKING, MADE)

    assert talk.pauses == [EVERY_S, 9, EVERY_S]


@pytest.mark.parametrize("answers", [[QUEUED], [QUEUED, WORKING], [QUEUED, LOST], [QUEUED, said(429)]])
def test_the_limit_ends_it_all_and_the_picture_may_be_billed(answers: list[FakeAnswer | CallFailed]) -> None:
    talk = Conversation(*answers, limit_s=20)

    assert (talk.report.outcome, talk.report.billed) == ("timed_out", "unknown")
    assert talk.report.detail == "the picture was still being made at the time limit"
    assert (talk.took_s, sum(talk.watch.laps.values())) == pytest.approx((20, 20), abs=0.001)
    assert talk.methods.count("POST") == 1


def test_nobody_waits_longer_than_the_limit() -> None:
    talk = Conversation(QUEUED, said(503, headers={"retry-after": "3600"}), MADE, limit_s=20)

    assert (talk.report.outcome, talk.took_s) == ("timed_out", pytest.approx(20))


def test_each_request_may_take_what_is_left() -> None:
    talk = Conversation(QUEUED, WORKING, MADE, limit_s=20)

    left = [20, 20 - TOOK_S - EVERY_S, 20 - 2 * (TOOK_S + EVERY_S)]
    assert [sent.limit_s for sent in talk.models.calls] == pytest.approx(left)


@pytest.mark.parametrize(
    "answers",
    [[MADE], [QUEUED, WORKING, MADE], [QUEUED, LOST, HTML, MADE], [QUEUED, said(401)], [QUEUED], [LOST]],
)
def test_timings_add_up_to_the_time_that_passed(answers: list[Any]) -> None:
    talk = Conversation(*(FakeAnswer(one) if one is HTML else one for one in answers))

    assert sum(talk.watch.laps.values()) == pytest.approx(talk.took_s, abs=0.001)
