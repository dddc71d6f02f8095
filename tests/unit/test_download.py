"""A picture that somebody gave as a URL: into a file, hashed on its way, tried again while that may help."""

import base64
import hashlib
import io
import itertools
import zlib
from typing import BinaryIO

import pytest

from cavendish.answer.answer import Picture
from cavendish.answer.download import MAX_BYTES, TRIES, Get, download
from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import Web
from tests.fakes import FakeAnswer, FakeWeb

URL = "https://pictures.test/a.png"
PIXELS = bytes(range(256)) * 100
WHOLE = FakeAnswer(PIXELS)
LOST = CallFailed("connection_lost", sent=True, detail="it broke")
SLOW = CallFailed("timed_out", sent=True, detail="it took too long")
BROKEN = FakeAnswer(PIXELS[:5000], breaks=LOST)


class Files:
    """Opens files in memory, and keeps them all."""

    def __init__(self) -> None:
        self.opened: list[BinaryIO] = []

    def __call__(self) -> BinaryIO:
        self.opened.append(io.BytesIO())
        return self.opened[-1]


@pytest.fixture
def files() -> Files:
    return Files()


def opening(web: Web) -> Get:
    return lambda limit_s: web.get(URL, limit_s=limit_s, max_bytes=MAX_BYTES)


def fetch(web: Web, files: Files, *, limit_s: float = 60, every_s: float = 1) -> Picture:
    """Each look at the clock is so much later."""
    ticks = itertools.count(1000, every_s)
    return download(opening(web), open_file=files, limit_s=limit_s, clock=lambda: next(ticks))


def pages(*answers: FakeAnswer | CallFailed) -> FakeWeb:
    return FakeWeb({URL: answers})


def test_a_picture_is_in_a_file_with_its_hashes(files: Files) -> None:
    picture = fetch(pages(WHOLE), files)
    picture.file.seek(0)

    assert picture.file.read() == PIXELS
    assert (picture.bytes, picture.fault) == (len(PIXELS), None)
    assert picture.sha256 == hashlib.sha256(PIXELS).hexdigest()
    assert picture.crc32 == base64.b64encode(zlib.crc32(PIXELS).to_bytes(4, "big")).decode()


@pytest.mark.parametrize(
    "first", [LOST, BROKEN, FakeAnswer(status=500), FakeAnswer(status=503), FakeAnswer(status=429)]
)
def test_what_may_pass_is_tried_again_from_the_start(files: Files, first: FakeAnswer | CallFailed) -> None:
    web = pages(first, first, WHOLE)

    assert fetch(web, files).bytes == len(PIXELS)
    assert len(web.opened) == TRIES
    assert [one.closed for one in files.opened] == [*[True] * (len(files.opened) - 1), False]


def test_no_more_than_three_are_tried_and_no_file_stays_open(files: Files) -> None:
    web = pages(BROKEN)
    with pytest.raises(CallFailed) as failed:
        fetch(web, files)

    assert failed.value.kind == "connection_lost"
    assert len(web.opened) == TRIES
    assert all(one.closed for one in files.opened)


@pytest.mark.parametrize("status", [204, 206, 302, 400, 403, 404, 410])
def test_what_will_not_change_is_tried_once(files: Files, status: int) -> None:
    web = pages(FakeAnswer(PIXELS, status=status))
    with pytest.raises(CallFailed, match=f"status {status}") as failed:
        fetch(web, files)

    assert (failed.value.kind, len(web.opened), files.opened) == ("garbled", 1, [])


def test_a_compressed_body_is_tried_once(files: Files) -> None:
    web = pages(FakeAnswer(PIXELS, headers={"content-encoding": "gzip"}))
    with pytest.raises(CallFailed):
        fetch(web, files)

    assert len(web.opened) == 1


def test_nothing_is_tried_once_the_limit_is_over(files: Files) -> None:
    web = pages(SLOW)
    with pytest.raises(CallFailed) as failed:
        fetch(web, files, limit_s=10, every_s=6)

    assert (failed.value.kind, len(web.opened)) == ("timed_out", 1)


def test_a_connection_that_took_too_long_leaves_time_for_another(files: Files) -> None:
    assert fetch(pages(SLOW, WHOLE), files).bytes == len(PIXELS)


def test_each_try_gets_what_is_left_of_the_limit_and_as_many_bytes_as_a_picture_may_have(files: Files) -> None:
    web = pages(LOST)
    with pytest.raises(CallFailed):
        fetch(web, files, limit_s=60)

    assert web.limits == [(59, MAX_BYTES), (57, MAX_BYTES), (55, MAX_BYTES)]


def test_a_picture_that_is_too_large_is_let_go(files: Files) -> None:
    with pytest.raises(CallFailed) as failed:
        fetch(pages(FakeAnswer(bytes(MAX_BYTES + 1), piece=1 << 20)), files)

    assert (failed.value.kind, len(files.opened), files.opened[0].closed) == ("garbled", 1, True)


def test_an_address_that_is_refused_is_not_tried_again(files: Files) -> None:
    with pytest.raises(AddressRefused):
        fetch(FakeWeb({}, names={"pictures.test": ["10.0.0.1"]}), files)


def test_a_file_that_cannot_be_written_is_closed(files: Files) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    full = Full()
    with pytest.raises(OSError, match="No space"):
        download(opening(pages(WHOLE)), open_file=lambda: full, limit_s=60, clock=lambda: 0)

    assert full.closed
