"""What is said to a provider's batch API: the lines sent, the batch begun and looked after, its results read."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, Final, TypeVar

from cavendish.answer.answer import AnswerReader
from cavendish.catalog.catalog import Catalog
from cavendish.errors import CallFailed
from cavendish.outbound import Models
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.pipeline.receive import Stopwatch, hear
from cavendish.pipeline.unlock import unlock
from cavendish.wire import Reading, WireRequest, gemini_batch, gemini_operation
from cavendish.wire.auth import without_key
from cavendish.wire.gemini_batch import CHUNK_MOST, FILE_MOST_BYTES
from cavendish.wire.gemini_operation import Operation
from cavendish.wire.gemini_results import Answered, read_results

#: So many pages of batches are looked through for one; the newest are on the first.
_PAGES_MOST: Final = 10
#: Statuses of a file that is no more: it is kept for two days.
_GONE: Final = (404, 410)

Heard = TypeVar("Heard")
Read = Callable[[int, Mapping[str, str], Any], Heard | Report]


class ProviderBatches:
    """The port BatchModels, over the client for paid calls: Gemini's dialect is the one that has a batch API."""

    def __init__(
        self, *, models: Models, catalog: Catalog, open_file: Callable[[], BinaryIO], clock: Callable[[], float]
    ) -> None:
        self._models = models
        self._catalog = catalog
        self._open_file = open_file
        self._clock = clock

    def upload(self, route: str, title: str, lines: Iterable[bytes], *, limit_s: float) -> str | Report:
        watch = Stopwatch(self._clock)
        with closing(self._open_file()) as file:
            size = _written(lines, file)
            if size is None:
                detail = f"a batch has {CHUNK_MOST} lines and {FILE_MOST_BYTES} bytes at most; send it as several"
                return report(Outcome.UNDELIVERABLE, detail=detail)
            begin = gemini_batch.begin_upload(title, size)
            path = self._hear(route, begin, gemini_operation.read_address, limit_s)
            if isinstance(path, Report):
                return _free(path)
            file.seek(0)
            left_s = limit_s - watch.elapsed_s
            request, origin = gemini_batch.upload(path, file, size), _origin(self._models.base_url(route))
            return _free(self._send(origin, request, gemini_operation.read_file, left_s))

    def create(self, route: str, model: str, file: str, title: str, *, limit_s: float) -> Operation | Report:
        return self._hear(route, gemini_batch.create(model, file, title), gemini_operation.read_operation, limit_s)

    def find(self, route: str, title: str, *, limit_s: float) -> Operation | Report | None:
        watch, page = Stopwatch(self._clock), ""
        for _ in range(_PAGES_MOST):
            request, left_s = gemini_batch.list_operations(page), limit_s - watch.elapsed_s
            listed = self._hear(route, request, gemini_operation.read_list, left_s)
            if isinstance(listed, Report):
                return _free(listed)
            operations, page = listed
            found = next((one for one in operations if one.title == title), None)
            if found or not page:
                return found
        return _free(report(Outcome.GARBLED, detail=f"the provider lists more than {_PAGES_MOST} pages of batches"))

    def look(self, route: str, operation: str, *, limit_s: float) -> Operation | Report:
        return _free(self._hear(route, gemini_batch.look(operation), gemini_operation.read_operation, limit_s))

    def cancel(self, route: str, operation: str, *, limit_s: float) -> Report | None:
        said = self._hear(route, gemini_batch.cancel(operation), gemini_operation.read_cancelled, limit_s)
        return said and _free(said)

    @contextmanager
    def results(self, route: str, file: str, keys: Collection[str], *, limit_s: float) -> Iterator[Iterator[Answered]]:
        opened = unlock(self._models, route, self._catalog)
        if isinstance(opened, Report):
            raise CallFailed("connection_lost", sent=False, detail=opened.detail)
        request = replace(gemini_batch.download(file), headers=opened[1])
        with self._models.send(self._models.base_url(route), request, limit_s=limit_s) as answer:
            if answer.status != 200:
                kind = "garbled" if answer.status in _GONE else "connection_lost"
                detail = f"the file of results was answered with status {answer.status}"
                raise CallFailed(kind, sent=True, detail=detail)
            with closing(read_results(answer.chunks(), keys, open_file=self._open_file)) as found:
                yield (one._replace(reading=without_key(one.reading, request.headers)) for one in found)

    def _hear(self, route: str, request: WireRequest, read: Read[Heard], limit_s: float) -> Heard | Report:
        opened = unlock(self._models, route, self._catalog)
        if isinstance(opened, Report):
            return opened
        request = replace(request, headers={**request.headers, **opened[1]})
        return self._send(self._models.base_url(route), request, read, limit_s)

    def _send(self, url: str, request: WireRequest, read: Read[Heard], limit_s: float) -> Heard | Report:
        watch = Stopwatch(self._clock)
        with AnswerReader(open_file=self._open_file, picture_keys=frozenset()) as reader:
            said = hear(self._models, url, request, read=read, reader=reader, watch=watch, limit_s=limit_s)
        if not isinstance(said, Report):
            return said
        return without_key(Reading(report=said), request.headers).report or said


def _written(lines: Iterable[bytes], file: BinaryIO) -> int | None:
    """How many bytes the lines are; None if they are too many."""
    size = 0
    for number, line in enumerate(lines, start=1):
        size += len(line)
        if number > CHUNK_MOST or size > FILE_MOST_BYTES:
            return None
        file.write(line)
    return size


def _free(said: Heard | Report) -> Heard | Report:
    """A report of what is never billed, however it ended."""
    return said.model_copy(update={"billed": Billed.NO}) if isinstance(said, Report) else said


def _origin(base: str) -> str:
    """The host that a base leads to, without any path."""
    found = re.match(r"[a-z]+://[^/]+", base)
    return found[0] if found else base
