"""What makes attempts, built once: httpx and all that reads answers are loaded by no other function."""

import tempfile
import time
from typing import BinaryIO, Final, cast

import providers
import web

import wiring
from adapters.model_http import ModelHttp
from cavendish.catalog_file import catalog
from cavendish.pipeline.call import Caller
from cavendish.pipeline.generate import Generate
from once import once

#: A picture below this many bytes stays in memory; ten larger ones must fit beside each other on disk.
_SPOOL_BYTES: Final = 256 * 1024


@once
def generator() -> Generate:
    return Generate(
        jobs=wiring.jobs(),
        images=wiring.images(),
        caller=_caller(),
        workflow=wiring.tokens(),
        measurements=wiring.measurements(),
        closures=providers.closures(),
        routing=providers.routing(),
        clock=wiring.clock,
    )


def _caller() -> Caller:
    return Caller(
        models=ModelHttp(providers.keys().get, providers.bases(), time.monotonic),
        web=web.web(),
        images=wiring.images(),
        catalog=catalog(),
        open_file=_open_file,
        clock=time.monotonic,
        pause=time.sleep,
    )


def _open_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
