"""What is said to a provider's batch API, and to whom."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.errors import CallFailed
from cavendish.outcome import Billed, Outcome, Report
from cavendish.pipeline.economy.provider_batches import ProviderBatches
from cavendish.wire import gemini_batch
from cavendish.wire.gemini_operation import Operation
from tests.builders import an_answer, an_error
from tests.fakes import FakeAnswer, FakeModels

ROUTE, LIMIT_S = "gemini", 30
KEY = "a-key-of-some-length"
ADDRESS = {"x-goog-upload-url": "https://elsewhere.test/upload/v1beta/files?upload_id=x"}
LOST = CallFailed("connection_lost", sent=True, detail="reset")


def a_file(name: str) -> FakeAnswer:
    return answering({"file": {"name": name}})


def answering(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> FakeAnswer:
    return FakeAnswer(json.dumps(document).encode(), status, headers or {})


def listed(*titles: str, page: str = "") -> FakeAnswer:
    rows = [{"name": f"batches/{title}", "metadata": {"displayName": title}} for title in titles]
    return answering({"operations": rows, "nextPageToken": page})


class World:
    """Batches whose provider gives these answers in their order; each look at the clock is a second later."""

    def __init__(self, *answers: FakeAnswer | CallFailed, keys: Mapping[str, str] | None = None) -> None:
        self.now = 0.0
        self.models = FakeModels(*answers, keys={ROUTE: KEY} if keys is None else keys)
        self.batches = ProviderBatches(models=self.models, catalog=catalog(), open_file=io.BytesIO, clock=self._clock)

    def _clock(self) -> float:
        self.now += 1
        return self.now

    @property
    def sent(self) -> list[tuple[str, str, bool]]:
        """Method, address, and whether the key was shown."""
        return [
            (one.request.method, one.request.url(one.url), one.request.headers.get("x-goog-api-key") == KEY)
            for one in self.models.calls
        ]


def reported(said: object) -> tuple[Outcome, Billed]:
    assert isinstance(said, Report), said
    return said.outcome, said.billed


def test_a_file_goes_to_the_host_that_was_asked_whatever_address_it_names_and_the_key_does_not() -> None:
    world = World(answering({}, headers=ADDRESS), a_file("files/in"))
    name = world.batches.upload(ROUTE, "chunk-7", [b"1\n", b"22\n"], limit_s=LIMIT_S)

    assert name == "files/in"
    assert world.sent == [
        ("POST", "https://gemini.test/upload/v1beta/files", True),
        ("POST", "https://gemini.test/upload/v1beta/files?upload_id=x", False),
    ]
    assert world.models.calls[1].request.headers["content-length"] == "5"
    assert world.models.calls[1].limit_s < LIMIT_S


@pytest.mark.parametrize(
    "answers", [[LOST], [answering({}, headers=ADDRESS), LOST], [answering(an_error(503), 503)], [answering({})]]
)
def test_an_upload_that_fails_is_free(answers: list[FakeAnswer | CallFailed]) -> None:
    said = World(*answers).batches.upload(ROUTE, "chunk-7", [b"1\n"], limit_s=LIMIT_S)

    assert reported(said)[1] is Billed.NO


def test_nothing_is_sent_of_what_is_too_much() -> None:
    world = World(answering({}))
    said = world.batches.upload(ROUTE, "chunk-7", [b"1\n"] * (gemini_batch.CHUNK_MOST + 1), limit_s=LIMIT_S)

    assert reported(said) == (Outcome.UNDELIVERABLE, Billed.NO)
    assert world.sent == []


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (LOST, (Outcome.CONNECTION_LOST, Billed.UNKNOWN)),
        (CallFailed("timed_out", sent=False, detail="no"), (Outcome.TIMED_OUT, Billed.NO)),
        (FakeAnswer(b"<html>"), (Outcome.GARBLED, Billed.UNKNOWN)),
        (answering(an_error(429), 429), (Outcome.THROTTLED, Billed.NO)),
    ],
)
def test_whether_a_batch_may_have_been_begun_is_told_by_who_may_bill_it(
    answer: FakeAnswer | CallFailed, end: tuple[Outcome, Billed]
) -> None:
    world = World(answer)
    said = world.batches.create(ROUTE, "m", "files/in", "chunk-7", limit_s=LIMIT_S)

    assert reported(said) == end
    assert world.sent == [("POST", "https://gemini.test/v1beta/models/m:batchGenerateContent", True)]


def test_looks_are_free_whatever_becomes_of_them() -> None:
    batches = World(LOST).batches

    assert reported(batches.look(ROUTE, "batches/a", limit_s=LIMIT_S)) == (Outcome.CONNECTION_LOST, Billed.NO)
    assert reported(batches.find(ROUTE, "t", limit_s=LIMIT_S)) == (Outcome.CONNECTION_LOST, Billed.NO)
    assert reported(batches.cancel(ROUTE, "batches/a", limit_s=LIMIT_S)) == (Outcome.CONNECTION_LOST, Billed.NO)


def test_a_batch_is_looked_for_page_by_page() -> None:
    world = World(listed("a", "b", page="2"), listed("c", "d"))
    found = world.batches.find(ROUTE, "d", limit_s=LIMIT_S)

    assert isinstance(found, Operation)
    assert found.name == "batches/d"
    assert [address.partition("?")[2] for _, address, _ in world.sent] == ["pageSize=100", "pageSize=100&pageToken=2"]


def test_a_search_ends_with_the_last_page_or_when_it_has_seen_enough() -> None:
    ended, endless = World(listed("a")), World(listed("a", page="more"))

    assert (ended.batches.find(ROUTE, "z", limit_s=LIMIT_S), len(ended.sent)) == (None, 1)
    # Who has not seen all does not know that there is none, and a second one would be paid too.
    assert reported(endless.batches.find(ROUTE, "z", limit_s=LIMIT_S)) == (Outcome.GARBLED, Billed.NO)
    assert len(endless.sent) == 10


def test_without_a_key_nothing_is_sent() -> None:
    world = World(listed(), keys={})

    assert reported(world.batches.create(ROUTE, "m", "files/in", "t", limit_s=LIMIT_S)) == (
        Outcome.BAD_KEY,
        Billed.NO,
    )
    with pytest.raises(CallFailed, match="no usable key"), world.batches.results(ROUTE, "files/out", ["a"], limit_s=1):
        pass
    assert world.sent == []


def test_a_key_that_is_repeated_in_an_answer_is_told_to_nobody() -> None:
    row = {"key": "a", "error": {"code": 7, "message": f"{KEY} may not"}}
    world = World(answering(an_error(403, f"{KEY} is not allowed"), 403), FakeAnswer(json.dumps(row).encode()))
    said = world.batches.create(ROUTE, "m", "files/in", "t", limit_s=LIMIT_S)
    with world.batches.results(ROUTE, "files/out", ["a"], limit_s=LIMIT_S) as found:
        ((_, reading),) = found

    assert isinstance(said, Report)
    assert reading.report
    assert (said.detail, reading.report.detail) == ("HTTP 403 (key) is not allowed", "HTTP 403 (key) may not")


@pytest.mark.parametrize(("status", "kind"), [(404, "garbled"), (410, "garbled"), (503, "connection_lost")])
def test_a_file_that_is_gone_is_told_from_one_that_cannot_be_read_now(status: int, kind: str) -> None:
    batches = World(answering(an_error(status), status)).batches
    with pytest.raises(CallFailed) as failed, batches.results(ROUTE, "files/out", ["a"], limit_s=LIMIT_S):
        pass

    assert failed.value.kind == kind


def test_what_came_before_a_break_is_kept() -> None:
    line = b'{"key": "a", "response": %b}\n' % an_answer()
    seen: list[str] = []
    batches = World(FakeAnswer(line + b'{"key": "b"', breaks=LOST)).batches
    with pytest.raises(CallFailed), batches.results(ROUTE, "files/out", ["a", "b"], limit_s=LIMIT_S) as found:
        seen.extend(key for key, _ in found)

    assert seen == ["a"]
