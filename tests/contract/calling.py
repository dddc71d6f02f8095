"""The product's own way to a model, from the catalogue to the stored picture, with the local model server at its end.

Real are the Caller, its codecs, the HTTP client for paid calls and the one for links; only the bucket is in memory.
"""

import io
import itertools
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self, cast

import httpx
from PIL import Image

from adapters.model_http import ModelHttp
from adapters.safe_fetch import SafeFetch
from cavendish.attempt import Result
from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.ladder.plan import Call
from cavendish.pipeline.call import Caller
from cavendish.wire import WireRequest
from local.models import route_bases
from tests.builders import a_call, a_key, an_attempt
from tests.fakes import FakeImages
from tests.local.conftest import ModelServer

ROOT = Path(__file__).parents[2]
#: No answer of any route, and no error, may hold it.
KEY = "sk-this-key-is-shown-to-nobody"
#: Looks after a picture that is being made come so much sooner.
TIME_SCALE = 0.05
LIMIT_S = 30


class Case(NamedTuple):
    """A call, and what the model server answers it."""

    call: Call
    answer: str = ""

    def __str__(self) -> str:
        call = self.call
        said = (self.answer or "ok", call.route, call.model, call.size, call.aspect_ratio, call.thinking or "")
        return "-".join(said)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one call: the result, the stored picture, and what the model server knows of it."""

    prompt: str
    result: Result
    #: Width, height and type of what was stored, measured by another hand than the product's.
    stored: tuple[int, int, str] | None
    #: The row of the server's ledger, and the request as it came.
    billed: dict[str, Any]
    request: dict[str, Any]

    @property
    def owed(self) -> float:
        """What it costs at the provider: by the tokens of the answer where the maker charges so, else by the list."""
        counted = self.billed["counted_usd"]
        return float(self.billed["billed_usd"] if counted is None else counted)


@dataclass(frozen=True, slots=True)
class Calling:
    """A line to every route, which all lead to one model server."""

    server: ModelServer
    caller: Caller
    models: ModelHttp
    images: FakeImages
    control: httpx.Client
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def to(cls, server: ModelServer) -> Self:
        images = FakeImages()
        models = ModelHttp(lambda route: Credential(KEY), route_bases(ROOT, server.url, {}), time.monotonic)
        caller = Caller(
            models=models,
            web=SafeFetch(time.monotonic, local_http=True),
            images=images,
            catalog=catalog(),
            open_file=a_file,
            clock=time.monotonic,
            pause=lambda seconds: time.sleep(seconds * TIME_SCALE),
        )
        return cls(server, caller, models, images, httpx.Client(base_url=f"{server.url}/_control/"))

    def make(self, case: Case) -> Made:
        """Make one call. Threads may do so beside each other."""
        prompt = f"a heron, number {uuid.uuid4().hex}"
        self.control.post("scripts", json={"match": prompt, "answers": [case.answer]}).raise_for_status()
        attempt = an_attempt(a_key(image=next(self._numbers)), call=case.call)
        request = self.caller.prepare(case.call, prompt)
        assert isinstance(request, WireRequest), request
        result = self.caller.call(attempt, request)
        (row,) = self.control.get("calls", params={"prompt": prompt}).json()  # once, whatever came of it
        return Made(prompt, result, self._taken(result), row, self.control.get(f"requests/{row['n']}").json())

    def _taken(self, result: Result) -> tuple[int, int, str] | None:
        """Look at the stored picture once; nothing is kept, or all of them would have to fit into memory."""
        if result.image is None:
            return None
        picture = Image.open(io.BytesIO(self.images.contents.pop(result.image.object_key)))
        return *picture.size, Image.MIME[picture.format or ""]


def wish(route: str, model: str, size: str, ratio: str = "1:1", **more: Any) -> Call:
    """A call as a plan has it."""
    return a_call(route=route, model=model, size=size, aspect_ratio=ratio, **{"limit_s": LIMIT_S, **more})


def a_file() -> BinaryIO:
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=256 * 1024))
