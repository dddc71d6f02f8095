"""The wire's half of a call: the request goes out, the answer is read as it arrives, and what it says comes back."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from cavendish.answer.answer import AnswerGarbled, AnswerReader, AnswerTooLarge, AnswerTruncated
from cavendish.errors import CallFailed
from cavendish.outbound import ModelAnswer, Models
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.wire import Codec, Reading, WireRequest
from cavendish.wire.miscounts import believed

Heard = TypeVar("Heard")

#: An answer that is no success gets this long for its body, in seconds: its status says nearly all of it.
_ERROR_BODY_S: Final = 5.0


class Stopwatch:
    """Measures phases one after the other, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._since = clock()
        self._laps: dict[str, float] = {}

    def now(self) -> float:
        return self._clock()

    @property
    def elapsed_s(self) -> float:
        return self._clock() - self._began

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


def ask(
    models: Models,
    url: str,
    request: WireRequest,
    *,
    codec: Codec,
    reader: AnswerReader,
    watch: Stopwatch,
    limit_s: float,
) -> Reading:
    """Send the request once, and say what came of it."""

    def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
        return believed(codec.read(status, headers, document), document)

    said = hear(models, url, request, read=read, reader=reader, watch=watch, limit_s=limit_s)
    return Reading(report=said) if isinstance(said, Report) else said


def hear(
    models: Models,
    url: str,
    request: WireRequest,
    *,
    read: Callable[[int, Mapping[str, str], Any], Heard],
    reader: AnswerReader,
    watch: Stopwatch,
    limit_s: float,
) -> Heard | Report:
    """Send the request once: what is read of its status, headers and JSON, or why there is nothing to read."""
    try:
        with models.send(url, request, limit_s=limit_s) as answer:
            document = _receive(answer, reader, watch)
        heard = read(answer.status, answer.headers, document)
        watch.lap("decode")
    except CallFailed as failure:
        watch.lap("download" if "upstream" in watch.laps else "upstream")
        return failed(failure)
    except (AnswerGarbled, AnswerTooLarge) as fault:
        return report(Outcome.GARBLED, detail=str(fault))
    except AnswerTruncated as fault:
        return report(Outcome.CONNECTION_LOST, detail=str(fault))
    return heard


def _receive(answer: ModelAnswer, reader: AnswerReader, watch: Stopwatch) -> Any:
    """The answer's JSON. None: an error without a readable body, whose status has to do."""
    watch.lap("upstream")
    watch.move("upstream", "connect", answer.connect_s)
    success = 200 <= answer.status < 300
    if not success:
        answer.hurry(_ERROR_BODY_S)
    try:
        _read_body(answer, reader, watch)
        return reader.document()
    except (AnswerGarbled, AnswerTooLarge, AnswerTruncated, CallFailed):
        if success:
            raise
        return None


def _read_body(answer: ModelAnswer, reader: AnswerReader, watch: Stopwatch) -> None:
    """Read as it arrives, and no further than its JSON goes: some servers never close."""
    for chunk in answer.chunks():
        watch.lap("download")
        reader.feed(chunk)
        watch.lap("decode")
        if reader.complete:
            answer.finish()
            watch.lap("download")
            return


def failed(failure: CallFailed) -> Report:
    """What a call that failed on its way means for money and for what follows."""
    billed = Billed.UNKNOWN if failure.sent else Billed.NO
    return report(Outcome(failure.kind), billed=billed, detail=str(failure))
