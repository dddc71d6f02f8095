"""What makes a file as a whole unreadable, found before anything is queued."""

import gzip
import io
import zipfile
from collections.abc import Iterator

import pytest

from cavendish.sheet.check import FILE_MAX_BYTES, JSON_MAX_BYTES, MOST_ITEMS, check
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.kind import KINDS, Kind, kind_of
from cavendish.sheet.lines import MOST_LINES, RECORD_MAX_BYTES
from cavendish.sheet.records import records
from cavendish.sheet.unreadable import SheetUnreadable
from tests.sheets import checked, faults, in_pieces, read, unreadable


def a_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def never() -> Iterator[bytes]:
    pytest.fail("it was read")
    yield b""


@pytest.mark.parametrize(
    ("key", "kind"), [("a.csv", "csv"), ("x/y.z/A b.JSONL", "jsonl"), ("a.csv.Json", "json"), (".txt", "txt")]
)
def test_the_end_of_the_name_says_what_kind_of_file_it_is(key: str, kind: Kind) -> None:
    assert kind_of(key) == kind


@pytest.mark.parametrize("key", ["a.xlsx", "csv", "a.csv/b", "a.csv ", "", "a."])
def test_a_file_of_another_kind_is_told_the_four(key: str) -> None:
    with pytest.raises(SheetUnreadable, match=r"one of \.json, \.jsonl, \.csv, \.txt"):
        kind_of(key)


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf", b" \n\r\n\t ", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_unreadable(kind: Kind, body: bytes) -> None:
    assert unreadable(kind, body) == (
        1,
        1,
        "in line 1, column 1 an item is expected, but the file is empty; write at least one",
    )


def test_an_empty_list_and_a_header_without_rows_are_empty() -> None:
    assert unreadable("json", b" [ \n ] ")[2].endswith("but the file is empty; write at least one")
    assert unreadable("csv", b"prompt\n,\n\n")[::2] == (
        2,
        "in line 2, column 1 an item is expected below the header, but there is none; write at least one",
    )


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (a_zip(), "a ZIP or Excel file; save it as CSV (UTF-8)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file; save it as CSV (UTF-8)"),
        (gzip.compress(b"prompt\na\n", mtime=0), "a gzip file; unpack it"),
        (b"%PDF-1.7\n", "a PDF; save it as CSV (UTF-8)"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture; send the list of items"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture; send the list of items"),
        ("prompt\na\n".encode("utf-16"), "UTF-16; save it as UTF-8"),
        (b"\xfe\xff" + "prompt\na\n".encode("utf-16-be"), "UTF-16; save it as UTF-8"),
        ("prompt\na\n".encode("utf-32"), "UTF-32; save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(kind: Kind, body: bytes, words: str) -> None:
    assert unreadable(kind, body) == (1, 1, f"in line 1, column 1 no text begins but {words}")


def test_what_a_file_is_is_seen_however_its_bytes_come() -> None:
    with pytest.raises(SheetUnreadable, match="a ZIP or Excel file"):
        check("csv", in_pieces(a_zip(), 1), 100)


@pytest.mark.parametrize(
    ("body", "column", "words"),
    [
        (b"ab\xe9", 3, "the byte 0xE9 is not UTF-8; save the file as UTF-8"),
        ("zqé".encode() + b"\x80", 4, "the byte 0x80 is not UTF-8"),
        (b"a\xed\xa0\x80", 2, "the byte 0xED is not UTF-8"),
        (b"\xc3\xa9\0", 2, "there is a NUL byte, which no text has; save the file as UTF-8, without it"),
        ("é".encode() + "p".encode("utf-16-le"), 3, "there is a NUL byte"),
    ],
)
def test_bytes_that_are_no_text_are_told_where_they_are(body: bytes, column: int, words: str) -> None:
    whole = b"prompt\n\nok\r\n" + body + b"\nok\n"
    told = unreadable("csv", whole)

    assert told[:2] == (4, column)
    assert told[2].startswith(f"in line 4, column {column} {words}")
    assert checked("txt", whole).total == 4
    before, ok, fault, after = faults("txt", whole)
    assert (before, ok, after) == (None, None, None)
    assert fault
    assert fault.startswith(f"line 4 cannot be read: in column {column} {words}")


def test_bytes_that_are_no_text_are_found_in_json_too() -> None:
    assert unreadable("json", b'[{"prompt":"a"},\n{"prompt":"\xe9"}]')[:2] == (2, 12)
    assert faults("jsonl", b'{"prompt":"a"}\n{"prompt":"\0"}') == [
        None,
        "line 2 cannot be read: in column 12 there is a NUL byte, which no text has; save the file as UTF-8, "
        "without it",
    ]


@pytest.mark.parametrize("kind", ["jsonl", "txt"])
@pytest.mark.parametrize("bad", [b"\xe9", b"\0", b"p" * RECORD_MAX_BYTES])
def test_of_ten_thousand_lines_one_that_is_no_text_keeps_no_other_from_being_read(kind: Kind, bad: bytes) -> None:
    lines = [b'{"prompt":"a"}'] * 10_000
    lines[6_172] = bad
    whole = b"\n".join(lines) + b"\n"
    found = read(kind, whole)

    assert checked(kind, whole).total == len(found) == 10_000
    assert [(one.index, one.line) for one in found if one.fault] == [(6_172, 6_173)]


@pytest.mark.parametrize("kind", ["jsonl", "txt"])
@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("prompt\r\na\n\nb".encode("utf-16-le"), 1),
        ("prompt\na\n".encode("utf-16-be"), 1),
        ("prompt\na\n".encode("utf-32-le"), 1),
        (b"a\n\xe9\n\xff\n", 2),
    ],
)
def test_a_file_of_which_most_lines_are_no_text_is_none(kind: Kind, body: bytes, line: int) -> None:
    told = unreadable(kind, body)

    assert (told[0], "save the file as UTF-8" in told[2]) == (line, True)


