"""What sends economy batches, built once."""

import time

import wiring
from adapters.chunks_table import ChunksTable
from cavendish.catalog.file import catalog
from cavendish.pipeline.economy.chunk_calls import ChunkCalls
from cavendish.pipeline.economy.cut import Cut
from cavendish.pipeline.economy.economy import Economy
from cavendish.pipeline.economy.provider_batches import ProviderBatches
from cavendish.pipeline.economy.send_chunk import SendChunk
from once import once
from wired import calling, providers


@once
def economizer() -> Economy:
    chunks = ChunksTable(wiring.client("dynamodb"), wiring.setting("JOBS_TABLE"))
    calls = ChunkCalls(
        jobs=wiring.jobs(), queue=wiring.queue(), caller=calling.caller(), catalog=catalog(), clock=wiring.clock
    )
    cut = Cut(
        jobs=wiring.jobs(),
        chunks=chunks,
        calls=calls,
        catalog=catalog(),
        doors=providers.doors,
        clock=wiring.clock,
    )
    models = ProviderBatches(
        models=calling.models(), catalog=catalog(), open_file=calling.open_file, clock=time.monotonic
    )
    return Economy(
        batches=wiring.batches(),
        chunks=chunks,
        queue=wiring.batch_queue(),
        cut=cut,
        send=SendChunk(calls=calls, chunks=chunks, models=models, clock=wiring.clock),
        clock=wiring.clock,
        failed=_failed,
    )


def _failed(title: str, error: Exception) -> None:
    wiring.logger.error("chunk.failed", chunk=title, exc_info=error)
