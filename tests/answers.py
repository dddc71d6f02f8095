"""Answers of models, fed to a reader however they are cut; and what was read, in values that can be compared."""

import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cavendish.answer.answer import AnswerReader, Mixed, Picture


def reader(**limits: int) -> AnswerReader:
    return AnswerReader(open_file=io.BytesIO, picture_keys=frozenset({"data"}), **limits)


def fed(answer: AnswerReader, chunks: Iterable[bytes]) -> AnswerReader:
    for chunk in chunks:
        answer.feed(chunk)
    return answer


def read(chunks: Iterable[bytes], **limits: int) -> Any:
    return fed(reader(**limits), chunks).document()


def content(picture: Picture) -> bytes:
    picture.file.seek(0)
    return picture.file.read()


def with_contents(value: Any, shown: Callable[[Picture], object] = content) -> Any:
    """The document in plain values, each picture as it is to be shown, words with pictures as a tuple of all."""
    if isinstance(value, dict):
        return {key: with_contents(inner, shown) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_contents(inner, shown) for inner in value]
    if isinstance(value, Mixed):
        return value.text, *map(shown, value.pictures)
    return shown(value) if isinstance(value, Picture) else value


def cut(body: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return (body[start:end] for start, end in itertools.pairwise(edges))


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))