@pytest.mark.parametrize(
    ("kind", "size", "words"),
    [
        ("csv", FILE_MAX_BYTES + 1, "at most 268435456 are read: write several files"),
        ("jsonl", 1024**3, "the file has 1073741824 bytes; at most 268435456 are read"),
        ("json", JSON_MAX_BYTES + 1, "at most 10485760 are read of a .json: write it as .jsonl, one object per line"),
    ],
)
def test_a_file_that_is_too_large_is_not_read(kind: Kind, size: int, words: str) -> None:
    with pytest.raises(SheetUnreadable) as raised:
        check(kind, never(), size)

    assert words in raised.value.detail


def test_more_than_the_most_items_are_refused_in_the_line_where_they_begin() -> None:
    most = b"prompt\n" + b"a\n" * MOST_ITEMS

    assert checked("csv", most).total == MOST_ITEMS
    assert unreadable("csv", most + b"\nb\n")[::2] == (
        MOST_ITEMS + 3,
        "in line 100003, column 1 item 100001 begins; at most 100000 are read: write several files",
    )


def test_a_file_of_nothing_but_line_breaks_is_not_read_to_its_end() -> None:
    last = Cursor(offset=MOST_LINES - 1, line=MOST_LINES)

    with pytest.raises(SheetUnreadable) as raised:
        list(records("txt", [b"\n" * 10], last, ()))

    assert raised.value.line == MOST_LINES + 1
    assert raised.value.detail.endswith("there are more lines than 10000000; write several files")


@pytest.mark.parametrize("kind", ["jsonl", "txt", "csv"])
def test_a_line_may_have_just_the_most_bytes(kind: Kind) -> None:
    line = b"p" * 1_048_575 + b"\n"

    assert checked(kind, b"prompt\n" + line).total == (1 if kind == "csv" else 2)
    words = "column 1 a line begins that has more than 1048576 bytes; shorten it"
    if kind == "csv":
        assert unreadable(kind, b"prompt\nq" + line)[::2] == (2, f"in line 2, {words}")
    else:
        assert faults(kind, b"prompt\nq" + line)[1] == f"line 2 cannot be read: in {words}"
