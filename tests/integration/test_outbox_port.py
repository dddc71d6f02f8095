"""The port Outbox: one suite for the fake and for the bucket."""

import base64
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters.images_bucket import ImagesBucket
from adapters.outbox_bucket import OutboxBucket
from cavendish.batch.ports import Outbox
from cavendish.ports import Images
from tests.batch_fakes import FakeOutbox
from tests.builders import a_key, a_result, an_image
from tests.fakes import FakeImages

KEY = a_key().object_key
OTHER = a_key(try_=1).object_key
MIB = 1024 * 1024


@dataclass
class Case:
    """A port that is tested, the bucket that it copies from, and a look at what lies there."""

    outbox: Outbox
    images: Images
    #: Bytes and type; None: nothing is there.
    look: Callable[[str], tuple[bytes, str] | None]

    def store(self, content: bytes, **key: int) -> None:
        """A picture to copy."""
        result = a_result(image=an_image(a_key(**key), bytes=len(content)))
        crc32 = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        self.images.put(io.BytesIO(content), result, crc32=crc32)


@pytest.fixture
def s3(aws: Any, unused_name: str) -> Any:
    client = aws("s3", signature_version="s3v4", request_checksum_calculation="when_required")
    for bucket in (unused_name, f"{unused_name}-images"):
        client.create_bucket(Bucket=bucket)
    return client


@pytest.fixture(params=["fake", "bucket"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        images = FakeImages()
        fake = FakeOutbox(images)
        return Case(fake, images, lambda key: (fake.contents[key], fake.mimes[key]) if key in fake.contents else None)
    client, name = request.getfixturevalue("s3"), request.getfixturevalue("unused_name")

    def look(key: str) -> tuple[bytes, str] | None:
        try:
            found = client.get_object(Bucket=name, Key=key)
        except client.exceptions.NoSuchKey:
            return None
        return found["Body"].read(), found["ContentType"]

    images_name = f"{name}-images"
    return Case(OutboxBucket(client, bucket=name, images=images_name), ImagesBucket(client, images_name), look)


def test_a_picture_is_copied_under_another_name_with_its_type(case: Case) -> None:
    case.store(b"pixels")

    assert case.outbox.copy(KEY, "shop/doors/blau ü+ %41.png", "image/png")
    assert case.look("shop/doors/blau ü+ %41.png") == (b"pixels", "image/png")


def test_a_picture_is_copied_once(case: Case) -> None:
    case.store(b"pixels")
    case.outbox.copy(KEY, "shop/red.png", "image/png")
    case.images.clear(a_key().job_id)

    assert case.outbox.copy(KEY, "shop/red.png", "image/png")
    assert case.look("shop/red.png") == (b"pixels", "image/png")


def test_another_picture_takes_the_place_of_the_one_that_had_its_name(case: Case) -> None:
    case.store(b"old")
    case.store(b"new", try_=1)
    case.outbox.copy(KEY, "shop/red.png", "image/png")

    assert case.outbox.copy(OTHER, "shop/red.png", "image/webp")
    assert case.look("shop/red.png") == (b"new", "image/webp")


def test_a_picture_takes_the_place_of_what_its_owner_put_there(case: Case) -> None:
    case.store(b"pixels")
    case.outbox.put("shop/red.png", io.BytesIO(b"mine"), "image/png")

    assert case.outbox.copy(KEY, "shop/red.png", "image/png")
    assert case.look("shop/red.png") == (b"pixels", "image/png")


def test_a_picture_that_is_not_there_any_more_is_not_copied(case: Case) -> None:
    assert not case.outbox.copy(KEY, "shop/red.png", "image/png")
    assert case.look("shop/red.png") is None


@pytest.mark.parametrize("position", [0, 3])
def test_a_file_is_put_as_a_whole_wherever_it_stands(case: Case, position: int) -> None:
    file = io.BytesIO(b"report")
    file.seek(position)
    case.outbox.put("shop/report.csv", file, "text/csv; charset=utf-8")

    assert case.look("shop/report.csv") == (b"report", "text/csv; charset=utf-8")


@pytest.mark.parametrize("size", [0, 1, 8 * MIB, 8 * MIB + 1, 17 * MIB])
def test_an_archive_is_stored_while_it_is_written(case: Case, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    with case.outbox.archive("shop/results-001.zip") as stream:
        for at in range(0, size, MIB):
            stream.write(content[at : min(at + MIB, size)])

    assert case.look("shop/results-001.zip") == (content[:size], "application/zip")


def test_an_archive_is_a_zip_although_nobody_can_go_back_in_it(case: Case) -> None:
    with case.outbox.archive("results.zip") as stream, zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", b"a" * 1000)
    found = case.look("results.zip")
    assert found is not None

    assert zipfile.ZipFile(io.BytesIO(found[0])).read("a.txt") == b"a" * 1000


def test_an_archive_that_ends_with_an_error_is_not_there(case: Case) -> None:
    with pytest.raises(RuntimeError), case.outbox.archive("results.zip") as stream:  # noqa: PT012
        stream.write(bytes(9 * MIB))
        raise RuntimeError

    assert case.look("results.zip") is None


def test_an_archive_replaces_the_one_before(case: Case) -> None:
    for content in (b"first", b"second"):
        with case.outbox.archive("results.zip") as stream:
            stream.write(content)

    assert case.look("results.zip") == (b"second", "application/zip")


def test_what_is_deleted_is_not_there_and_may_be_deleted_again(case: Case) -> None:
    case.outbox.put("shop/doors.error.json", io.BytesIO(b"{}"), "application/json")
    for _ in range(2):
        case.outbox.delete("shop/doors.error.json")

    assert case.look("shop/doors.error.json") is None


def test_a_link_leads_to_the_object_until_it_expires(case: Case) -> None:
    assert "shop/results-001.zip" in case.outbox.link("shop/results-001.zip", expires_s=900)


def test_a_real_link_ends(s3: Any, unused_name: str) -> None:
    link = OutboxBucket(s3, bucket=unused_name, images="images").link("results.zip", expires_s=77)

    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["77"]


def test_an_upload_that_fails_leaves_no_parts_that_are_paid_for(s3: Any, unused_name: str) -> None:
    outbox = OutboxBucket(s3, bucket=unused_name, images="images")
    with pytest.raises(RuntimeError), outbox.archive("results.zip") as stream:  # noqa: PT012
        stream.write(bytes(9 * MIB))
        raise RuntimeError

    assert "Uploads" not in s3.list_multipart_uploads(Bucket=unused_name)


@pytest.mark.parametrize("operation", ["head_object", "copy_object"])
def test_a_bucket_that_may_not_be_read_or_written_is_an_error_and_no_missing_picture(aws: Any, operation: str) -> None:
    client = aws("s3")
    stubber = Stubber(client)
    if operation == "copy_object":
        stubber.add_client_error("head_object", "404", http_status_code=404)
    stubber.add_client_error(operation, "403", http_status_code=403)

    with stubber, pytest.raises(ClientError):
        OutboxBucket(client, bucket="results", images="images").copy(KEY, "red.png", "image/png")
