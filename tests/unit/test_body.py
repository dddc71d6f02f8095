"""A body that is no JSON is told so in our own words: where, what is expected there, and what to do."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.contract.body import BODY_MAX_BYTES, WORDS, read_fields
from cavendish.errors import RequestFault, RequestInvalid, RequestTooLarge

#: Words of Python's own parser.
PYTHONS = re.compile(
    r"Expecting|Extra data|Invalid|Unterminated|codec|decode|char \d|limit|set_int|Illegal|RecursionError"
)


def fault(body: bytes) -> RequestFault:
    with pytest.raises(RequestInvalid) as invalid:
        read_fields(body)
    (only,) = invalid.value.faults
    return only


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "it is empty; send an object"),
        (b" \n", "it is empty; send an object"),
        (b"{", "in line 1, column 2 the name of a field is expected, in double quotes"),
        (b"{'a':1}", "in line 1, column 2 the name of a field is expected, in double quotes"),
        (b'{"prompt":}', "in line 1, column 11 a value is expected: text in double quotes, a number, true, false, "),
        (b'{"prompt":\n True}', "in line 2, column 2 a value is expected"),
        (b'{"prompt" "p"}', "in line 1, column 11 a colon is expected between a field's name and its value"),
        (b'{"prompt": "p" "n": 1}', "in line 1, column 16 a comma or a closing bracket is expected; text with quotes"),
        (b'{"prompt": "p', "in line 1, column 12 text begins that does not end; close it with a double quote"),
        (
            b'{"prompt": "p\n"}',
            "in line 1, column 14 text may not hold a control character as it is; write a line break",
        ),
        (b'{"prompt": "\\p"}', "in line 1, column 13 this is no escape; write a backslash as \\\\"),
        (b'{"prompt": "\\u12"}', "in line 1, column 1"),
        (b'{"prompt": "p"}{}', "in line 1, column 16 nothing is expected after the end of the object; send one object"),
        (b"\xef\xbb\xbf{}", "in line 1, column 1 there is a byte order mark; take it out"),
        (b'{"prompt": "\xe9"}', "byte 13 is not UTF-8; send all of it as UTF-8"),
        (b'{"a": {"n":1,"n":1}}', "'n' is there twice; send it once"),
        (b'{"n": NaN}', "NaN is no JSON number; send a finite one, or null"),
        (b'{"n": -Infinity}', "-Infinity is no JSON number; send a finite one, or null"),
        (b'{"n": 1e999}', "the number 1e999 is too large; at most 1.8e308 can be sent as one, or send it as text"),
        (b'{"n": ' + b"9" * 5000 + b"}", f"the number {'9' * 20}... with 5000 digits is too large; at most 1.8e308"),
        (b'{"n": -' + b"9" * 900_000 + b"}", f"the number -{'9' * 19}... with 900001 digits is too large"),
    ],
)
def test_what_is_no_json_is_told_where_and_what_to_do(body: bytes, detail: str) -> None:
    told = fault(body)

    assert (told.part, told.pointer) == ("body", "")
    assert told.detail.startswith(f"the body is not JSON: {detail}")
    assert not PYTHONS.search(told.detail)


def test_a_body_that_is_nested_too_deep_is_told_so() -> None:
    assert "nested too deep" in fault(b"[" * 100_000).detail


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"prompt"', b'[{"prompt":"p"}]'])
def test_a_body_that_is_no_object_is_told_so(body: bytes) -> None:
    assert fault(body).detail == "the body must be a JSON object; send its fields in braces"


@pytest.mark.parametrize("coding", ["latin-1", "utf-16", "utf-16-le", "utf-32"])
def test_a_body_that_is_not_utf8_is_refused(coding: str) -> None:
    assert fault('{"prompt": "zqé"}'.encode(coding)).detail


@given(st.binary(max_size=60) | st.text('{}[]",:\\u0d8tnfa1-.e \n').map(str.encode))
def test_no_bytes_are_answered_in_the_parsers_words(body: bytes) -> None:
    told = ""
    try:
        read_fields(body)
    except RequestInvalid as invalid:
        told = str(invalid)

    assert not PYTHONS.search(told)


def test_every_word_of_the_parser_has_one_of_ours() -> None:
    sources = [Path(json.__file__).parent / name for name in ("decoder.py", "scanner.py", "__init__.py")]
    said = {words for one in sources for words in re.findall(r'JSONDecodeError\(\s*f?"([^"]+)"', one.read_text())}

    assert said
    assert [words for words in said if not words.startswith(tuple(WORDS))] == []


def test_a_body_of_just_the_most_bytes_is_read() -> None:
    whole = (b'{"prompt":"p"}' + b" " * BODY_MAX_BYTES)[:BODY_MAX_BYTES]

    assert read_fields(whole) == {"prompt": "p"}
    with pytest.raises(RequestTooLarge, match="at most 1048576 are taken"):
        read_fields(whole + b" ")
