"""How long an answer asks callers to wait: in its body, its headers, or a sentence."""

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_SECONDS: Final = re.compile(_NUMBER, re.ASCII)
_UNITS_S: Final = {
    **dict.fromkeys(("ms", "millisecond"), 0.001),
    **dict.fromkeys(("s", "sec", "second"), 1.0),
    **dict.fromkeys(("m", "min", "minute"), 60.0),
    **dict.fromkeys(("h", "hour"), 3600.0),
}
_UNITS: Final = "|".join(sorted(_UNITS_S, key=len, reverse=True))
_TIME: Final = re.compile(rf"({_NUMBER}) ?({_UNITS})s?(?![a-z])", re.IGNORECASE | re.ASCII)
#: "Please try again in 20s", "in 6m0s" (OpenAI), "Please retry in 41.2s" (Google), "retry after 26 seconds" (Azure).
_SENTENCE: Final = re.compile(r"(?:try again|retry) (?:in|after) (.{1,40})", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], delays: Iterable[str] = (), words: str = "") -> float | None:
    """Seconds. The most exact comes first: `delays` of the body ("41s"), then the headers, then the words."""
    header = headers.get("retry-after", "")
    told = [*(_seconds(delay.removesuffix("s")) for delay in delays), _milliseconds(headers), _seconds(header)]
    told += [_until(header, headers.get("date", "")), _in_words(words)]
    return next((seconds for seconds in told if seconds is not None), None)


def _seconds(text: str) -> float | None:
    return float(text) if _SECONDS.fullmatch(text) else None


def _milliseconds(headers: Mapping[str, str]) -> float | None:
    """OpenAI's own header (openai 2.54.0, _base_client.py)."""
    told = _seconds(headers.get("retry-after-ms", ""))
    return None if told is None else told / 1000


def _until(then: str, now: str) -> float | None:
    """The seconds between two HTTP dates: when to come back, and when the answer was given."""
    try:
        left = (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, left)


def _in_words(words: str) -> float | None:
    sentence = _SENTENCE.search(words)
    if sentence is None:
        return None
    seconds, end = 0.0, 0
    while time := _TIME.match(sentence[1], end):
        seconds += float(time[1]) * _UNITS_S[time[2].lower()]
        end = time.end() + sentence[1][time.end() :].startswith(" ")
    return round(seconds, 3) if end else None
