"""The port Images: one suite for the fake and for the bucket."""

import base64
import io
import zlib
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from adapters.images_bucket import ImagesBucket
from cavendish.attempt import Result
from cavendish.money.price import Priced, Usage
from cavendish.outcome import Outcome
from cavendish.ports import Images
from tests.builders import a_key, a_report, a_result, an_image
from tests.fakes import FakeImages

PIXELS = bytes(range(256)) * 1000
CRC32 = base64.b64encode(zlib.crc32(PIXELS).to_bytes(4, "big")).decode()
SIX_TIMES = base64.b64encode(zlib.crc32(PIXELS * 6).to_bytes(4, "big")).decode()
KEY = a_key()


def a_picture(**fields: Any) -> Result:
    return a_result(image=an_image(KEY, bytes=len(PIXELS)), timings={"download": 1.25}, **fields)


@pytest.fixture
def s3(aws: Any) -> Any:
    client = aws("s3", signature_version="s3v4", request_checksum_calculation="when_required")
    client.create_bucket(Bucket="pictures")
    return client


@pytest.fixture(params=["fake", "bucket"])
def images(request: pytest.FixtureRequest) -> Images:
    return FakeImages() if request.param == "fake" else ImagesBucket(request.getfixturevalue("s3"), "pictures")


@pytest.mark.parametrize("position", [0, 100, len(PIXELS)])
def test_a_picture_is_found_again_with_its_result_wherever_its_file_stood(images: Images, position: int) -> None:
    file = io.BytesIO(PIXELS)
    file.seek(position)
    images.put(file, a_picture(), crc32=CRC32)

    assert images.find(KEY) == a_picture()


def test_the_words_of_the_model_are_not_stored_with_the_picture(images: Images) -> None:
    images.put(io.BytesIO(PIXELS), a_picture(note="日本" * 5000), crc32=CRC32)

    assert images.find(KEY) == a_picture()


def test_what_was_never_stored_is_not_found(images: Images) -> None:
    images.put(io.BytesIO(PIXELS), a_picture(), crc32=CRC32)

    assert images.find(a_key(try_=1)) is None


def test_a_picture_is_read_piece_by_piece(images: Images) -> None:
    images.put(io.BytesIO(PIXELS * 6), a_result(image=an_image(KEY, bytes=6 * len(PIXELS))), crc32=SIX_TIMES)
    chunks = images.read(KEY.object_key)
    assert chunks is not None
    pieces = list(chunks)

    assert len(pieces) > 1
    assert b"".join(pieces) == PIXELS * 6


def test_what_is_not_there_is_not_read(images: Images) -> None:
    assert images.read(a_key(try_=1).object_key) is None


def test_a_second_picture_of_the_same_attempt_replaces_the_first(images: Images) -> None:
    images.put(io.BytesIO(PIXELS), a_picture(), crc32=CRC32)
    images.put(io.BytesIO(PIXELS), a_picture(cost_usd=9.0), crc32=CRC32)

    assert images.find(KEY) == a_picture(cost_usd=9.0)


def test_only_a_picture_is_stored(images: Images) -> None:
    with pytest.raises(AssertionError, match="only a picture is stored"):
        images.put(io.BytesIO(PIXELS), a_result(Outcome.OVERLOADED), crc32=CRC32)


@pytest.mark.parametrize(("mime", "name"), [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp")])
def test_a_link_leads_to_the_picture_and_names_a_file_of_its_type(images: Images, mime: str, name: str) -> None:
    link = images.link(KEY.object_key, mime=mime, expires_s=900)

    assert KEY.object_key in link
    assert f"{KEY.object_key.replace('/', '-')}.{name}" in link


def test_the_object_has_the_type_of_its_bytes_and_is_checked_on_arrival(s3: Any) -> None:
    headers: dict[str, str] = {}
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: headers.update(params["headers"]))
    ImagesBucket(s3, "pictures").put(io.BytesIO(PIXELS), a_picture(), crc32=CRC32)
    stored = s3.get_object(Bucket="pictures", Key=KEY.object_key)

    assert (stored["Body"].read(), stored["ContentType"]) == (PIXELS, "image/png")
    assert headers["x-amz-checksum-crc32"] == CRC32


def test_the_metadata_fit_into_what_s3_takes(s3: Any) -> None:
    report = a_report(detail="x" * 9000)
    ImagesBucket(s3, "pictures").put(io.BytesIO(PIXELS), a_picture(report=report), crc32=CRC32)
    kept = s3.head_object(Bucket="pictures", Key=KEY.object_key)["Metadata"]

    assert counted(kept) <= 2000
    assert all(value.isascii() for value in kept.values())


def counted(metadata: dict[str, str]) -> int:
    """As S3 counts them, in bytes."""
    return sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items())


