"""One paid call: out on the wire, the answer read as it arrives, the picture measured, judged and stored."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, BinaryIO

from cavendish.answer.answer import Picture
from cavendish.answer.model_version import other_model
from cavendish.attempt import Attempt, Result
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.route import Route
from cavendish.image.image import NotAnImage, Truncated, fits, measure
from cavendish.image.one_colour import one_colour
from cavendish.image.stored_image import StoredImage
from cavendish.job import Job
from cavendish.ladder.plan import Call
from cavendish.money.budget import Hold
from cavendish.money.price import Price, at_list, price_of, worst
from cavendish.outbound import Models, Web
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.pipeline.converse import Line, converse
from cavendish.pipeline.receive import Stopwatch
from cavendish.pipeline.unlock import unlock
from cavendish.ports import Images
from cavendish.wire import Asked, Codec, Reading, WireRequest
from cavendish.wire.auth import without_key
from cavendish.wire.codecs import CODECS


class Caller:
    """What a call needs, kept across calls. `pause` waits so many seconds."""

    def __init__(
        self,
        *,
        models: Models,
        web: Web,
        images: Images,
        catalog: Catalog,
        open_file: Callable[[], BinaryIO],
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._models = models
        self._web = web
        self._images = images
        self._catalog = catalog
        self._open_file = open_file
        self._clock = clock
        self._pause = pause

    def prepare(self, asked: Call, prompt: str) -> Result | WireRequest:
        """The request as it will go out; or the result, where there is no key to send it with."""
        opened = unlock(self._models, asked.route, self._catalog)
        if isinstance(opened, Report):
            return Result(report=opened)
        credential, shown = opened
        request = self._codec(asked).request(Asked.of(asked, prompt, self._catalog, credential.account))
        return replace(request, headers={**request.headers, **shown})

    def call(self, attempt: Attempt, request: WireRequest) -> Result:
        """Make the attempt's call. Whatever the model or the network does, it comes back as a result."""
        asked, watch = attempt.call, Stopwatch(self._clock)
        with ExitStack() as files:
            line = Line(
                models=self._models,
                web=self._web,
                base=self._models.base_url(asked.route),
                codec=self._codec(asked),
                open_file=self._open_file,
                files=files,
                watch=watch,
                pause=self._pause,
                limit_s=asked.limit_s,
            )
            return self._stored(attempt, without_key(converse(line, request), request.headers), watch)

    def take(self, attempt: Attempt, reading: Reading) -> Result:
        """What came of the attempt's call in a batch: measured, judged, charged and stored as any answer is."""
        return self._stored(attempt, reading, Stopwatch(self._clock))

    def broken(self, asked: Call, error: Exception) -> Result:
        """What is known of a call whose worker failed after it was begun."""
        return lost(asked, self._catalog, f"the worker failed after the call was begun: {type(error).__name__}")

    def hold(self, asked: Call, job: Job) -> Hold:
        """What has to be set aside before a call is made."""
        price, prompt = self._price(asked), job.request.prompt
        listed = at_list(price, asked.size).usd
        return Hold(tenant=job.tenant, amount=worst(price, asked.size, prompt), list_usd=listed)

    def _price(self, asked: Call) -> Price:
        return self._catalog.price(asked)

    def _route(self, asked: Call) -> Route:
        return self._catalog.routes[asked.route]

    def _codec(self, asked: Call) -> Codec:
        return CODECS[self._route(asked).dialect]

    def _stored(self, attempt: Attempt, reading: Reading, watch: Stopwatch) -> Result:
        said, image = self._judge(attempt, reading)
        if reading.picture:
            watch.lap("decode")
        result = Result(
            report=said,
            image=image,
            made_by=other_model(self._catalog, attempt.call.model, reading.model_version) if image else None,
            timings=watch.laps,
            note=reading.note,
        ).model_copy(update=self._costed(said, attempt, reading))
        if image is None or reading.picture is None:
            return result
        self._images.put(reading.picture.file, result, crc32=reading.picture.crc32)
        watch.lap("store")
        return result.model_copy(update={"timings": watch.laps})

    def _judge(self, attempt: Attempt, reading: Reading) -> tuple[Report, StoredImage | None]:
        """What the answer is worth: only pixels of the right size from the right model, or what the caller accepts."""
        picture = reading.picture
        if picture is None:
            return reading.report or report(Outcome.NO_IMAGE), None
        if picture.fault:
            return report(Outcome.NOT_AN_IMAGE, detail=picture.fault), None
        try:
            image = _measured(attempt, picture)
        except NotAnImage as fault:
            return report(Outcome.NOT_AN_IMAGE, detail=str(fault)), None
        except Truncated as fault:
            return report(Outcome.TRUNCATED, detail=str(fault)), None
        asked = attempt.call
        faults = [one for one in (self._wrong_size(asked, image), self._wrong_model(asked, reading)) if one]
        if refused := [one for one in faults if one.outcome not in asked.accept]:
            return refused[0], None
        return (faults or [report(Outcome.OK)])[0], image

    def _costed(self, said: Report, attempt: Attempt, reading: Reading) -> dict[str, Any]:
        """What it costs, and whether that is a guess: for want of a count, or because it may not be owed at all."""
        if said.billed is Billed.NO:
            return {"usage": reading.usage}
        price, size = self._price(attempt.call), attempt.call.size
        held = attempt.hold.amount if attempt.hold else None
        pictured = reading.picture is not None
        found = price_of(price, size, reading.usage, reading.cost_usd, held=held, pictured=pictured)
        # Of a call that was cut short nobody expects a count.
        odd = reading.odd or (found.odd if said.billed is Billed.YES else "")
        guessed = found.priced.by == "list" and bool(price.per_million or odd)
        return {
            "report": said.model_copy(update={"unknown": said.unknown or odd}),
            "cost_usd": found.usd,
            "priced": found.priced,
            "usage": None if odd else reading.usage,
            "estimated": said.billed is Billed.UNKNOWN or guessed,
        }

    def _wrong_size(self, asked: Call, image: StoredImage) -> Report | None:
        expected = self._catalog.expected(asked.model, asked.size, asked.aspect_ratio)
        if fits(image.measured, expected.width, expected.height):
            return None
        detail = f"asked for {expected.width}x{expected.height}, got {image.width}x{image.height}"
        return report(Outcome.WRONG_SIZE, detail=detail)

    def _wrong_model(self, asked: Call, reading: Reading) -> Report | None:
        other = other_model(self._catalog, asked.model, reading.model_version)
        return report(Outcome.WRONG_MODEL, detail=f"asked {asked.model}, was answered by {other}") if other else None


def lost(asked: Call, catalog: Catalog, detail: str = "") -> Result:
    """What is known of a call whose worker failed or vanished: nothing, but that it may be billed."""
    found = at_list(catalog.price(asked), asked.size)
    said = report(Outcome.LOST_WORKER, detail=detail)
    return Result(report=said, cost_usd=found.usd, priced=found.priced, estimated=True)


def _measured(attempt: Attempt, picture: Picture) -> StoredImage:
    found = measure(picture.file)
    alike = one_colour(picture.file, found)
    return StoredImage.of(attempt.key.object_key, found, picture.bytes, picture.sha256, one_colour=alike)
