"""Scripted ends of a whole batch, by a part of its display name; what becomes of each line the usual scripts say.

    answer = {word}

such as "fail", "expire after=2s", "unreadable most=2", "shuffled duplicate". A batch without a script succeeds.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.model_server.script import UnknownWordError

TAKES_S = 10.0
WORDS = {
    "fail": "ends as failed, and nothing was made",
    "expire": "the same as expired",
    "unreadable": "its results are answered by 503 for ever; with most=2: if they are more than two pictures",
    "partial": "partially succeeded: of the second half of the lines nothing is said",
    "shuffled": "the lines of the results in another order",
    "missing": "nothing is said of the first line",
    "duplicate": "the last line is there twice",
    "as-status": "a line's error is called its status",
}


@dataclass(frozen=True, slots=True)
class End:
    words: frozenset[str] = frozenset()
    after_s: float = TAKES_S
    most: int = 0  # pictures that can be read

    def has(self, word: str) -> bool:
        return word in self.words


def parse(answer: str) -> End:
    words, after, most = set(), TAKES_S, 0
    for word in answer.split():
        if match := re.fullmatch(r"after=(\d+(?:\.\d+)?)s", word):
            after = float(match[1])
        elif match := re.fullmatch(r"most=(\d+)", word):
            most = int(match[1])
        elif word in WORDS:
            words.add(word)
        else:
            raise UnknownWordError(word, f"{', '.join(WORDS)}, after=2s and most=2")
    return End(frozenset(words), after, most)


@dataclass(slots=True)
class Ends:
    _waiting: list[tuple[str, deque[End]]] = field(default_factory=list)

    def add(self, match: str, answers: Iterable[str]) -> None:
        self._waiting.append((match, deque(parse(answer) for answer in answers)))

    def take(self, title: str) -> End:
        """The next answer of the oldest script that fits."""
        return next((ends.popleft() for match, ends in self._waiting if ends and match in title), End())
