"""The laws of reading an answer: however it is cut and spelled, the same document and the same bytes come out."""

import base64
import contextlib
import hashlib
import io
import itertools
import json
import operator
import random
import string
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.answer.answer import AnswerGarbled, AnswerReader, AnswerTooLarge, AnswerTruncated, Picture
from tests.answers import content, cut, fed, in_pieces, read, reader, with_contents

PIXELS = bytes(range(256)) * 3
CHUNK = 64 * 1024
ALPHABET = string.ascii_letters + string.digits + "+/-_"
SOUND = '[{"data":"QUJD","a":"data"},{"data" : ["QUJD"]},1,{"a":{"data": "NaNI"}}]'


def picture(text: str, size: int = 1) -> Picture:
    """What comes of a string under a picture key, fed in chunks of that size; what follows it must survive."""
    body = f'{{"data":"{text}","after":"it"}}'.encode()
    document = read(in_pieces(body, size))
    assert document["after"] == "it"
    assert isinstance(document["data"], Picture)
    return document["data"]


def as_json(value: object, **style: Any) -> bytes:
    return json.dumps(value, default=lambda content: base64.b64encode(content).decode(), **style).encode()


def as_json_has_it(text: str) -> Any:
    """What Python's JSON makes of a text, "a picture" for each string under the picture key; None if it is none."""

    def hang(value: Any) -> Any:
        return (
            [hang(one) for one in value]
            if isinstance(value, list)
            else "a picture"
            if isinstance(value, str)
            else value
        )

    def hang_data(found: dict[str, Any]) -> dict[str, Any]:
        return found | ({"data": hang(found["data"])} if "data" in found else {})

    with contextlib.suppress(ValueError):
        return json.loads(text, object_hook=hang_data)


def what_is_wrong_with(text: str) -> str | None:
    """The verdict on a text without a prefix, found character by character."""
    padded = False
    for position, char in enumerate(text, 1):
        if char not in "= \n" and (padded or char not in ALPHABET):
            return f"not base64 at character {position}"
        padded = padded or char == "="
    cut_off = sum(char in ALPHABET for char in text) % 4 == 1
    return f"base64 cut off after character {len(text)}" if cut_off else None


def spelled(content: bytes, rng: random.Random) -> str:
    """One of the spellings of these bytes that have been seen, or might be."""
    ways = {"/": ["/", "_", r"\/", r"\u002f"], "+": ["+", "-", r"\u002B"], "=": ["=", r"\u003d", ""]}
    characters = (rng.choice(ways.get(char, [char])) for char in base64.b64encode(content).decode())
    spaces = ("", "", "", "", r"\n", r"\r\n", "\n", " ", r"\t")
    prefix = rng.choice(("", "", "data:image/png;base64,", r"DATA:image\/png;base64,", "data:;base64,"))
    return prefix + "".join(char + rng.choice(spaces) for char in characters)


#: Long ones too, and such as are full of + and / in base64.
contents = st.builds(
    operator.add,
    st.sampled_from([b"", bytes(300)]),
    st.binary() | st.lists(st.sampled_from([b"\xff", b"\xfb\xef\xbe", b"picture"])).map(b"".join),
)
numbers = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
keys = st.text().filter(lambda key: key != "data")
pictures = st.fixed_dictionaries({"mimeType": st.text(), "data": contents})
values = st.recursive(
    numbers | pictures | st.fixed_dictionaries({"text": st.text()}),
    lambda inner: (
        st.lists(inner) | st.dictionaries(keys, inner) | st.fixed_dictionaries({"data": st.lists(inner | contents)})
    ),
    max_leaves=10,
)
answers = st.lists(values, max_size=4) | st.dictionaries(keys, values, max_size=4) | pictures
styles = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 1])})
places = st.lists(st.integers(min_value=0, max_value=10_000), max_size=12)
tokens = st.sampled_from([*'{}[]:,-1Ee+. "', '"data"', '"data":', '"a":', '"QUJD"', "NaN", "Infinity", "null", "0E0"])


@settings(deadline=None)
@given(answers, styles, places)
def test_any_answer_cut_anywhere_is_read_as_json_with_its_pictures_decoded(
    answer: object, style: dict[str, Any], places: list[int]
) -> None:
    assert with_contents(read(cut(as_json(answer, **style), places))) == answer


