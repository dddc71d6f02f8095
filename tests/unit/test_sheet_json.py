"""JSON Lines, JSON and text: what is an item, whose fault what cannot be read is, and where it is."""

import json

import pytest

from cavendish.outcome import WORDS_MAX
from tests.sheets import checked, faults, fields, read, unreadable

DEEP = "[" * 100_000


def test_each_line_of_json_lines_is_an_item() -> None:
    body = b'\xef\xbb\xbf{"prompt":"a","id":7}\r\n\n  \n {"prompt":"b","name":"x/y","id":8} \n{"prompt":"\xc3\xa9"}'

    assert fields("jsonl", body) == [{"prompt": "a", "name": "7"}, {"prompt": "b", "name": "x/y"}, {"prompt": "é"}]
    assert [one.line for one in read("jsonl", body)] == [1, 4, 5]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{prompt: 1}", "is not JSON: in column 2 the name of a field is expected, in double quotes"),
        ('{"prompt":', "is not JSON: in column 11 a value is expected: text in double quotes, a number, true, false"),
        ('{"prompt":"a"}{}', "is not JSON: in column 15 nothing is expected after the end of the object"),
        ('{"n":NaN}', "is not JSON: NaN is no JSON number; send a finite one, or null"),
        ('{"n":1e999}', "is not JSON: the number 1e999 is too large"),
        ('{"n":1,"n":2}', "is not JSON: 'n' is there twice; send it once"),
        (DEEP, "is not JSON that we read: it is nested too deep"),
        ('["a"]', "has no JSON object; write one with a prompt"),
        ("null", "has no JSON object; write one with a prompt"),
        ('{"name":["a"]}', "has a field name that is neither text nor a whole number; write it in double quotes"),
        ('{"id":true}', "has a field id that is neither text nor a whole number; write it in double quotes"),
        ('{"id":1.5}', "has a field id that is neither text nor a whole number; write it in double quotes"),
    ],
)
def test_a_line_that_is_no_item_is_a_fault_of_its_own(line: str, fault: str) -> None:
    body = f'{{"prompt":"a"}}\n{line}\n{{"prompt":"b"}}\n'.encode()
    before, told, after = faults("jsonl", body)

    assert (before, after) == (None, None)
    assert told
    assert told.startswith(f"line 2 {fault}")
    assert checked("jsonl", body).total == 3


def test_of_ten_thousand_lines_only_the_bad_one_has_a_fault() -> None:
    lines = [json.dumps({"prompt": f"p{index}"}) for index in range(10_000)]
    lines[6_172] = '{"prompt": "p'
    found = read("jsonl", "\n".join(lines).encode())

    assert [one.index for one in found] == list(range(10_000))
    assert [(one.line, one.fault) for one in found if one.fault] == [
        (
            6_173,
            "line 6173 is not JSON: in column 12 text begins that does not end; close it with a double quote",
        )
    ]


def test_a_fault_can_be_written_down_whatever_the_line_holds() -> None:
    half, long = faults("jsonl", b'{"\\ud800":1,"\\ud800":2}\n{"%b":1,"%b":2}' % (b"x" * 9000, b"x" * 9000))

    assert half
    assert half.encode()
    assert long
    assert len(long) <= WORDS_MAX


def test_without_a_name_and_with_one_that_is_null_an_item_has_none() -> None:
    assert fields("jsonl", b'{"id":null}\n{"name":null,"id":1}\n{"name":"","id":1}\n') == [
        {},
        {"name": "1"},
        {"name": ""},
    ]


def test_after_the_last_entry_there_is_nothing_more() -> None:
    for body in (b'{"prompt":"a"}', b'{"prompt":"a"}\n', b'[{"prompt":"a"}]', b'[{"prompt":"a"} \n ] '):
        (only,) = read("json", body)

        assert read("json", body, only.cursor) == []


