"""What becomes of each word of the model server's script, on each of the doors that its dialects have."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.contract.calling import LIMIT_S, Case, wish

FLASH = "gemini-3.1-flash-image"
#: One route for each dialect, and for each provider whose errors are its own; with the smallest picture that it makes.
DOORS = {
    "gemini": (FLASH, "512"),
    "vertex": (FLASH, "512"),
    "gemini-interactions": (FLASH, "512"),
    "openai": ("gpt-image-2", "1K"),
    "apiyi": (FLASH, "512"),
    "apiyi-chat": (FLASH, "512"),
    "openrouter": (FLASH, "1K"),
    "openrouter-chat": (FLASH, "1K"),
    "nanobananaapi": (FLASH, "512"),
    "openoctopus": (FLASH, "512"),
}
GOOGLE = ("gemini", "vertex", "gemini-interactions")
CHATS = ("apiyi-chat", "openrouter-chat")
LINKS = ("nanobananaapi", "openoctopus")
#: Those in whose answers a picture can be a link.
LINKING = tuple(door for door in DOORS if door not in ("gemini", "vertex"))
#: Seconds for what never ends by itself.
SHORT_S, NEVER_S = 3.0, 0.6


class But(NamedTuple):
    """Doors where it comes to something else, and why."""

    outcome: str
    reason: str
    doors: tuple[str, ...]


class Row(NamedTuple):
    """What a word comes to: outcome and billed."""

    word: str
    outcome: str
    buts: tuple[But, ...] = ()
    only: tuple[str, ...] = tuple(DOORS)
    #: For those that it keeps waiting; nobody else has to hurry, however busy the machine is.
    limit_s: float = LIMIT_S


_ITS_OWN_TASK = "a task can be looked at again, until the limit: only then is it given up"
_NO_VERSION = "its answers name no model"
_FAILS_UNSAID = "it says that it failed, by a code which does not tell whether anything was made"
_TOLD_FREE = "its answer says that it cost nothing"
_ONE_WORD = "content_filter is said of prompts and of pictures alike"
_BOTH = "its moderation does not say whether the prompt or the picture was refused"
_BY_CODE = "the finish reason comes as the code of an error"

_OK = "ok yes"
ROWS = (
    # what is as good as a plain answer
    *(Row(word, _OK) for word in ("newlines", "data-prefix", "url-safe", "escaped", "wrong-mime", "one-colour")),
    *(Row(word, _OK) for word in ("drafts", "plain-drafts", "thought-only", "drip over=4s", "version=OTHER")),
    *(Row(f"usage={how}", _OK) for how in ("none", "strings", "negative", "huge")),
    Row("as-url", _OK, only=LINKING),
    Row("as-data-url", _OK, only=("openai", "apiyi", *LINKS)),
    Row("as-url-list", _OK, only=("nanobananaapi",)),
    *(Row(f"as-{shape}", _OK, only=CHATS) for shape in ("markdown", "link", "parts", "output-parts")),
    Row("drip as-url on-link over=4s", _OK, only=LINKING),
    Row(
        "stall",
        _OK,
        (But("timed_out yes", "a file at a link has no end of its own, as JSON has", LINKS),),
        limit_s=SHORT_S,
    ),
    # what costs nothing
    Row("429", "throttled no"),
    Row("429 retryDelay=2s", "throttled no"),
    Row("429 per-day", "quota_day no"),
    Row("429 limit-0", "quota_zero no"),
    Row("billing", "quota_zero no"),
    Row("400", "bad_request no"),
    Row("403", "bad_key no"),
    Row("404", "model_gone no"),
    Row("bad-key", "bad_key no"),
    *(Row(word, "overloaded no") for word in ("500", "502", "503", "list-error", "soft-error")),
    Row(
        "504",
        "overloaded no",
        (But("timed_out unknown", "its code is `timeout`: the model may go on", ("openai", "openoctopus")),),
    ),
    Row("status=418", "bad_request no"),
    Row(
        "refused",
        "refused_output no",
        (
            But(
                "refused_output yes",
                "a gateway that sells calls charges for any answer with status 200",
                ("apiyi-chat",),
            ),
            But("refused_input no", _BOTH, ("openrouter",)),
        ),
    ),
    Row(
        "blocked",
        "refused_input no",
        (
            But("refused_output yes", _ONE_WORD, ("apiyi-chat",)),
            But("refused_output no", _ONE_WORD, ("openrouter-chat",)),
        ),
    ),
    Row(
        "block=NEW",
        "refused_input no",
        (
            But(
                "overloaded no",
                "an error with a new code is one that passes, until a table has it",
                ("gemini-interactions",),
            ),
            But("refused_output yes", _ONE_WORD, ("apiyi-chat",)),
            But("refused_output no", _ONE_WORD, ("openrouter-chat",)),
        ),
    ),
    # an answer, but no picture
    Row(
        "no-image",
        "no_image yes",
        (But("no_image no", _TOLD_FREE, ("openrouter", "openrouter-chat")), But("overloaded no", _FAILS_UNSAID, LINKS)),
    ),
    Row(
        "text-only",
        "no_image yes",
        (But("no_image no", _TOLD_FREE, ("openrouter", "openrouter-chat")), But("overloaded no", _FAILS_UNSAID, LINKS)),
    ),
    Row("list-null", "no_image yes", (But("no_image no", _TOLD_FREE, ("openrouter", "openrouter-chat")),)),
    Row(
        "finish=UNKNOWN",
        "no_image yes",
        (
            But("no_image no", _TOLD_FREE, ("openrouter-chat",)),
            But("overloaded no", _FAILS_UNSAID, ("gemini-interactions", "openrouter", *LINKS)),
            But("refused_input no", _BY_CODE + ", whose type is that of a refusal", ("openai",)),
            But("bad_request no", _BY_CODE + " with status 400", ("apiyi",)),
        ),
    ),
    # a picture, but not the one
    Row("size=2K", "wrong_size yes"),
    Row("version=gemini-2.5-flash-image", "wrong_model yes", (But(_OK, _NO_VERSION, LINKS),)),
    Row("truncated", "truncated yes"),
    Row("not-image", "not_an_image yes"),
    *(
        Row(f"as-url link={link}", "garbled yes", only=LINKING)
        for link in ("gone", "http://10.0.0.1/a.png", "https://169.254.169.254/latest/a.png")
    ),
    Row("stall as-url on-link", "timed_out yes", only=LINKING, limit_s=SHORT_S),
    Row("drop-body as-url on-link", "connection_lost yes", only=LINKING),
    # what nobody knows the truth about
    Row("garbled", "garbled unknown"),
    Row("drop", "connection_lost unknown"),
    *(
        Row(
            word,
            "connection_lost unknown",
            (But("timed_out unknown", _ITS_OWN_TASK, ("openoctopus",)),),
            limit_s=SHORT_S,
        )
        for word in ("drop-body", "big-header")
    ),
    Row("hang", "timed_out unknown", limit_s=NEVER_S),
)


def named_doors() -> set[str]:
    """All that the rows name."""
    return {door for row in ROWS for door in (*row.only, *(one for but in row.buts for one in but.doors))}


def differences() -> Iterator[tuple[str, str]]:
    return ((row.word, but.reason) for row in ROWS for but in row.buts)


def _expected() -> Iterator[tuple[Case, str]]:
    for row in ROWS:
        other = {door: but.outcome for but in row.buts for door in but.doors}
        for door in row.only:
            (model, size), outcome = DOORS[door], other.get(door, row.outcome)
            call = wish(door, model, size)
            short = call.model_copy(update={"limit_s": row.limit_s})
            yield Case(short if outcome.startswith("timed_out") else call, row.word), outcome


EXPECTED = dict(_expected())
CASES = sorted(EXPECTED, key=str)
