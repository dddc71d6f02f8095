"""The file of results: every line an answer of its own, however it is cut, and never in memory."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.errors import CallFailed
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome
from cavendish.wire import Reading
from cavendish.wire.gemini_results import read_results
from tests.builders import a_png, an_answer

COUNTS = {"promptTokenCount": 5, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]}


def line(key: str, answer: bytes = b"", **fields: Any) -> bytes:
    if answer:
        return b'{"key": %b, "response": %b}\n' % (json.dumps(key).encode(), answer)
    return json.dumps({"key": key, **fields}).encode() + b"\n"


def read(content: bytes, *keys: str, piece: int = 1000) -> dict[str, Reading]:
    pieces = (content[at : at + piece] for at in range(0, len(content), piece))
    return dict(read_results(pieces, keys, open_file=io.BytesIO))


def outcome(reading: Reading) -> Outcome | None:
    return reading.report.outcome if reading.report else None


def test_a_line_is_read_as_an_answer_is() -> None:
    answer = an_answer(modelVersion="m", usageMetadata=COUNTS)
    contents = {}
    for key, reading in read_results([line("one", answer)], ["one"], open_file=io.BytesIO):
        assert reading.picture
        reading.picture.file.seek(0)
        contents[key] = (reading.picture.file.read(), reading.model_version, reading.usage)

    assert contents == {"one": (a_png(), "m", Usage(text_in=5, image_out=1120))}


@given(st.integers(1, 400), st.permutations(["a", "b", "c"]))
def test_however_the_file_is_cut_and_ordered_each_line_comes_once(piece: int, order: list[str]) -> None:
    found = read(b"".join(line(key, an_answer()) for key in order), "a", "b", "c", piece=piece)

    assert list(found) == order
    assert all(reading.picture for reading in found.values())


@pytest.mark.parametrize("end", ["\n", "", "\r\n", "\n\n \n"])
def test_the_last_line_may_end_as_it_likes(end: str) -> None:
    assert read(line("a", an_answer()).rstrip() + end.encode(), "a")["a"].picture


BROKEN = {
    "no JSON": b"<html>\n",
    "cut off": line("bad", an_answer())[:200] + b"\n",
    "two answers": line("bad", an_answer()).rstrip() + line("bad", an_answer()),
    "no answer": line("bad"),
    "an answer that is none": line("bad", response="words"),
    "a list": b"[]\n",
    "a key that is none": line("bad", an_answer()).replace(b'"bad"', b"7"),
    "not a number": b'{"key": "bad", "response": NaN}\n',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_line_that_cannot_be_read_is_garbled_and_spoils_no_other(name: str) -> None:
    found = read(line("one", an_answer()) + BROKEN[name] + line("two", an_answer()), "one", "bad", "two")

    assert found["bad"].report
    assert (found["bad"].report.outcome, found["bad"].report.billed) == (Outcome.GARBLED, Billed.UNKNOWN)
    assert found["one"].picture
    assert found["two"].picture


@pytest.mark.parametrize(
    "text", [b'{"key": "bad", "response": {', b'{"response": {"a": 1]}, "key": "bad"}', b'{"key" : "bad"}}']
)
def test_the_key_of_a_line_that_cannot_be_read_is_found_at_either_end(text: bytes) -> None:
    (found,) = read(text, "bad").values()

    assert found.report
    assert "no line for it" not in found.report.detail


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"error": {"code": 14, "message": "busy"}}, Outcome.OVERLOADED),
        ({"status": {"code": 3, "message": "no such size"}}, Outcome.BAD_REQUEST),
        ({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, Outcome.THROTTLED),
        ({"error": "words"}, Outcome.OVERLOADED),
        ({"response": {"candidates": [{"finishReason": "IMAGE_SAFETY"}]}}, Outcome.REFUSED_OUTPUT),
        ({"response": {"promptFeedback": {"blockReason": "SAFETY"}}}, Outcome.REFUSED_INPUT),
        ({"response": {"candidates": [{"finishReason": "STOP"}]}, "error": None}, Outcome.NO_IMAGE),
    ],
)
def test_a_line_without_a_picture_says_why(fields: dict[str, Any], expected: Outcome) -> None:
    assert outcome(read(line("a", **fields), "a")["a"]) is expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_count_that_is_no_number_costs_the_count_and_not_the_picture(number: str) -> None:
    text = line("a", an_answer(usageMetadata={**COUNTS, "thoughtsTokenCount": float(number)}))
    reading = read(text, "a")["a"]

    assert number in text.decode()
    assert reading.picture
    assert (reading.usage, reading.odd) == (None, "usage:thoughtsTokenCount")


def test_a_count_that_cannot_be_is_not_believed() -> None:
    reading = read(line("a", an_answer(usageMetadata={"promptTokenCount": -1})), "a")["a"]

    assert (reading.usage, reading.odd) == (None, "usage:promptTokenCount")


def test_of_a_key_that_comes_twice_the_first_line_counts_and_of_one_that_never_comes_nothing_is_known() -> None:
    found = read(line("a", an_answer()) + line("a", error={"code": 14}) + line("stranger", an_answer()), "a", "b")

    assert list(found) == ["a", "b"]
    assert found["a"].picture
    assert outcome(found["b"]) is Outcome.GARBLED


def test_a_file_that_breaks_off_raises_and_tells_nothing_of_the_rest() -> None:
    def breaking() -> Iterator[bytes]:
        yield line("a", an_answer()) + line("b", an_answer())[:100]
        raise CallFailed("connection_lost", sent=True, detail="gone")

    seen: list[str] = []
    with pytest.raises(CallFailed):
        seen.extend(key for key, _ in read_results(breaking(), ["a", "b", "c"], open_file=io.BytesIO))
    assert seen == ["a"]


def test_the_file_of_a_picture_is_closed_when_the_next_line_is_asked_for_or_nobody_asks() -> None:
    opened: list[io.BytesIO] = []

    def open_file() -> BinaryIO:
        opened.append(io.BytesIO())
        return opened[-1]

    found = read_results([line("a", an_answer()), line("b", an_answer())], ["a", "b"], open_file=open_file)
    next(found)
    before = [file.closed for file in opened]
    next(found)
    between = [file.closed for file in opened]
    found.close()

    assert (before, between, [file.closed for file in opened]) == ([False], [True, False], [True, True])


class Nowhere:
    """Takes what is written and keeps nothing."""

    def write(self, piece: bytes) -> None: ...

    def close(self) -> None: ...


def test_a_line_of_many_megabytes_is_never_in_memory() -> None:
    head, tail = line("a", an_answer(b"")).split(b'"data": ""')
    pieces = [head + b'"data": "', *[b"QUJD" * 16_000] * 400, b'"' + tail]
    tracemalloc.start()
    ((key, reading),) = read_results(pieces, ["a"], open_file=lambda: cast("BinaryIO", Nowhere()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert reading.picture
    assert (key, reading.picture.bytes) == ("a", 19_200_000)
    assert peak < 1_500_000
