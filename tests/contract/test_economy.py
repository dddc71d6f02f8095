"""A batch from its lines to its stored pictures: what comes of each line is its own affair, at half the price."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from cavendish.attempt import Result
from cavendish.catalog.file import catalog
from cavendish.errors import CallFailed
from cavendish.outcome import Billed, Outcome
from cavendish.pipeline.economy.provider_batches import ProviderBatches
from cavendish.wire import Asked, gemini_batch
from cavendish.wire.gemini_operation import Operation, State
from tests.builders import FLASH, a_key, an_attempt
from tests.contract.calling import LIMIT_S, Calling, a_file, wish

ROUTE = "gemini"
#: Before a batch ends, in the server's seconds; TIME_SCALE makes them shorter.
SOON = "after=2s"
#: The same call for each line.
CALL = wish(ROUTE, FLASH, "2K", economy=True)


@dataclass(frozen=True)
class Chunk:
    """Lines that were sent together: what each asks for by its key, and how the batch is to end."""

    calling: Calling
    batches: ProviderBatches
    prompts: Mapping[str, str]
    title: str

    def begin(self) -> Operation:
        lines = [gemini_batch.line(key, Asked.of(CALL, prompt, catalog())) for key, prompt in self.prompts.items()]
        file = self.batches.upload(ROUTE, self.title, lines, limit_s=LIMIT_S)
        assert isinstance(file, str), file
        made = self.batches.create(ROUTE, FLASH, file, self.title, limit_s=LIMIT_S)
        assert isinstance(made, Operation), made
        return made

    def ended(self) -> Operation:
        """What is seen of it when it is over."""
        name = self.begin().name
        self.calling.control.get(name, timeout=LIMIT_S).raise_for_status()
        seen = self.batches.look(ROUTE, name, limit_s=LIMIT_S)
        assert isinstance(seen, Operation), seen
        return seen

    def taken(self) -> dict[str, Result]:
        """What its lines are worth, in the order in which they came."""
        file = self.ended().results
        assert file
        attempts = {key: an_attempt(a_key(image=nth), call=CALL) for nth, key in enumerate(self.prompts)}
        with self.batches.results(ROUTE, file, self.prompts, limit_s=LIMIT_S) as found:
            return {key: self.calling.caller.take(attempts[key], reading) for key, reading in found}

    def billed(self, key: str) -> dict[str, Any]:
        """The line's row in the server's ledger."""
        (row,) = self.calling.control.get("calls", params={"prompt": self.prompts[key]}).json()
        return dict(row)


@pytest.fixture
def chunk(calling: Calling) -> Callable[..., Chunk]:
    """Makes a chunk with a line for each of these answers, by key."""
    batches = ProviderBatches(models=calling.models, catalog=catalog(), open_file=a_file, clock=time.monotonic)

    def make(end: str = SOON, **answers: str) -> Chunk:
        title = f"chunk {uuid.uuid4().hex}"
        calling.control.post("batches", json={"match": title, "answers": [end]}).raise_for_status()
        prompts = {key: f"a heron, number {uuid.uuid4().hex}" for key in answers}
        for key, answer in answers.items():
            calling.control.post("scripts", json={"match": prompts[key], "answers": [answer]}).raise_for_status()
        return Chunk(calling, batches, prompts, title)

    return make


def outcomes(taken: Mapping[str, Result]) -> dict[str, str]:
    return {key: result.report.outcome.value for key, result in taken.items()}


def test_each_line_is_verified_stored_and_charged_like_any_other_answer_at_half_the_price(
    chunk: Callable[..., Chunk],
) -> None:
    three = chunk(made="ok", refused="refused", small="size=1K")
    taken = three.taken()
    made = taken["made"]

    assert outcomes(taken) == {"made": "ok", "refused": "refused_output", "small": "wrong_size"}
    assert made.image
    assert (made.image.width, made.image.height) == (2048, 2048)
    assert made.cost_usd == pytest.approx(three.billed("made")["counted_usd"], abs=1e-6)
    assert made.cost_usd < catalog().model(FLASH).price.image["2K"] * 0.6
    assert made.priced
    assert (made.priced.by, made.priced.source, made.estimated) == ("usage", "gemini-batch", False)
    assert three.calling.images.contents.pop(made.image.object_key)


def test_what_becomes_of_a_line_is_its_own_affair(chunk: Callable[..., Chunk]) -> None:
    answers = {
        "garbled": "garbled",
        "cut": "drop-body",
        "unsaid": "drop",
        "busy": "503",
        "gone": "404",
        "throttled": "429 per-day",
        "words": "text-only",
        "no_picture": "not-image",
        "made": "ok",
    }
    said = chunk(f"as-status {SOON}", **answers).taken()

    assert outcomes(said) == {
        "garbled": "garbled",
        "cut": "garbled",
        "unsaid": "garbled",
        "busy": "overloaded",
        "gone": "model_gone",
        "throttled": "quota_day",
        "words": "no_image",
        "no_picture": "not_an_image",
        "made": "ok",
    }
    assert said["unsaid"].report.billed is Billed.UNKNOWN


@pytest.mark.parametrize(
    ("end", "order"),
    [("shuffled duplicate", ["c", "b", "a"]), ("missing", ["b", "c", "a"]), ("partial", ["a", "b", "c"])],
)
def test_each_line_comes_once_in_whatever_order_and_number_the_file_has_them(
    chunk: Callable[..., Chunk], end: str, order: list[str]
) -> None:
    taken = chunk(f"{end} {SOON}", a="text-only", b="text-only", c="text-only").taken()
    unsaid = {"missing": "a", "partial": "c"}.get(end)

    assert list(taken) == order
    assert [key for key, result in taken.items() if result.report.outcome is Outcome.GARBLED] == [
        key for key in order if key == unsaid
    ]


@pytest.mark.parametrize(
    ("end", "state", "outcome", "billed"),
    [("fail", State.FAILED, "overloaded", Billed.NO), ("expire", State.EXPIRED, "timed_out", Billed.UNKNOWN)],
)
def test_a_batch_that_ends_badly_says_why_there_are_no_results(
    chunk: Callable[..., Chunk], end: str, state: State, outcome: str, billed: Billed
) -> None:
    seen = chunk(f"{end} {SOON}", one="ok").ended()

    assert seen.report
    assert (seen.state, seen.results, seen.report.outcome, seen.report.billed) == (state, None, outcome, billed)


def test_results_that_are_never_readable_are_told_apart_from_none(chunk: Callable[..., Chunk]) -> None:
    two = chunk(f"unreadable most=1 {SOON}", one="ok", two="ok")
    seen = two.ended()
    assert seen.results

    for _ in range(2):
        with pytest.raises(CallFailed) as failed, two.batches.results(ROUTE, seen.results, ["one"], limit_s=LIMIT_S):
            pass
        assert (failed.value.kind, str(failed.value)) == (
            "connection_lost",
            "the file of results was answered with status 503",
        )
    assert two.billed("two")["billed_usd"] == pytest.approx(0.0505)