@settings(deadline=None)
@given(answers)
def test_an_answer_that_comes_byte_by_byte_is_complete_with_its_last_byte_and_not_before(answer: object) -> None:
    growing = reader()

    for byte in as_json(answer):
        assert not growing.complete
        with pytest.raises(AnswerTruncated):
            growing.document()
        growing.feed(bytes([byte]))

    assert growing.complete


@given(contents, st.integers(), st.integers(min_value=1, max_value=500))
def test_all_spellings_of_a_picture_give_the_same_bytes(content_: bytes, seed: int, size: int) -> None:
    found = picture(spelled(content_, random.Random(seed)), size)

    assert found.fault is None
    assert content(found) == content_


@given(st.integers(0, 200), st.text(alphabet="AZaz09+/-_= \n:;,.é\x00", max_size=40), st.integers(1, 700))
def test_the_first_character_that_is_not_base64_is_found_however_the_text_is_cut(
    groups: int, text: str, size: int
) -> None:
    text = "QUJD" * groups + text

    assert picture(json.dumps(text)[1:-1], size).fault == what_is_wrong_with(text)


@given(st.integers(0, len(SOUND)), st.integers(0, 8), st.lists(tokens, max_size=4).map("".join))
def test_a_damaged_answer_is_taken_if_and_only_if_it_is_still_json(at: int, lost: int, put_in: str) -> None:
    damaged = SOUND[:at] + put_in + SOUND[at + lost :]
    expected = as_json_has_it(damaged)

    if isinstance(expected, dict | list):
        found = with_contents(read([damaged.encode()]), lambda _: "a picture")
        assert json.dumps(found) == json.dumps(expected)  # NaN is not equal to itself
    else:
        with pytest.raises((AnswerGarbled, AnswerTruncated)):
            read([damaged.encode()])


@given(
    st.binary() | st.text(alphabet='{}[]:,"\\NIu0dat/n\ud800 ').map(lambda text: text.encode("utf-8", "surrogatepass")),
    places,
)
def test_no_bytes_raise_anything_but_the_named_errors(body: bytes, places: list[int]) -> None:
    with contextlib.suppress(AnswerGarbled, AnswerTruncated):
        read(cut(b'{"data":"' + body, places))
    with contextlib.suppress(AnswerGarbled, AnswerTruncated):
        read(cut(body, places))


def test_a_picture_comes_with_its_size_and_checksums() -> None:
    found = picture(base64.b64encode(PIXELS).decode(), CHUNK)

    assert found.bytes == len(PIXELS)
    assert found.sha256 == hashlib.sha256(PIXELS).hexdigest()
    assert base64.b64decode(found.crc32) == zlib.crc32(PIXELS).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", None),
        ("QQ", None),
        ("QQ=", None),
        ("QUJD====", None),
        ("QUJD!!!!", "not base64 at character 5"),
        ("QU!D=.", "not base64 at character 3"),
        (r"QU\/Dé", "not base64 at character 5"),
        (r"QU\/D\"QUJD", "not base64 at character 5"),
        (r"QUJD\\", "not base64 at character 5"),
        (r"QUJD\qQUJD", "not base64 at character 5"),
        (r"QUJD\u12", "not base64 at character 5"),
        ("QUJD\\u00e9", "not base64 at character 5"),
        ("QQ==QUJD", "not base64 at character 5"),
        ("QUJD" * 101 + "QUI=QUJD", "not base64 at character 409"),
        ("QUJDQ", "base64 cut off after character 5"),
        ("data:image/png;base64,QUJD.", "not base64 at character 27"),
        ("data:image/svg+xml,QUJD", "not base64 at character 5"),
        ("ftp://models.example/1.png", "not base64 at character 4"),
        (" " * 300 + "data:image/png;base64,QUJD", "not base64 at character 305"),
        ("QUJD" * 100_000 + "?" + "QUJD" * 100_000, "not base64 at character 400001"),
    ],
)
def test_a_picture_that_is_not_base64_says_where_and_leaves_the_rest_of_the_answer(
    text: str, fault: str | None
) -> None:
    assert [picture(text, size).fault for size in (3, CHUNK)] == [fault, fault]


