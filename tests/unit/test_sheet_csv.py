"""CSV: what its columns may be called, what its cells become, and whose fault a row is."""

import json
from typing import Any

import pytest

from cavendish.request import JobRequest
from cavendish.sheet.columns import typed
from tests.sheets import checked, faults, fields, read, unreadable


def test_a_row_is_an_item_with_the_fields_that_the_header_names() -> None:
    body = b"id,prompt,size,n\n7,a cat,4K,2\n8,a dog,,\n"

    assert fields("csv", body) == [
        {"name": "7", "prompt": "a cat", "size": "4K", "n": 2},
        {"name": "8", "prompt": "a dog"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_separates_cells_and_lines_is_seen_in_the_file(delimiter: str, end: str) -> None:
    rows = [["name", "prompt", "tags"], ["a", "one, two; three", "x|y"], ["b", "four", "z"]]
    quoted = [delimiter.join(f'"{cell}"' if " " in cell else cell for cell in row) for row in rows]
    body = end.join(quoted).encode()

    assert checked("csv", body).total == 2
    assert fields("csv", body) == [
        {"name": "a", "prompt": "one, two; three", "tags": ["x", "y"]},
        {"name": "b", "prompt": "four", "tags": ["z"]},
    ]


@pytest.mark.parametrize("delimiter", [b";", b"\t"])
def test_what_separates_cells_is_known_in_mid_file_too(delimiter: bytes) -> None:
    body = b"prompt,n\na,1\nb,2\nc,3\n".replace(b",", delimiter)
    _, second, third = read("csv", body)

    assert read("csv", body, second.cursor, ("prompt", "n")) == [third]
    assert third.fields == {"prompt": "c", "n": 3}


def test_what_separates_cells_makes_most_fields_out_of_the_header() -> None:
    assert checked("csv", b"prompt;metadata.a,b,c;n\np;x;1\n").header == ("prompt", "metadata.a,b,c", "n")


def test_quotes_hold_line_breaks_delimiters_and_quotes() -> None:
    (record, after) = read("csv", b'prompt,name\n"a ""big""\r\ncat,\n\nsitting",x\nnext,y\n')

    assert record.fields["prompt"] == 'a "big"\r\ncat,\n\nsitting'
    assert (record.line, after.line) == (2, 6)


def test_a_byte_order_mark_is_dropped_and_counted() -> None:
    body = b"\xef\xbb\xbfprompt\na\nb\n"
    first, second = read("csv", body)

    assert checked("csv", body).header == ("prompt",)
    assert read("csv", body, first.cursor, ("prompt",)) == [second]


def test_blank_rows_are_no_items_but_count_as_lines() -> None:
    found = read("csv", b"\n\nprompt,n\n\n,\na,1\n  \n,,,,\nb,2\n")

    assert [(one.index, one.line, one.fields["prompt"]) for one in found] == [(0, 6, "a"), (1, 9, "b")]


def test_blanks_around_a_column_name_do_not_count() -> None:
    assert fields("csv", b"name, prompt \n1,x\n") == [{"name": "1", "prompt": "x"}]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("prompt", " a cat ", " a cat "),
        ("prompt", "17", "17"),
        ("prompt", "true", "true"),
        ("size", "4K", "4K"),
        ("lane", "bulk", "bulk"),
        ("name", "007", "007"),
        ("n", " 3 ", 3),
        ("unknown_retries", "0", 0),
        ("n", "3.0", 3.0),
        ("n", "many", "many"),
        ("n", "true", "true"),
        ("n", "1_0", "1_0"),
        ("max_cost_usd", "0.25", 0.25),
        ("max_cost_usd", "2", 2),
        ("max_cost_usd", "NaN", "NaN"),
        ("max_cost_usd", "1e999", "1e999"),
        ("allow_downgrade", "TRUE", True),
        ("allow_fallback", "False", False),
        ("allow_fallback", "no", "no"),
        ("tags", "a, b;c|d,,", ["a", "b", "c", "d"]),
        ("tags", '["a, b", "c"]', ["a, b", "c"]),
        ("tags", "[a", "[a"),
        ("accept", '["wrong_size"]', ["wrong_size"]),
        ("metadata", '{"a": {"b": [1]}}', {"a": {"b": [1]}}),
        ("metadata", "[1]", "[1]"),
        ("metadata", '{"a":1,"a":2}', '{"a":1,"a":2}'),
        ("webhook", '{"url": "https://a.example/"}', {"url": "https://a.example/"}),
        ("webhook", "https://a.example/", "https://a.example/"),
        ("webhook", "[" * 100_000, "[" * 100_000),
    ],
)
def test_a_cell_becomes_what_its_field_wants_or_stays_text(column: str, cell: str, value: Any) -> None:
    read_as = typed(column, cell)

    assert read_as == value
    assert type(read_as) is type(value)


