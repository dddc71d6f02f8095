"""What closes batches, built once."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, Final, cast

import wiring
from cavendish.pipeline.batch.close import Close
from once import once

#: So many items are looked at, cancelled or copied at once.
_AT_ONCE: Final = 16
#: A report below this many bytes stays in memory.
_SPOOL_BYTES: Final = 4 * 1024 * 1024


@once
def closer() -> Close:
    return Close(
        jobs=wiring.jobs(),
        batches=wiring.batches(),
        images=wiring.images(),
        outbox=wiring.outbox(),
        queue=wiring.batch_queue(),
        workflow=wiring.workflow(),
        statistics=wiring.statistics(),
        open_file=_open_file,
        clock=wiring.clock,
        each=ThreadPoolExecutor(max_workers=_AT_ONCE).map,
    )


def _open_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
