"""One paid call: out on the wire, the answer read as it arrives, the picture measured, judged and stored."""

from collections.abc import Callable
from typing import Any, BinaryIO, Final

from cavendish.answer import AnswerGarbled, AnswerReader, AnswerTooLarge, AnswerTruncated, Picture
from cavendish.attempt import Attempt, Result, StoredImage
from cavendish.catalog import Catalog, Model
from cavendish.errors import CallFailed
from cavendish.image import NotAnImage, Truncated, fits, measure
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.plan import Call
from cavendish.ports import Images, ModelAnswer, Models
from cavendish.price import cost
from cavendish.wire import Reading, gemini

_CODECS: Final = {"gemini": gemini}


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

    def call(self, attempt: Attempt, prompt: str) -> Result:
        """Make the attempt's call. Whatever the model or the network does, it comes back as a result."""
        asked = attempt.call
        codec, model = _CODECS[self._catalog.routes[asked.route].dialect], self._catalog.model(asked.model)
        watch = Stopwatch(self._clock)
        key = self._models.key(asked.route)
        if not key:
            missing = f"no key is set for the route {asked.route}: put it into the secret of provider keys"
            return Result(report=report(Outcome.BAD_KEY, detail=missing))
        request = codec.request(asked, model, prompt, key)
        with AnswerReader(open_file=self._open_file, picture_keys=codec.PICTURE_KEYS) as reader:
            try:
                with self._models.post(self._models.base_url(asked.route), request, limit_s=asked.limit_s) as answer:
                    document = _receive(answer, reader, watch)
                reading = codec.read(answer.status, answer.headers, document)
                watch.lap("decode")
            except CallFailed as failure:
                watch.lap("download" if "upstream" in watch.laps else "upstream")
                reading = Reading(report=_failed(failure))
            except (AnswerGarbled, AnswerTooLarge) as fault:
                reading = Reading(report=report(Outcome.GARBLED, detail=str(fault)))
            except AnswerTruncated as fault:
                reading = Reading(report=report(Outcome.CONNECTION_LOST, detail=str(fault)))
            return self._stored(attempt, reading, model, watch)

    def _stored(self, attempt: Attempt, reading: Reading, model: Model, watch: "Stopwatch") -> Result:
        said, image = self._judge(attempt, reading)
        if reading.picture:
            watch.lap("decode")
        result = Result(
            report=said,
            image=image,
            cost_usd=_cost(said, model, attempt.call, reading),
            timings=watch.laps,
            note=reading.note,
        )
        if image is None or reading.picture is None:
            return result
        self._images.put(reading.picture.file, result, crc32=reading.picture.crc32)
        watch.lap("store")
        return result.model_copy(update={"timings": watch.laps})

    def _judge(self, attempt: Attempt, reading: Reading) -> tuple[Report, StoredImage | None]:
        """What the answer is worth: only pixels of the right size from the right model are a picture."""
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
        if said := self._wrong_size(attempt.call, image) or self._wrong_model(attempt.call, reading.model_version):
            return said, None
        return report(Outcome.OK), image

    def _wrong_size(self, asked: Call, image: StoredImage) -> Report | None:
        expected = self._catalog.expected(asked.model, asked.size, asked.aspect_ratio)
        if fits(image.measured, expected.width, expected.height):
            return None
        detail = f"asked for {expected.width}x{expected.height}, got {image.width}x{image.height}"
        return report(Outcome.WRONG_SIZE, detail=detail)

    def _wrong_model(self, asked: Call, version: str | None) -> Report | None:
        """A version that the catalogue does not know proves nothing; one that it knows as another model does."""
        answered = self._catalog.find((version or "").removeprefix("models/"))
        if answered is None or answered.id == asked.model:
            return None
        return report(Outcome.WRONG_MODEL, detail=f"asked {asked.model}, was answered by {answered.id}")


class Stopwatch:
    """Measures phases one after the other, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()
        self._laps: dict[str, float] = {}

    def lap(self, phase: str) -> None:
        """Count the time since the last lap to this phase."""
        now = self._clock()
        self._laps[phase] = self._laps.get(phase, 0.0) + now - self._since
        self._since = now

    def move(self, one: str, other: str, seconds: float) -> None:
        """Count part of a phase to another one."""
        self._laps[one] = self._laps.get(one, 0.0) - seconds
        self._laps[other] = self._laps.get(other, 0.0) + seconds

    @property
    def laps(self) -> dict[str, float]:
        return {phase: round(seconds, 4) for phase, seconds in self._laps.items()}


def _receive(answer: ModelAnswer, reader: AnswerReader, watch: Stopwatch) -> Any:
    """Read the body as it arrives, and no further than its JSON goes: some servers never close. None: not JSON."""
    watch.lap("upstream")
    watch.move("upstream", "connect", answer.connect_s)
    try:
        for chunk in answer.chunks():
            watch.lap("download")
            reader.feed(chunk)
            watch.lap("decode")
            if reader.complete:
                answer.finish()
                watch.lap("download")
                break
        return reader.document()
    except (AnswerGarbled, AnswerTooLarge, AnswerTruncated):
        if 200 <= answer.status < 300:
            raise
        return None


def _measured(attempt: Attempt, picture: Picture) -> StoredImage:
    return StoredImage.of(attempt.key, measure(picture.file), picture.bytes, picture.sha256)


def _failed(failure: CallFailed) -> Report:
    billed = Billed.UNKNOWN if failure.sent else Billed.NO
    return report(Outcome(failure.kind), billed=billed, detail=str(failure))


def _cost(said: Report, model: Model, asked: Call, reading: Reading) -> float:
    return 0.0 if said.billed is Billed.NO else cost(model, asked.size, reading.usage)