@pytest.mark.parametrize(
    "body", ['{"prompt":"a"}', ' \n\r\n{"prompt":"a"}\n\n', '[{"prompt":"a"}]', ' [ {"prompt":"a"} ] ']
)
def test_a_json_file_is_one_object_or_a_list(body: str) -> None:
    assert fields("json", body.encode()) == [{"prompt": "a"}]
    assert fields("json", b"\xef\xbb\xbf" + body.encode()) == [{"prompt": "a"}]
    assert checked("json", body.encode()).total == 1


def test_entries_of_a_list_are_found_in_the_lines_where_they_begin() -> None:
    body = b'[{"prompt":"a\xc3\xa9"},\r\n\r\n  {"prompt":\n"b"},{"prompt":"c"}\n,\n{"prompt":"d"}\n]\n'
    found = read("json", body)

    assert [(one.line, one.fields["prompt"]) for one in found] == [(1, "aé"), (3, "b"), (4, "c"), (6, "d")]


def test_an_entry_that_is_no_item_is_a_fault_of_its_own() -> None:
    body = b'[{"prompt":"a"},\n5,\n{"n":1,"n":2},\n{"n":-Infinity},\n{"n":' + b"9" * 5000 + b'},\n{"prompt":"b"}]'
    first, number, twice, infinite, large, last = faults("json", body)

    assert (first, last) == (None, None)
    assert number == "line 2 has no JSON object; write one with a prompt"
    assert twice == "line 3 is not JSON: 'n' is there twice; send it once"
    assert infinite == "line 4 is not JSON: -Infinity is no JSON number; send a finite one, or null"
    assert large
    assert large.startswith("line 5 is not JSON: the number 99999999999999999999... with 5000 digits is too large")


@pytest.mark.parametrize(
    ("body", "line", "column", "words"),
    [
        ('[{"a":1},\n{"b":}]', 2, 6, "a value is expected"),
        ('[{"a":1},\n]', 2, 1, "a value is expected"),
        ('[{"a":1}\n {"b":1}]', 2, 2, "a comma or a closing bracket is expected"),
        ('[{"a":1}', 1, 9, "a comma or a closing bracket is expected"),
        ("[", 1, 2, "a value is expected"),
        ('[{"a":1}] x', 1, 11, "nothing is expected after the end; send one list, or name the file .jsonl"),
        ("[] []", 1, 4, "nothing is expected after the end"),
        ('{"a":1}\n{"b":1}\n', 2, 1, "nothing is expected after the end; send one list, or name the file .jsonl"),
        ('{"a":"é\n"}', 1, 8, "text may not hold a control character as it is"),
        ("prompt\ncat\n", 1, 1, "a list of objects is expected, or one object"),
        ("]", 1, 1, "a list of objects is expected, or one object"),
        (f"[{{}},\n {DEEP}", 2, 2, "a value begins that is nested too deep to be read"),
        (f'[{{}},\n {{"prompt":"{"x" * 1_048_576}"}}]', 2, 1, "an item begins that has more than 1048576 bytes"),
    ],
)
def test_a_list_that_goes_wrong_is_told_where_it_does(body: str, line: int, column: int, words: str) -> None:
    told = unreadable("json", body.encode())

    assert told[:2] == (line, column)
    assert told[2].startswith(f"in line {line}, column {column} {words}")


def test_each_line_of_a_text_is_a_prompt() -> None:
    body = b'\xef\xbb\xbfa cat\r\n\n  a, "dog" \n \t\n{}\rlast\xe2\x80\xa8line'

    assert [one.get("prompt") for one in fields("txt", body)] == ["a cat", '  a, "dog" ', "{}", "last\u2028line"]
    assert [one.line for one in read("txt", body)] == [1, 3, 5, 6]


def test_only_the_first_line_can_begin_with_a_byte_order_mark() -> None:
    assert [one["prompt"] for one in fields("txt", b"\xef\xbb\xbfa\n\xef\xbb\xbfb")] == ["a", "\ufeffb"]
