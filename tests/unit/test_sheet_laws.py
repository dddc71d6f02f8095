"""What is true of every file: how it comes does not matter, it can be read on from anywhere, and memory is constant."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.sheet.check import Checked, check
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.kind import KINDS, Kind
from cavendish.sheet.records import records
from cavendish.sheet.unreadable import SheetUnreadable
from tests.sheets import checked, in_pieces, read

MIB = 1024 * 1024
FILE_BYTES = 12 * MIB
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from('\r\n",;\té😀 '))
VISIBLE = TEXT.map("x{}".format)
#: Files of all kinds, good and bad, made of what matters to their readers.
BITS = {
    "csv": ["a", "é", '"', ",", ";", "\n", "\r", "\r\n", '"b\nc"', '""', " "],
    "txt": ["a", "é", "\n", "\r", "\r\n", " ", "\u2028", "\0", "\udce9"],
    "jsonl": ['{"prompt":"é"}', "\n", "\r\n", "\r", " ", "x", "[1]", '{"id":1}', "\0", "\udce9"],
    "json": ['{"prompt":"é"}', ",", "\n", "\r\n", " ", "5", '{"id":1,"id":2}', ",", "]"],
}
BEGINS = {"csv": ["prompt,name\n", "prompt;name\n"], "txt": [""], "jsonl": [""], "json": ["[", '{"prompt":"é"}']}
Filed = tuple[Kind, bytes]
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def filed(kind: Kind) -> st.SearchStrategy[Filed]:
    inside = st.lists(st.sampled_from(BITS[kind]), max_size=25).map("".join)
    parts = st.tuples(st.sampled_from(["", "\ufeff"]), st.sampled_from(BEGINS[kind]), inside)
    return parts.map(lambda three: (kind, "".join(three).encode("utf-8", "surrogateescape")))


FILES = st.one_of(*map(filed, KINDS.values()))


def told(kind: Kind, chunks: Iterator[bytes], size: int) -> object:
    """What comes of a file, readable or not."""
    try:
        return check(kind, chunks, size)
    except SheetUnreadable as unreadable:
        return unreadable.detail


def outcome(kind: Kind, body: bytes, pieces: int) -> tuple[object, list[object]]:
    found: list[object] = []
    try:
        found.extend(records(kind, in_pieces(body, pieces), Cursor(), ()))
    except SheetUnreadable as unreadable:
        found.append(unreadable.detail)
    return told(kind, in_pieces(body, pieces), len(body)), found


@given(
    st.lists(st.tuples(VISIBLE, VISIBLE, TEXT), min_size=1, max_size=6),
    st.sampled_from(",;\t"),
    # Before "\n" alone the writer leaves a "\r" without quotes, as the end of a line would be.
    st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
)
def test_any_table_that_is_written_is_read_back(
    rows: list[tuple[str, str, str]], delimiter: str, written: tuple[str, int]
) -> None:
    file = io.StringIO()
    end, quoting = written
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([("name", "prompt", "metadata.x"), *rows])

    found = read("csv", file.getvalue().encode())

    assert [(one.fields["name"], one.fields["prompt"]) for one in found] == [(name, prompt) for name, prompt, _ in rows]
    assert [one.fields.get("metadata", {"x": None})["x"] for one in found] == [
        x if x.strip() else None for *_, x in rows
    ]


@given(
    st.lists(
        st.dictionaries(TEXT.filter(lambda key: key not in ("id", "name")), TEXT, max_size=3), min_size=1, max_size=6
    )
)
def test_any_objects_that_are_written_are_read_back(items: list[dict[str, str]]) -> None:
    line_by_line = "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()

    assert [one.fields for one in read("jsonl", line_by_line)] == items
    assert [one.fields for one in read("json", json.dumps(items, ensure_ascii=False, indent=1).encode())] == items


@given(FILES, st.integers(1, 9))
def test_where_the_bytes_are_cut_never_matters(file: Filed, pieces: int) -> None:
    assert outcome(*file, pieces) == outcome(*file, MIB)


@given(FILES)
def test_from_every_record_on_the_rest_is_the_same(file: Filed) -> None:
    kind, body = file
    try:
        header = checked(kind, body).header
    except SheetUnreadable:
        return
    found = read(kind, body)

    for done, record in enumerate(found, 1):
        assert read(kind, body, record.cursor, header) == found[done:]


@given(FILES)
def test_what_is_counted_is_what_is_read(file: Filed) -> None:
    kind, body = file
    found = told(kind, iter([body]), len(body))

    if isinstance(found, Checked):
        assert [one.index for one in read(kind, body)] == list(range(found.total))


@pytest.mark.parametrize("chunk", [b"a cat ", b'"a cat\n'])
def test_what_does_not_end_is_not_read_for_long(chunk: bytes) -> None:
    chunks = iter([b"prompt\n", chunk] + [chunk.strip(b'"') * 16_384] * 100)

    with pytest.raises(SheetUnreadable):
        check("csv", chunks, FILE_BYTES)

    assert len(list(chunks)) > 80


@pytest.mark.parametrize("kind", ["jsonl", "txt"])
def test_a_line_that_is_too_long_is_skipped_in_constant_memory(kind: Kind) -> None:
    good = b'{"prompt":"a"}\n'

    def stream() -> Iterator[bytes]:
        yield good
        yield from (b"a cat " * 10_000 for _ in range(FILE_BYTES // 60_000))
        yield b"\n" + good

    tracemalloc.start()
    try:
        found = list(records(kind, stream(), Cursor(), ()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert [(one.line, one.fault is None) for one in found] == [(1, True), (2, False), (3, True)]
    assert peak < 3 * MIB
    assert read(kind, b"".join(stream()), found[1].cursor) == [found[2]]


@given(filed("txt") | filed("jsonl"), st.integers(1, 9), st.integers(4, 20))
def test_where_lines_are_too_long_is_the_same_however_they_come_and_wherever_reading_begins(
    file: Filed, pieces: int, most: int
) -> None:
    kind, body = file
    with pytest.MonkeyPatch.context() as shorter:
        shorter.setattr("cavendish.sheet.lines.RECORD_MAX_BYTES", most)
        found = read(kind, body)

        assert outcome(kind, body, pieces) == outcome(kind, body, MIB)
        assert [record.line for record in found if record.fault and "more than" in record.fault] == [
            number for number, line in enumerate(_LINE.findall(body), 1) if len(line) > most
        ]
        for done, record in enumerate(found, 1):
            assert read(kind, body, record.cursor) == found[done:]


@pytest.mark.parametrize(
    ("kind", "begin", "chunk"),
    [
        ("csv", b"prompt,name\n", b'"' + (b"a cat sits on a mat, " * 40 + b"\n") * 20 + b'",x\n'),
        ("jsonl", b"", b'{"prompt":"' + b"a cat " * 2_500 + b'"}\n'),
        ("txt", b"", b"a cat " * 2_500 + b"\n"),
    ],
)
def test_memory_does_not_grow_with_the_file(kind: Kind, begin: bytes, chunk: bytes) -> None:
    def stream() -> Iterator[bytes]:
        yield begin
        yield from (chunk * 4 for _ in range(FILE_BYTES // len(chunk) // 4))

    tracemalloc.start()
    try:
        total = check(kind, stream(), FILE_BYTES).total
        read_all = sum(1 for _ in records(kind, stream(), Cursor(), ()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert read_all == total == FILE_BYTES // len(chunk) // 4 * 4
    assert peak < 2 * MIB
