"""One paid call: out on the wire, the answer read as it arrives, the picture measured, judged and stored."""

from collections.abc import Callable
from typing import BinaryIO, Final

from cavendish.answer import AnswerReader, Picture
from cavendish.attempt import Attempt, Result, StoredImage
from cavendish.catalog import Catalog, Model
from cavendish.image import NotAnImage, Truncated, fits, measure
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.pipeline.receive import Stopwatch, ask
from cavendish.plan import Call
from cavendish.ports import Images, Models
from cavendish.price import cost
from cavendish.wire import Codec, Reading, WireRequest, gemini

_CODECS: Final[dict[str, Codec]] = {"gemini": gemini}


class Caller:
    """What a call needs, kept across calls."""

    def __init__(
        self,
        *,
        models: Models,
        images: Images,
        catalog: Catalog,
        open_file: Callable[[], BinaryIO],
        clock: Callable[[], float],
    ) -> None:
        self._models = models
        self._images = images
        self._catalog = catalog
        self._open_file = open_file
        self._clock = clock

    def prepare(self, asked: Call, prompt: str) -> Result | WireRequest:
        """The request as it will go out; or the result, where there is no key to send it with."""
        key = self._models.key(asked.route)
        if not key:
            missing = f"no usable key is set for the route {asked.route}; set one with: cavendish keys provider"
            return Result(report=report(Outcome.BAD_KEY, detail=missing))
        return self._codec(asked).request(asked, self._catalog.model(asked.model), prompt, key)

    def call(self, attempt: Attempt, request: WireRequest) -> Result:
        """Make the attempt's call. Whatever the model or the network does, it comes back as a result."""
        asked, watch = attempt.call, Stopwatch(self._clock)
        url, codec = self._models.base_url(asked.route), self._codec(asked)
        with AnswerReader(open_file=self._open_file, picture_keys=codec.PICTURE_KEYS) as reader:
            reading = ask(self._models, url, request, codec=codec, reader=reader, watch=watch, limit_s=asked.limit_s)
            return self._stored(attempt, reading, self._catalog.model(asked.model), watch)

    def _codec(self, asked: Call) -> Codec:
        return _CODECS[self._catalog.routes[asked.route].dialect]

    def _stored(self, attempt: Attempt, reading: Reading, model: Model, watch: Stopwatch) -> Result:
        said, image = self._judge(attempt, reading)
        if reading.picture:
            watch.lap("decode")
        result = Result(
            report=said,
            image=image,
            made_by=self._another_model(attempt.call, reading.model_version) if image else None,
            cost_usd=_cost(said, model, attempt.call, reading),
            estimated=said.billed is Billed.UNKNOWN or (said.billed is Billed.YES and reading.usage is None),
            timings=watch.laps,
            note=reading.note,
        )
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

    def _wrong_size(self, asked: Call, image: StoredImage) -> Report | None:
        expected = self._catalog.expected(asked.model, asked.size, asked.aspect_ratio)
        if fits(image.measured, expected.width, expected.height):
            return None
        detail = f"asked for {expected.width}x{expected.height}, got {image.width}x{image.height}"
        return report(Outcome.WRONG_SIZE, detail=detail)

    def _wrong_model(self, asked: Call, reading: Reading) -> Report | None:
        other = self._another_model(asked, reading.model_version)
        return report(Outcome.WRONG_MODEL, detail=f"asked {asked.model}, was answered by {other}") if other else None

    def _another_model(self, asked: Call, version: str | None) -> str | None:
        """A version that the catalogue does not know proves nothing; one that it knows as another model does."""
        answered = self._catalog.find((version or "").removeprefix("models/"))
        return None if answered is None or answered.id == asked.model else answered.id


def _measured(attempt: Attempt, picture: Picture) -> StoredImage:
    return StoredImage.of(attempt.key, measure(picture.file), picture.bytes, picture.sha256)


def _cost(said: Report, model: Model, asked: Call, reading: Reading) -> float:
    return 0.0 if said.billed is Billed.NO else cost(model, asked.size, reading.usage)