VALUES: dict[str, Any] = {
    "prompt": "a cat",
    "size": "4K",
    "aspect_ratio": "16:9",
    "model": "nano-banana",
    "route": "gemini",
    "thinking": "high",
    "use_case": "preview",
    "quality": "fast",
    "n": 3,
    "policy": "cavendish",
    "allow_downgrade": False,
    "allow_fallback": False,
    "unknown_retries": 2,
    "on_refusal": "fallback",
    "accept": ["wrong_size"],
    "lane": "bulk",
    "schedule": "off_peak",
    "deadline_s": 60,
    "max_cost_usd": 0.5,
    "dedupe_window_s": 9,
    "webhook": {"url": "https://a.example/", "events": ["job.failed"]},
    "metadata": {"a": 1},
    "tags": ["x", "y"],
    "retention_s": 600,
}


def test_every_field_of_a_request_can_be_written_in_a_cell() -> None:
    cells = {name: value if isinstance(value, str) else json.dumps(value) for name, value in VALUES.items()}

    assert list(VALUES) == list(JobRequest.model_fields)
    assert {name: typed(name, cell) for name, cell in cells.items()} == VALUES
    assert JobRequest.model_validate(VALUES)


def test_a_dotted_column_fills_a_key_of_the_metadata_with_text() -> None:
    body = b'prompt,metadata,metadata.sku,metadata.a.b\np,"{""x"":1,""sku"":2}",0017,\np,,,z\np,,,\np,text,1,\n'

    assert [one.get("metadata") for one in fields("csv", body)] == [
        {"x": 1, "sku": "0017"},
        {"a.b": "z"},
        None,
        "text",
    ]


@pytest.mark.parametrize(
    ("header", "name"), [("id,name", "n"), ("name,id", "i"), ("id,size", "i"), ("name,size", "i"), ("size,n", None)]
)
def test_the_name_is_that_of_the_name_or_else_of_the_id(header: str, name: str | None) -> None:
    cells = {"id": "i", "name": "n" if "id" in header else "i", "size": "2K", "n": "1"}
    row = ",".join(cells[column] for column in header.split(","))
    expected = "n" if header in ("id,name", "name,id") else name

    (only,) = fields("csv", f"prompt,{header}\np,{row}\n".encode())

    assert only.get("name") == expected
    assert "id" not in only


def test_a_ragged_row_is_the_fault_of_its_item_alone() -> None:
    assert faults("csv", b"prompt,n,size\na,1,2K\nb,1\nc,1,2K,x,y\nd\ne,1,2K\n") == [
        None,
        "line 3 has 2 cells, the header 3",
        "line 4 has 5 cells, the header 3",
        "line 5 has 1 cell, the header 3",
        None,
    ]


BAD_HEADER = (
    "there is no field 'promt'; 'prompt' is probably meant; a column has no name; give it a field's name, or take it "
    "out; there is no field 'sise'; 'size' is probably meant; the column 'n' is there twice; keep one of them"
)
BAD_FIELDS = (
    "there is no field 'zqx'; there is no field 'qqq'; there is no field 'promt'; 'prompt' is probably meant; the "
    "columns are id, name, prompt, size"
)
MANY = "; ".join(f"there is no field 'zq{number}'" for number in range(10))


