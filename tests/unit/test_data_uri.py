"""Pictures among words: whatever is around them and however it is cut, they are what a regex finds in the text."""

import base64
import io
import itertools
import json
import random
import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.answer.answer import AnswerGarbled, AnswerReader, AnswerTooLarge, Mixed, Picture
from tests.answers import content, cut, fed, in_pieces, read, with_contents

HEAD = "data:image/png;base64,"
CHUNK = 64 * 1024
#: The rule once more, for a text that is there as a whole and has no escapes.
URI = re.compile(
    r"(?ai:data:image/)[!-+\--9;-~]{0,237}(?ai:;base64,)(?=[A-Za-z0-9+/_-])"
    r"((?:[A-Za-z0-9+/_-]"
    r"|(?<![A-Za-z0-9+/_-]{999})\r?\n(?=[A-Za-z0-9+/_=-]{40}|[A-Za-z0-9+/_=-]+(?:[]\r\n\"'`)}<>]|\Z)))*={0,2})"
)


def decoded(text: str) -> bytes:
    """The bytes of the whole groups; of a rest that makes no byte, none."""
    plain = re.sub(r"[=\s]", "", text).replace("-", "+").replace("_", "/")
    whole = plain[:-1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(whole + "=" * (-len(whole) % 4))


def as_told(text: str) -> Any:
    """What a string with that text is: the words and pictures in it, one picture, or the text."""
    pictures, words = [decoded(found[1]) for found in URI.finditer(text)], URI.sub("", text)
    if not pictures:
        return text
    return pictures[0] if len(pictures) == 1 and not words.strip() else (words, *pictures)


def expected(value: Any, *, bare: bool = False) -> Any:
    """What json.loads makes of an answer, with its pictures; `bare` is under a picture key."""
    if isinstance(value, dict):
        return {key: expected(inner, bare=key == "data") for key, inner in value.items()}
    if isinstance(value, list):
        return [expected(inner, bare=bare) for inner in value]
    if not isinstance(value, str):
        return value
    return as_told(value) if not bare or value.startswith("http") else decoded(value.rpartition(",")[2])


def spelled(value: Any, rng: random.Random) -> str:
    """JSON with any of its escapes, in all strings but keys."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{spelled(inner, rng)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(spelled(inner, rng) for inner in value) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    rate = rng.choice([0, 0, 0.02, 0.5])
    return '"' + "".join(escaped(char, rng) if rng.random() < rate else plain(char) for char in value) + '"'


def plain(char: str) -> str:
    return json.dumps(char, ensure_ascii=not char.isprintable())[1:-1]


def escaped(char: str, rng: random.Random) -> str:
    if ord(char) > 0xFFFF or (char == "/" and rng.random() < 0.5):
        return r"\/" if char == "/" else json.dumps(char)[1:-1]
    return rng.choice([f"\\u{ord(char):04x}", f"\\u{ord(char):04X}"])


def string_of(body: str, size: int) -> Any:
    """What a string with that body is, between others, fed in chunks of that size."""
    before, found, after = read(in_pieces(f'["data:","{body}",{{"{body}":"image"}}]'.encode(), size))
    assert before == "data:"
    assert list(after.values()) == ["image"]
    return found


def encoded(content: bytes, wrap: str, *, url_safe: bool, padded: bool) -> str:
    text = (base64.urlsafe_b64encode if url_safe else base64.b64encode)(content).decode()
    return wrap.join(re.findall(".{1,60}", text if padded else text.rstrip("=")))


contents = st.binary() | st.lists(st.sampled_from([b"\xff", b"\xfb\xef\xbe"]), min_size=1).map(b"".join)
wraps = st.sampled_from(["", "", "\n", "\r\n", " "])
base64s = st.builds(encoded, contents, wraps, url_safe=st.booleans(), padded=st.booleans())
heads = st.sampled_from(
    [
        *(HEAD, "DATA:Image/PNG;Base64,", 'data:image/svg+xml;name="a\\b";x=y;base64,', "data:image/;base64,"),
        *("data:image/png,", "data:text/plain;base64,", "data:;base64,", "data:image/p ng;base64,", f"{HEAD}\n"),
        *(f"data:image/{'x' * length};base64," for length in (237, 238)),
    ]
)
uris = st.builds(str.__add__, heads, base64s)
fragments = st.sampled_from(
    [
        *"dD:,;=/\\\"')]>}<` \n\r\tu0",
        *("da", "data:", "data:image/", "image/png", ";base64,", HEAD, "QUJD", "\r\n", "==", "Enjoy", "![image]("),
        *("u0064ata:image/png;base64,QUJD", "\u00da", "ta:image/png;base64,QUJD", "d\u0430ta:", "\u017f"),
        *("A" * length for length in (39, 40, 998, 999)),
        *("\ud83d", "\ude00", "\U0001f600"),
    ]
)
texts = st.lists(st.text(max_size=5) | fragments | uris | uris.map("![image]({})".format), max_size=8).map("".join)
bares = base64s | st.builds(str.__add__, st.sampled_from([HEAD, "data:;base64,"]), base64s)
under_key = bares | texts.map("https:{}".format) | st.none() | st.lists(bares | st.integers())
values = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | uris, inner, max_size=3)
        | st.fixed_dictionaries({"data": under_key | st.lists(st.dictionaries(st.just("x"), inner), max_size=2)})
    ),
    max_leaves=6,
)
places = st.lists(st.integers(min_value=0, max_value=20_000), max_size=12)


@settings(deadline=None, max_examples=300)
@given(st.lists(values, max_size=4), st.integers(), places)
def test_any_answer_cut_anywhere_is_what_json_and_a_regex_make_of_it(
    answer: list[Any], seed: int, places: list[int]
) -> None:
    body = spelled(answer, random.Random(seed)).encode()

    assert with_contents(read(cut(body, places))) == expected(json.loads(body))


@settings(deadline=None, max_examples=200)
@given(texts, st.integers(), st.integers(1, 40))
def test_words_with_pictures_that_come_in_small_pieces_are_what_a_regex_makes_of_them(
    text: str, seed: int, size: int
) -> None:
    body = spelled([text], random.Random(seed)).encode()

    assert with_contents(read(in_pieces(body, size))) == [as_told(text)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (HEAD + "QUJD", b"ABC"),
        (HEAD + "QUI=", b"AB"),
        (HEAD + "QUI", b"AB"),
        (HEAD + "-_-_", b"\xfb\xff\xbf"),
        (r"data:image\/png;base64,\/\u002b\/+", b"\xff\xef\xfe"),
        (r"\u0064\u0061\u0054a\u003Aimage/png;base64\u002cQUJD", b"ABC"),
        (r"data:image/png;name=\"a\";x=y;base64,QUJD", b"ABC"),
        ("DATA:IMAGE/PNG;BASE64,QUJD", b"ABC"),
        (r" \n" + HEAD + r"QUJD\r\n", b"ABC"),
        (HEAD + r"QUJD\r\nREVG\nRw==\n", b"ABCDEFG"),
        (HEAD + r"QUJD\u000aRE\n==", b"ABCD"),
        (f"![image]({HEAD}QUJD) enjoy", ("![image]() enjoy", b"ABC")),
        (f"![a]({HEAD}QUJD)![b]({HEAD}QUI=)", ("![a]()![b]()", b"ABC", b"AB")),
        (rf"<img src=\"{HEAD}QUJD\">", ('<img src="">', b"ABC")),
        (f"<img src='{HEAD}QUJD'>", ("<img src=''>", b"ABC")),
        (f"{HEAD}QUJD enjoy", (" enjoy", b"ABC")),
        (rf"{HEAD}QUJD\nEnjoy it", ("\nEnjoy it", b"ABC")),
        (rf"{HEAD}QUJD\n\nEnjoy", ("\n\nEnjoy", b"ABC")),
        (rf"{HEAD}QUI=\nEnjoy", ("\nEnjoy", b"AB")),
        (rf"{HEAD}{'QUJD' * 249}\nQUJD)", (")", b"ABC" * 250)),
        (rf"{HEAD}{'QUJD' * 250}\nEnjoy", ("\nEnjoy", b"ABC" * 250)),
        (f"{HEAD}QUJD===", ("=", b"ABC")),
        (f"{HEAD}QUJD!QUJD", ("!QUJD", b"ABC")),
        (f"{HEAD}QUJD{HEAD}QUJD", (":image/png;base64,QUJD", decoded("QUJDdata"))),
        (rf"{HEAD}QUJD\n{'A' * 40} it", (" it", b"ABC" + bytes(30))),
        (rf"{HEAD}QUJD\n{'A' * 39} it", (f"\n{'A' * 39} it", b"ABC")),
        (rf"{HEAD}{'A' * 998}\nAA", bytes(750)),
        (rf"{HEAD}{'A' * 999}\nA", ("\nA", bytes(749))),
        (rf"{HEAD}{'A' * 1000} {HEAD}QUJD\nQUJD)", (" )", bytes(750), b"ABC" * 2)),
        (f"data:image/x({HEAD}QUJD)", ("data:image/x()", b"ABC")),
        (f"{HEAD} QUJD", f"{HEAD} QUJD"),
        (HEAD, HEAD),
        (f"{HEAD}<data>", f"{HEAD}<data>"),
        ("data:text/plain,hello", "data:text/plain,hello"),
        ("data:text/plain;base64,QUJD", "data:text/plain;base64,QUJD"),
        ("data:image/svg+xml,QUJD", "data:image/svg+xml,QUJD"),
        (r"\\u0064ata:image/png;base64,QUJD", r"\u0064ata:image/png;base64,QUJD"),
        (r"\\" + HEAD + "QUJD", ("\\", b"ABC")),
        (r"\u00data:image/png;base64,QUJD", "\u00data:image/png;base64,QUJD"),
        (r"\ud83d" + HEAD + r"QUI=\ude00", ("\ud83d\ude00", b"AB")),
    ],
)
def test_a_string_is_a_picture_or_words_with_pictures_or_words(body: str, found: Any) -> None:
    for size in [*range(1, 40), CHUNK]:
        assert with_contents(string_of(body, size)) == found


def test_a_picture_that_breaks_off_says_so_with_the_place_in_its_uri() -> None:
    whole, among_words = string_of(f"{HEAD}QUJDQ", CHUNK), string_of(f"See ![]({HEAD}QUJDQ", 1)

    assert isinstance(whole, Picture)
    assert isinstance(among_words, Mixed)
    assert [one.fault for one in (whole, *among_words.pictures)] == ["base64 cut off after character 27"] * 2
    assert content(whole) == b"ABC"


@pytest.mark.parametrize(
    "body", [rf"\u0\u0064{HEAD[1:]}QUI=041", rf"\q{HEAD}QUJD", rf"{HEAD}QUJD\q", f"\n{HEAD}QUJD", f"{HEAD}QUJD\t"]
)
def test_words_around_a_picture_are_strict_json(body: str) -> None:
    for size in (1, CHUNK):
        with pytest.raises(AnswerGarbled):
            string_of(body, size)


def test_pictures_among_words_count_with_all_pictures() -> None:
    with pytest.raises(AnswerTooLarge, match="100 pictures"):
        read([b'[{"data":""},"', *[f"{HEAD}QUI= ".encode()] * 100])


def test_words_around_pictures_count_as_text_and_pictures_do_not() -> None:
    words = f'"{"x" * 200}{HEAD}{"QUJD" * 1000}"'.encode()

    assert len(read([b"[", *[words + b","] * 4, b"1]"], max_text_bytes=1000)) == 5
    with pytest.raises(AnswerTooLarge, match="without its pictures"):
        read([b"[", *[words + b","] * 5], max_text_bytes=1000)


def test_of_what_follows_a_picture_in_one_line_nothing_is_held_back() -> None:
    with pytest.raises(AnswerTooLarge, match="without its pictures"):
        read([f'["{HEAD}{"QUJD" * 250}\\n'.encode(), *[b"QUJD"] * 300], max_text_bytes=1000)


def test_pictures_in_words_are_closed_with_the_reader() -> None:
    file = io.BytesIO()
    with AnswerReader(open_file=lambda: file, picture_keys=frozenset()) as answer:
        answer.feed(f'["{HEAD}QU'.encode())

    assert file.closed


class Nowhere(io.BytesIO):
    def write(self, written: Any) -> int:
        return len(written)


@pytest.mark.parametrize("piece", [b"QUJD", rb"QU\/D", b"QUJD" * 19 + rb"\r\n"])
def test_memory_does_not_grow_with_a_picture_among_words(piece: bytes) -> None:
    answer = AnswerReader(open_file=Nowhere, picture_keys=frozenset())
    answer.feed(f'["Here it is: ![image]({HEAD}'.encode())

    tracemalloc.start()
    fed(answer, itertools.repeat(piece * (CHUNK // len(piece)), 100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1_500_000
