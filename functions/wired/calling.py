"""The one way to the models, built once: httpx and all that reads answers are loaded only by those who need it."""

import tempfile
import time
from typing import BinaryIO, Final, cast

import wiring
from adapters.model_http import ModelHttp
from cavendish.catalog.file import catalog
from cavendish.pipeline.call import Caller
from once import once
from wired import providers, web

#: A picture below this many bytes stays in memory; ten larger ones must fit beside each other on disk.
_SPOOL_BYTES: Final = 256 * 1024


@once
def models() -> ModelHttp:
    return ModelHttp(providers.keys().get, providers.bases(), time.monotonic)


@once
def caller() -> Caller:
    return Caller(
        models=models(),
        web=web.web(),
        images=wiring.images(),
        catalog=catalog(),
        open_file=open_file,
        clock=time.monotonic,
        pause=time.sleep,
    )


def open_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES))
