"""What Gemini's batch API says of a batch: where it stands, where its results are, or why there are none."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.value import Value
from cavendish.wire.fields import fields, objects, pick, text
from cavendish.wire.google_error import envelope, read_error
from cavendish.wire.unknown import mark

#: What may stand in an address; anything else that an answer calls a name is none.
_FILE: Final = re.compile(r"files/[A-Za-z0-9_-]{1,256}", re.ASCII)
_ADDRESS: Final = re.compile(r"https?://[^/?#\s]+(/[!-~]+)", re.ASCII)
_OPERATION: Final = re.compile(r"batches/[A-Za-z0-9_-]{1,256}", re.ASCII)


class State(StrEnum):
    """Where an operation stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: JobState of google-genai 3.3.0; the wire says BATCH_STATE_ for what it says JOB_STATE_ for.
_STATES: Final = {
    "UNSPECIFIED": State.WAITING,
    "QUEUED": State.WAITING,
    "PENDING": State.WAITING,
    "PAUSED": State.WAITING,
    "RUNNING": State.RUNNING,
    "UPDATING": State.RUNNING,
    "CANCELLING": State.RUNNING,
    "SUCCEEDED": State.SUCCEEDED,
    "PARTIALLY_SUCCEEDED": State.SUCCEEDED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
    "EXPIRED": State.EXPIRED,
}


class Operation(Value):
    """A batch at the provider."""

    #: The provider's name for it ("batches/abc"), and ours.
    name: str
    title: str = ""
    state: State
    #: The name of the file with what came of each call, once it has succeeded.
    results: str | None = None
    #: Why there are no results and never will be, once it has ended without.
    report: Report | None = None
    #: The mark of a state that no table has: it is then taken for a running one.
    unknown: str = ""

    @property
    def ended(self) -> bool:
        return self.state not in (State.WAITING, State.RUNNING)


def read_address(status: int, headers: Mapping[str, str], document: Any) -> str | Report:
    """The path to which the file may be sent: whatever host an answer names, no other than the one asked gets it."""
    if not 200 <= status < 300:
        return read_error(status, headers, document)
    found = _ADDRESS.fullmatch(headers.get("x-goog-upload-url", ""))
    return found[1] if found else report(Outcome.GARBLED, detail="no address to upload to was given")


def read_file(status: int, headers: Mapping[str, str], document: Any) -> str | Report:
    """The name of the file that was uploaded."""
    if not 200 <= status < 300 or envelope(document):
        return read_error(status, headers, document)
    named = _named(_FILE, pick(fields(fields(document).get("file")), "name"))
    return named or report(Outcome.GARBLED, detail="the uploaded file was given no name")


def read_cancelled(status: int, headers: Mapping[str, str], document: Any) -> Report | None:
    """Nothing: the wish was heard. What becomes of it, a look tells."""
    return None if 200 <= status < 300 and not envelope(document) else read_error(status, headers, document)


def read_operation(status: int, headers: Mapping[str, str], document: Any) -> Operation | Report:
    """What is said of an operation; a report, if nothing is."""
    if not 200 <= status < 300:
        return read_error(status, headers, document)
    found = _operation(fields(document))
    if found is None:
        error = envelope(document)
        return read_error(status, headers, document) if error else report(Outcome.GARBLED, detail="no batch is named")
    return found


def read_list(status: int, headers: Mapping[str, str], document: Any) -> tuple[list[Operation], str] | Report:
    """The operations of a page, and the token of the next one; none, if it is the last."""
    if not 200 <= status < 300 or envelope(document):
        return read_error(status, headers, document)
    rows = objects(fields(document).get("operations"))
    return [one for row in rows if (one := _operation(row))], text(pick(fields(document), "nextPageToken")) or ""


def _operation(said: dict[str, Any]) -> Operation | None:
    metadata = fields(said.get("metadata"))
    name = _named(_OPERATION, said.get("name"))
    if name is None:
        return None
    word = text(metadata.get("state")) or text(said.get("state")) or ""
    known = _STATES.get(re.sub(r"^(JOB|BATCH)_STATE_", "", word.upper()))
    state = known or _by_end(said)
    results = _results(said, metadata) if state is State.SUCCEEDED else None
    return Operation(
        name=name,
        title=text(pick(metadata, "displayName")) or "",
        state=state,
        results=results,
        report=None if results else _without_results(state, said),
        unknown="" if known or not word else mark("batch_state", word),
    )


def _by_end(said: dict[str, Any]) -> State:
    """The state of an operation that says none that we know: it is done or not, with an error or without."""
    if not said.get("done"):
        return State.RUNNING
    return State.FAILED if envelope(said) else State.SUCCEEDED


def _results(said: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    """Where the SDK looks for it (metadata.output), where an operation answers (response), and the newer `dest`."""
    places = [metadata.get("output"), said.get("response"), metadata.get("dest"), said.get("dest")]
    names = [pick(fields(place), name) for place in places for name in ("responsesFile", "fileName")]
    return next((found for name in names if (found := _named(_FILE, name))), None)


def _without_results(state: State, said: dict[str, Any]) -> Report | None:
    """Why none of its calls will be answered. Nobody says what is charged of a batch that was broken off."""
    if state is State.FAILED:
        return read_error(200, {}, said)
    if state is State.CANCELLED:
        return report(Outcome.OVERLOADED, billed=Billed.UNKNOWN, detail="the provider's batch was cancelled")
    if state is State.EXPIRED:
        return report(Outcome.TIMED_OUT, detail="the provider's batch expired")
    if state is State.SUCCEEDED:
        return report(Outcome.GARBLED, detail="the provider's batch succeeded, and names no file with its results")
    return None


def _named(pattern: re.Pattern[str], name: Any) -> str | None:
    return name if isinstance(name, str) and pattern.fullmatch(name) else None