class OneObject:
    """An S3 that keeps the metadata of what was put last."""

    metadata: dict[str, str]

    def put_object(self, *, Metadata: dict[str, str], **_: Any) -> None:  # noqa: N803
        self.metadata = Metadata

    def head_object(self, **_: Any) -> dict[str, Any]:
        return {"Metadata": self.metadata}


def kept(result: Result) -> tuple[Result, int]:
    """What is read back of a result, and in how many bytes it was kept."""
    s3 = OneObject()
    bucket = ImagesBucket(s3, "pictures")
    bucket.put(io.BytesIO(PIXELS), result, crc32=CRC32)
    found = bucket.find(KEY)
    assert found is not None
    return found, counted(s3.metadata)


#: How an attempt can end whose picture is stored.
ACCEPTED = (Outcome.OK, Outcome.WRONG_SIZE, Outcome.WRONG_MODEL)
USAGE = Usage(text_in=120, image_in=0, text_out=80, thought=675, image_out=1120)
WORDS = st.text(max_size=3000) | st.integers(0, 3000).map("🦭".__mul__)


@given(detail=WORDS, made_by=st.none() | WORDS, phases=st.integers(0, 200), outcome=st.sampled_from(ACCEPTED))
def test_whatever_a_result_says_it_is_kept_in_what_s3_takes_and_read_back(
    detail: str, made_by: str | None, phases: int, outcome: Outcome
) -> None:
    timings = {f"phase {n}": 1 / 3 for n in range(phases)}
    report = a_report(outcome, detail=detail)
    whole = a_picture(report=report, made_by=made_by, usage=USAGE).model_copy(update={"timings": timings})
    found, size = kept(whole)

    assert size <= 2000
    spared = {"made_by", "timings", "report"}
    assert found.model_dump(exclude=spared) == whole.model_dump(exclude=spared)
    assert found.report == report.model_copy(update={"detail": found.report.detail})
    assert report.detail.startswith(found.report.detail)
    assert (made_by or "").startswith(found.made_by or "")
    assert found.timings in (timings, {})


def test_of_what_s3_does_not_take_the_words_go_first_then_the_times_then_the_tokens() -> None:
    def spared(phases: int, source: int) -> tuple[bool, bool, bool]:
        """Whether the words, the times and the tokens are there."""
        priced = Priced(by="usage", source="s" * source, as_of=date(2026, 1, 1))
        whole = a_picture(report=a_report(detail="x" * 1000), usage=USAGE, priced=priced)
        found, _ = kept(whole.model_copy(update={"timings": {f"phase {n}": 0.5 for n in range(phases)}}))
        return found.report.detail == whole.report.detail, bool(found.timings), found.usage == USAGE

    assert spared(1, 1) == (True, True, True)
    assert spared(1, 600) == (False, True, True)
    assert spared(90, 600) == (False, False, True)
    assert spared(90, 1450) == (False, False, False)


def test_a_real_link_ends_and_shows_the_picture_in_the_browser(s3: Any) -> None:
    query = parse_qs(urlsplit(ImagesBucket(s3, "pictures").link(KEY.object_key, mime="image/png", expires_s=77)).query)

    assert query["X-Amz-Expires"] == ["77"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["response-content-disposition"][0].startswith("inline; filename=")


def test_a_bucket_that_may_not_be_read_is_an_error_and_no_missing_picture(aws: Any) -> None:
    client = aws("s3")
    stubber = Stubber(client)
    stubber.add_client_error("head_object", "403", http_status_code=403)

    with stubber, pytest.raises(ClientError):
        ImagesBucket(client, "pictures").find(KEY)


def test_the_fake_too_refuses_bytes_that_are_not_those_of_the_checksum() -> None:
    with pytest.raises(ValueError, match="checksum"):
        FakeImages().put(io.BytesIO(PIXELS + b"!"), a_picture(), crc32=CRC32)
