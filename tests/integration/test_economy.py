"""An economy batch over real HTTP, with the local model server at its other end: made, stored and billed at half."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO, NamedTuple, cast

import httpx
import pytest

from adapters.model_http import ModelHttp
from cavendish.batch.chunk import ChunkState
from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.money.price import cost
from cavendish.outcome import Outcome
from cavendish.pipeline.economy.provider_batches import ProviderBatches
from tests.builders import FLASH
from tests.economy_world import EconomyWorld
from tests.local.conftest import running

ITEMS = 60


class Provider(NamedTuple):
    """Its batch API, and what the server tells of itself."""

    batches: ProviderBatches
    control: httpx.Client

    def wait_for(self, world: EconomyWorld) -> None:
        """Until all batches that were begun have ended."""
        for operation in [one.operation for one in world.chunks() if one.operation]:
            self.control.get(operation).raise_for_status()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with ExitStack() as open_:
        url = open_.enter_context(running("--time-scale", "0.02")).url
        models = ModelHttp(lambda route: Credential("a-long-key"), {"gemini": url}, time.monotonic)
        open_.enter_context(models._client)
        control = open_.enter_context(httpx.Client(base_url=f"{url}/_control/", timeout=60))
        yield Provider(
            ProviderBatches(models=models, catalog=catalog(), open_file=a_file, clock=time.monotonic), control
        )


def a_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=256 * 1024))


def test_sixty_items_are_two_chunks_that_cost_half_and_what_their_provider_bills(provider: Provider) -> None:
    world = EconomyWorld(*({"prompt": f"a door {n}", "size": "512", "model": FLASH} for n in range(ITEMS)))
    for _ in range(3):
        provider.wait_for(world)
        world.work(models=provider.batches)
    rows = world.firsts()
    results = [row.result for row in rows if row.result]

    assert world.states() == [ChunkState.READ, ChunkState.READ]
    assert (len(rows), set(world.outcomes())) == (ITEMS, {Outcome.OK})
    assert world.queue.sent == [job.id for job in world.items()]
    assert len(world.images.contents) == ITEMS
    full = catalog().offer("gemini", FLASH).price
    for result in results:
        assert result.cost_usd == pytest.approx(cost(full, "512", result.usage) / 2, abs=2e-6)
    calls = provider.control.get("calls").json()
    assert len(calls) == ITEMS
    assert sum(one.cost_usd for one in results) == pytest.approx(
        sum(one["counted_usd"] for one in calls), abs=ITEMS * 1e-6
    )
