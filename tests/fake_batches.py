"""A provider's batch API in memory."""

import io
import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager

from cavendish.errors import CallFailed
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.wire.gemini_batch import CHUNK_MOST
from cavendish.wire.gemini_operation import Operation, State
from cavendish.wire.gemini_results import Answered, read_results
from tests.builders import an_answer


class FakeBatchModels:
    """The port BatchModels. Each line is answered as `answers` has it by its key, or with a picture.

    A batch ends when a test says so; an answer that is empty is a line that the results do not hold. `down` is raised
    by `results`, and is what everything else reports.
    """

    def __init__(self, answers: dict[str, bytes] | None = None) -> None:
        self.answers = answers or {}
        self.down: CallFailed | None = None
        #: The lines of each file that was uploaded.
        self.files: dict[str, list[bytes]] = {}
        self.operations: dict[str, Operation] = {}
        #: The model of each batch that was begun.
        self.models: dict[str, str] = {}
        self._inputs: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def end(self, operation: str, state: State = State.SUCCEEDED, said: Report | None = None) -> None:
        """Let a batch end; `said` is why there are no results."""
        results = f"files/results-of-{operation.removeprefix('batches/')}" if state is State.SUCCEEDED else None
        if results:
            self.files[results] = [self._answered(json.loads(line)["key"]) for line in self._lines(operation)]
        changes = {"state": state, "results": results, "report": said}
        self.operations[operation] = self.operations[operation].model_copy(update=changes)

    def upload(self, route: str, title: str, lines: Iterable[bytes], *, limit_s: float) -> str | Report:
        taken = list(lines)
        if len(taken) > CHUNK_MOST:
            return report(Outcome.UNDELIVERABLE, detail=f"{len(taken)} lines")
        if self.down:
            return self._report()
        name = f"files/{next(self._numbers)}"
        self.files[name] = taken
        return name

    def create(self, route: str, model: str, file: str, title: str, *, limit_s: float) -> Operation | Report:
        if self.down:
            return self._report(free=not self.down.sent)
        if file not in self.files:
            return report(Outcome.BAD_KEY, detail=f"there is no {file}")
        made = Operation(name=f"batches/{next(self._numbers)}", title=title, state=State.WAITING)
        self.operations[made.name], self.models[made.name], self._inputs[made.name] = made, model, file
        return made

    def find(self, route: str, title: str, *, limit_s: float) -> Operation | Report | None:
        if self.down:
            return self._report()
        return next((one for one in reversed(self.operations.values()) if one.title == title), None)

    def look(self, route: str, operation: str, *, limit_s: float) -> Operation | Report:
        if self.down:
            return self._report()
        return self.operations.get(operation) or report(Outcome.MODEL_GONE, detail=f"there is no {operation}")

    def cancel(self, route: str, operation: str, *, limit_s: float) -> Report | None:
        if self.down:
            return self._report()
        if operation not in self.operations:
            return report(Outcome.MODEL_GONE, detail=f"there is no {operation}")
        if not self.operations[operation].ended:
            self.end(operation, State.CANCELLED, report(Outcome.OVERLOADED, billed=Billed.UNKNOWN))
        return None

    @contextmanager
    def results(self, route: str, file: str, keys: Collection[str], *, limit_s: float) -> Iterator[Iterator[Answered]]:
        if self.down:
            raise self.down
        if file not in self.files:
            raise CallFailed("connection_lost", sent=True, detail=f"there is no {file}")
        with closing(read_results(iter(self.files[file]), keys, open_file=io.BytesIO)) as found:
            yield found

    def _lines(self, operation: str) -> list[bytes]:
        return self.files[self._inputs[operation]]

    def _answered(self, key: str) -> bytes:
        answer = self.answers.get(key, an_answer())
        return b'{"key": %b, "response": %b}\n' % (json.dumps(key).encode(), answer) if answer else b""

    def _report(self, *, free: bool = True) -> Report:
        assert self.down is not None
        billed = Billed.NO if free else Billed.UNKNOWN
        return report(Outcome(self.down.kind), billed=billed, detail=str(self.down))