def test_what_follows_a_fault_is_not_kept() -> None:
    assert picture("QUJD" * 100 + "!" + "QUJD" * 1000, 64).bytes <= 300


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":"QUJD"} NaN',
        b'{"data":-"QUJD"}',
        b'{"data":1"QUJD"}',
        b'{"data":"QUJD"1}',
        b'{"data":"QUJD"E1}',
        b'{"data":-NaN,"x":{"data":"QUJD"}}',
        b'{"data":"QUJD""QUJD"}',
        b'["data":"QUJD"]',
        b'{"data":"QUJD":"QUJD"}',
    ],
)
def test_a_picture_cannot_be_forged_or_misplaced(body: bytes) -> None:
    with pytest.raises(AnswerGarbled):
        read([body])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "0E0", "1E3", "1E+400"])
def test_a_number_that_is_none_is_read_as_python_has_it_and_costs_no_picture(number: str) -> None:
    body = f'[{number},{{"data":"QUJD","n":{number}}},{{"data":["QUJE",{number}]}}]'
    n = float(number)

    for chunks in ([body.encode()], in_pieces(body.encode(), 1)):
        expected = [n, {"data": b"ABC", "n": n}, {"data": [b"ABD", n]}]
        assert str(with_contents(read(chunks))) == str(expected)


@pytest.mark.parametrize("body", [b'{"data":"QUJD","n":NaN', b'{"data":"QUJD","n":Na', b"[-Infinity,"])
def test_an_answer_that_is_cut_behind_such_a_number_is_truncated(body: bytes) -> None:
    with pytest.raises(AnswerTruncated):
        read([body])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>502 Bad Gateway</html>",
        b"upstream error",
        b'"a string"',
        b"null",
        b"12",
        b"]",
        b"{} {}",
        b"{},",
        b'{} "data":"QUJD"',
        b"{]",
        b'{"a":"\xff"}',
        b'{"a":"\n"}',
        b'{"a":"\\q"}',
        b'{"a":\xef\xbb\xbf1}',
        b"[" + b"1" * 5000 + b"]",
    ],
)
def test_what_is_not_a_json_object_or_array_is_garbled(body: bytes) -> None:
    for chunks in ([body], [bytes([byte]) for byte in body]):
        with pytest.raises(AnswerGarbled):
            read(chunks)


@pytest.mark.parametrize("more", [b"x", b"{}", b'"x"', b"NaN"])
def test_what_follows_the_end_is_refused_as_soon_as_it_is_fed(more: bytes) -> None:
    for chunks in ([b"{}", b" \n", more], [b"{} \n" + more]):
        with pytest.raises(AnswerGarbled, match="after its end"):
            fed(reader(), chunks)


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a":1}', b' \r\n\t{"a":1}', b'{"a":1}\r\n\r\n', b'{"a" :\n1 }'])
def test_a_byte_order_mark_and_white_space_around_the_answer_do_no_harm(body: bytes) -> None:
    assert read([body]) == read(bytes([byte]) for byte in body) == {"a": 1}


@pytest.mark.parametrize("body", [b"", b" ", b"\xef\xbb\xbf", b'{"data":"QUJD"', b'{"data":"QUJD', b'{"a":"\\'])
def test_an_answer_that_ends_too_early_is_truncated(body: bytes) -> None:
    with pytest.raises(AnswerTruncated):
        read([body])


@pytest.mark.parametrize("chunk", [b"[" * CHUNK, b'{"a":' * CHUNK, b"["])
def test_endless_nesting_is_refused_at_once(chunk: bytes) -> None:
    with pytest.raises(AnswerGarbled, match="200 levels"):
        read(itertools.repeat(chunk, 10_000_000))


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read([b"[" * 200 + b"]" * 200])


def test_two_pictures_stay_in_their_places_and_other_values_under_their_key_stay_json() -> None:
    document = read([b'{"b":{"data":"QUI="},"a":[{"data":"QUJD"},{"data":null},{"data":{"data":[1]}}]}'])

    assert with_contents(document) == {
        "b": {"data": b"AB"},
        "a": [{"data": b"ABC"}, {"data": None}, {"data": {"data": [1]}}],
    }


