"""All that is said in one attempt: the paid call, the looks after a picture that is still being made, its download."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from cavendish.answer.answer import AnswerReader
from cavendish.answer.download import MAX_BYTES, download
from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import Models, Web, WebAnswer
from cavendish.outcome import Billed, Outcome, Report, clean, report
from cavendish.pipeline.receive import Stopwatch, ask
from cavendish.wire import Codec, Pending, Reading, WireRequest

#: What a look may end with that the next one need not: looks are free, and the picture is being made all the same.
_LOOK_AGAIN: Final = frozenset(
    {Outcome.CONNECTION_LOST, Outcome.TIMED_OUT, Outcome.OVERLOADED, Outcome.THROTTLED, Outcome.GARBLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to a provider for as long as one attempt may take: `limit_s` from the stopwatch's start, in seconds."""

    models: Models
    web: Web
    base: str
    codec: Codec
    open_file: Callable[[], BinaryIO]
    #: Closes the files of all pictures when the attempt is over.
    files: ExitStack
    watch: Stopwatch
    pause: Callable[[float], None]
    limit_s: float

    @property
    def left_s(self) -> float:
        return self.limit_s - self.watch.elapsed_s

    def ask(self, request: WireRequest, limit_s: float) -> Reading:
        reader = AnswerReader(open_file=self.open_file, picture_keys=self.codec.PICTURE_KEYS)
        watch, codec = self.watch, self.codec
        with ExitStack() as own:
            own.enter_context(reader)
            reading = ask(self.models, self.base, request, codec=codec, reader=reader, watch=watch, limit_s=limit_s)
            if reading.picture is not None:
                # Others are not kept: hundreds of looks may bring what nobody asked for.
                self.files.enter_context(own.pop_all())
        return reading


def converse(line: Line, request: WireRequest) -> Reading:
    """Ask once, and stay on the line until there is a picture or a report. The paid request is never repeated."""
    reading = line.ask(request, line.limit_s)
    while reading.pending is not None:
        reading = _look(line, request, reading.pending)
    return reading if reading.link is None else _fetch(line, request, reading, reading.link)


def _look(line: Line, request: WireRequest, pending: Pending) -> Reading:
    """Wait as long as the provider says, then look once."""
    line.pause(max(0.0, min(pending.after_s, line.left_s)))
    line.watch.lap("upstream")
    if (left_s := line.left_s) <= 0:
        return Reading(report=report(Outcome.TIMED_OUT, detail="the picture was still being made at the time limit"))
    reading = line.ask(request.look(pending.path), left_s)
    return reading if reading.report is None or reading.over else _lost(reading.report, pending)


def _lost(said: Report, pending: Pending) -> Reading:
    """A look that told nothing: one more, or none. The picture may be made, and billed, whether it is seen or not."""
    if said.outcome in _LOOK_AGAIN:
        return Reading(pending=replace(pending, after_s=max(pending.after_s, said.retry_after_s or 0)))
    detail = f"the picture was being made and could not be asked after: {said.detail}"
    return Reading(report=said.model_copy(update={"billed": Billed.UNKNOWN, "detail": clean(detail)}))


def _fetch(line: Line, request: WireRequest, reading: Reading, link: str) -> Reading:
    """The picture that lies elsewhere: it is made and paid for, whatever becomes of its download."""

    def get(limit_s: float) -> AbstractContextManager[WebAnswer]:
        if link.startswith("/"):
            return line.models.send(line.base, request.look(link), limit_s=limit_s)
        return line.web.get(link, limit_s=limit_s, max_bytes=MAX_BYTES)

    try:
        picture = download(get, open_file=line.open_file, limit_s=line.left_s, clock=line.watch.now)
    except AddressRefused as refused:
        lost = report(Outcome.GARBLED, billed=Billed.YES, detail=f"the picture's link is no good: {refused}")
        return replace(reading, link=None, report=lost)
    except CallFailed as failure:
        detail = f"the picture was made, but not got: {failure}"
        return replace(reading, link=None, report=report(Outcome(failure.kind), billed=Billed.YES, detail=detail))
    finally:
        line.watch.lap("download")
    line.files.callback(picture.file.close)
    return replace(reading, link=None, picture=picture)
