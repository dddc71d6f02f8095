"""The port Images: one suite for the fake and for the bucket."""

import base64
import io
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters.images_bucket import ImagesBucket
from cavendish.attempt import Result
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
    (value,) = s3.head_object(Bucket="pictures", Key=KEY.object_key)["Metadata"].values()

    assert len(value) < 1500
    assert value.isascii()


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
