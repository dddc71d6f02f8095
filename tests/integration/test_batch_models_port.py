"""The port BatchModels: the fake, and the real one over HTTP, with the local model server at its other end."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

import httpx
import pytest

from adapters.model_http import ModelHttp
from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.errors import CallFailed
from cavendish.outbound import BatchModels
from cavendish.outcome import Billed, Outcome, Report
from cavendish.pipeline.economy.provider_batches import ProviderBatches
from cavendish.wire import Asked, gemini_batch
from cavendish.wire.gemini_batch import CHUNK_MOST
from cavendish.wire.gemini_operation import Operation, State
from tests.builders import FLASH, a_call
from tests.fake_batches import FakeBatchModels
from tests.local.conftest import running

ROUTE, LIMIT_S = "gemini", 10


class Provider(Protocol):
    """Whose batch API it is, as a test moves it on."""

    @property
    def batches(self) -> BatchModels: ...

    def end(self, operation: str) -> None: ...


class Memory:
    def __init__(self) -> None:
        self.batches = FakeBatchModels()
        self.end = self.batches.end


@dataclass(frozen=True)
class Server:
    batches: BatchModels
    control: httpx.Client

    def end(self, operation: str) -> None:
        self.control.get(operation).raise_for_status()


def a_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile())


@pytest.fixture(scope="module", params=["fake", "http"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    if request.param == "fake":
        yield Memory()
        return
    with ExitStack() as open_:
        url = open_.enter_context(running("--time-scale", "0.02")).url
        models = ModelHttp(lambda route: Credential("a-long-key"), {ROUTE: url}, time.monotonic)
        open_.enter_context(models._client)
        control = open_.enter_context(httpx.Client(base_url=f"{url}/_control/", timeout=30))
        yield Server(ProviderBatches(models=models, catalog=catalog(), open_file=a_file, clock=time.monotonic), control)


@pytest.fixture
def title() -> str:
    return f"chunk {uuid.uuid4().hex}"


def line(key: str) -> bytes:
    call = a_call(model=FLASH, size="512", economy=True)
    return gemini_batch.line(key, Asked.of(call, f"a heron {uuid.uuid4().hex}", catalog()))


def begun(provider: Provider, title: str, *keys: str) -> Operation:
    file = provider.batches.upload(ROUTE, title, [line(key) for key in keys], limit_s=LIMIT_S)
    assert isinstance(file, str), file
    made = provider.batches.create(ROUTE, FLASH, file, title, limit_s=LIMIT_S)
    assert isinstance(made, Operation), made
    return made


def looked(provider: Provider, operation: Operation) -> Operation:
    seen = provider.batches.look(ROUTE, operation.name, limit_s=LIMIT_S)
    assert isinstance(seen, Operation), seen
    return seen


def test_lines_go_up_and_pictures_come_back_each_under_its_key(provider: Provider, title: str) -> None:
    made = begun(provider, title, "one", "two")
    under_way = looked(provider, made)
    provider.end(made.name)
    done = looked(provider, made)
    assert done.results
    with provider.batches.results(ROUTE, done.results, ["two", "one"], limit_s=LIMIT_S) as found:
        heads = {key: reading.picture and reading.picture.file.seek(0) for key, reading in found}

    assert (made.title, made.ended, under_way.ended) == (title, False, False)
    assert (done.state, done.report, heads) == (State.SUCCEEDED, None, {"one": 0, "two": 0})


def test_only_what_is_asked_for_is_told_and_what_is_not_there_is_garbled(provider: Provider, title: str) -> None:
    made = begun(provider, title, "one", "two")
    provider.end(made.name)
    with provider.batches.results(
        ROUTE, looked(provider, made).results or "", ["two", "three"], limit_s=LIMIT_S
    ) as found:
        ends = {key: reading.report and reading.report.outcome for key, reading in found}

    assert ends == {"two": None, "three": Outcome.GARBLED}


def test_a_batch_is_found_by_its_title(provider: Provider, title: str) -> None:
    made = begun(provider, title, "one")
    found = provider.batches.find(ROUTE, title, limit_s=LIMIT_S)

    assert isinstance(found, Operation)
    assert found.name == made.name
    assert provider.batches.find(ROUTE, f"{title} of another", limit_s=LIMIT_S) is None


def test_a_cancelled_batch_has_ended_and_may_be_billed(provider: Provider, title: str) -> None:
    made = begun(provider, title, "one")
    said = provider.batches.cancel(ROUTE, made.name, limit_s=LIMIT_S)
    over = looked(provider, made)

    assert (said, over.state, over.results) == (None, State.CANCELLED, None)
    assert over.report
    assert over.report.billed is Billed.UNKNOWN


def test_a_batch_that_nobody_knows_is_reported(provider: Provider) -> None:
    looked, cancelled = (
        provider.batches.look(ROUTE, "batches/nowhere", limit_s=LIMIT_S),
        provider.batches.cancel(ROUTE, "batches/nowhere", limit_s=LIMIT_S),
    )

    for said in (looked, cancelled):
        assert isinstance(said, Report)
        assert (said.outcome, said.billed) == (Outcome.MODEL_GONE, Billed.NO)


def test_a_batch_of_a_file_that_is_not_there_is_not_begun(provider: Provider, title: str) -> None:
    said = provider.batches.create(ROUTE, FLASH, "files/nowhere", title, limit_s=LIMIT_S)

    assert isinstance(said, Report)
    assert said.billed is Billed.NO
    assert provider.batches.find(ROUTE, title, limit_s=LIMIT_S) is None


def test_results_that_are_not_there_are_no_results(provider: Provider) -> None:
    with pytest.raises(CallFailed), provider.batches.results(ROUTE, "files/nowhere", ["one"], limit_s=LIMIT_S):
        pass


def test_more_lines_than_a_chunk_has_are_not_sent(provider: Provider, title: str) -> None:
    said = provider.batches.upload(ROUTE, title, [b"{}\n"] * (CHUNK_MOST + 1), limit_s=LIMIT_S)

    assert isinstance(said, Report)
    assert (said.outcome, said.billed) == (Outcome.UNDELIVERABLE, Billed.NO)