def test_of_a_doubled_key_the_last_picture_counts_as_with_any_json() -> None:
    assert with_contents(read([b'{"data":"QUI=","data":"QUJD"}'])) == {"data": b"ABC"}


def test_strings_in_arrays_under_a_picture_key_are_pictures_but_not_those_in_objects_there() -> None:
    document = read([b'{"data" :\n["QUI=",["QUJD",null],{"x":"QUJD","y":["QUJD"]},"QUI="],"x":["QUJD"]}'])

    assert with_contents(document) == {
        "data": [b"AB", [b"ABC", None], {"x": "QUJD", "y": ["QUJD"]}, b"AB"],
        "x": ["QUJD"],
    }


@pytest.mark.parametrize(
    "link", ["https://models.example/1.png", "HTTP://a", r"https:\/\/a", r"\u0068ttps\u003A//a", "https:", "http:"]
)
def test_a_link_under_a_picture_key_is_text_however_it_is_cut(link: str) -> None:
    body = f'{{"data":"{link}","b":{{"data":["{link}","QUJD"]}}}}'.encode()
    text = json.loads(f'"{link}"')

    for size in range(1, len(body) + 1):
        assert with_contents(read(in_pieces(body, size))) == {"data": text, "b": {"data": [text, b"ABC"]}}


@pytest.mark.parametrize("text", ["", "h", "http", "https", "httpsQUJD", "htt+", r"\u0068ttp"])
def test_a_picture_may_begin_as_links_do(text: str) -> None:
    body = f'{{"data":"{text}"}}'.encode()

    for size in range(1, len(body) + 1):
        assert isinstance(read(in_pieces(body, size))["data"], Picture)


def test_a_key_spelled_with_escapes_is_not_a_picture_key() -> None:
    assert read([rb'{"da\u0074a":"QUJD"}']) == {"data": "QUJD"}


def test_a_picture_key_may_be_of_any_letters() -> None:
    answer = AnswerReader(open_file=io.BytesIO, picture_keys=frozenset({"données"}))

    assert with_contents(fed(answer, ['{"données":"QUJD"}'.encode()]).document()) == {"données": b"ABC"}


def test_only_a_value_is_a_picture_never_a_string_that_reads_like_the_key() -> None:
    assert read([b'{"a":"data","b":["data","QUJD"],"x":"\\"data\\":"}']) == {
        "a": "data",
        "b": ["data", "QUJD"],
        "x": '"data":',
    }


def test_lone_surrogates_are_read_as_json_reads_them() -> None:
    assert read([rb'{"a":"\ud800","data":"\ud800"}'])["a"] == "\ud800"


def test_an_answer_larger_than_its_limits_is_refused() -> None:
    with pytest.raises(AnswerTooLarge, match="larger than 10 bytes"):
        read([b'{"data":', b'"QUJD"}'], max_body_bytes=10)
    with pytest.raises(AnswerTooLarge, match="without its pictures"):
        read([b'["', *[b"x" * 100] * 10], max_text_bytes=1000)
    with pytest.raises(AnswerTooLarge, match="100 pictures"):
        read([b"[", *[b'{"data":""},'] * 101])


def test_a_large_picture_does_not_count_as_text() -> None:
    assert with_contents(read([as_json({"data": PIXELS * 400})], max_text_bytes=100)) == {"data": PIXELS * 400}


def test_closing_the_reader_closes_every_file_also_after_an_error() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    with (
        pytest.raises(AnswerGarbled),
        AnswerReader(open_file=iter(files).__next__, picture_keys=frozenset({"data"})) as answer,
    ):
        answer.feed(b'[{"data":"QUJD"},{"data":"QU"}]NaN')

    assert [file.closed for file in files] == [True, True]


class Nowhere(io.BytesIO):
    def write(self, written: Any) -> int:
        return len(written)


def test_memory_does_not_grow_with_the_picture() -> None:
    answer = AnswerReader(open_file=Nowhere, picture_keys=frozenset({"data"}))
    answer.feed(b'{"data":"')

    tracemalloc.start()
    fed(answer, itertools.repeat(b"QUJD" * (CHUNK // 4), 300))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1_000_000