@pytest.mark.parametrize(
    ("body", "line", "column", "words"),
    [
        ("name,,prompt\n", 1, 6, "a column has no name; give it a field's name, or take it out"),
        ("\nprompt,\n", 2, 8, "a column has no name"),
        ("name,promt,,size,sise,,n,n\n", 1, 6, BAD_HEADER),
        ("prompt,zqx,qqq,promt\n", 1, 8, BAD_FIELDS),
        ("prompt" + ",qqq,n" * 9 + "\n", 1, 8, "there is no field 'qqq'; the column 'qqq' is there twice; keep one of"),
        ("prompt" + ",zq%d" * 15 % tuple(range(15)) + "\n", 1, 8, f"{MANY}; and 5 columns more are wrong; the columns"),
        ("prompt,dedupe_window_s\n", 1, 8, "the column 'dedupe_window_s' is for jobs that are submitted one by one;"),
        ("prompt;n; n\n", 1, 10, "the column 'n' is there twice; keep one of them"),
        ("name,promt\n", 1, 6, "there is no field 'promt'; 'prompt' is probably meant"),
        ("Prompt;Size\n", 1, 1, "there is no field 'Prompt'; 'prompt' is probably meant"),
        ('prompt,"na\nme",zqx\n', 1, 8, "there is no field 'na\\nme'; 'name' is probably meant"),
        ('prompt,"metadata.\n",zqx\n', 1, 8, "there is no field 'metadata.'; 'metadata' is probably meant"),
        ('prompt,"metadata.\nx",zqx\n', 2, 4, "there is no field 'zqx'; the columns are id, name, prompt, size, "),
        ("name,size\n", 1, 1, "there is no column prompt, and none in the defaults; add one"),
        ("a cat on a mat\na dog\n", 1, 1, "there is no field 'a cat on a mat'; the columns are id, name, prompt"),
        ("prompt,metadata." + "x" * 9000 + "\n", 1, 1, "the header has more than 8192 bytes; shorten it"),
    ],
)
def test_a_wrong_header_makes_the_file_unreadable(body: str, line: int, column: int, words: str) -> None:
    told = unreadable("csv", f"{body}x,y,z\n".encode())

    assert told[:2] == (line, column)
    assert told[2].startswith(f"in line {line}, column {column} {words}")


def test_a_prompt_may_come_from_the_defaults() -> None:
    assert checked("csv", b"name,size\na,2K\n", "prompt").header == ("name", "size")


@pytest.mark.parametrize(
    ("rows", "line", "column", "words"),
    [
        ('a,1\n"b" c,2\n', 3, 3, "a quote closes a cell that goes on; write a quote in quoted text as two"),
        ('"a\nb","c""\n"d",2\n', 4, 1, "a quote closes a cell that goes on"),
        (
            'a,1\nb,"2\nc,3\n',
            3,
            3,
            "a quote opens that is not closed within the 1048576 bytes of a record; close it, or write a quote in",
        ),
        ('"a\n\nb","c\nd', 4, 4, "a quote opens that is not closed"),
        ('a,"' + "b,2\n" * 300_000, 2, 3, "a quote opens that is not closed"),
        (
            '"' + "b\n" * 300_000 + '","' + "2\n" * 300_000 + '"\n',
            300_002,
            3,
            "a quote opens that is not closed within",
        ),
        ("a,1\n" + "b" * 1_048_577, 3, 1, "a line begins that has more than 1048576 bytes; shorten it"),
    ],
)
def test_quotes_that_go_wrong_are_told_where_they_do(rows: str, line: int, column: int, words: str) -> None:
    told = unreadable("csv", b"prompt,n\n" + rows.encode())

    assert told[:2] == (line, column)
    assert told[2].startswith(f"in line {line}, column {column} {words}")


def test_a_quote_inside_of_a_cell_without_quotes_is_text() -> None:
    assert fields("csv", b'prompt,n\na 5" nail,1\n')[0]["prompt"] == 'a 5" nail'


def test_a_cell_of_almost_the_most_bytes_is_read() -> None:
    prompt = "x\n" * 500_000

    assert fields("csv", f'prompt\n"{prompt}"\n'.encode()) == [{"prompt": prompt}]
