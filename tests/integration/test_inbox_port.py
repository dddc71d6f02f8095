"""The port Inbox: one suite for the fake and for the bucket."""

from typing import Any

import pytest

from adapters.inbox_bucket import InboxBucket
from cavendish.batch.errors import FileGone
from cavendish.batch.ports import Inbox
from tests.batch_fakes import FakeInbox
from tests.builders import NOW

KEY = "Läden/a+b c/döörs.csv"


@pytest.fixture(params=["fake", "bucket", "bucket without versions"])
def inbox(request: pytest.FixtureRequest) -> Inbox:
    if request.param == "fake":
        fake: Inbox = FakeInbox(NOW)
        return fake
    name = request.getfixturevalue("unused_name")
    s3 = request.getfixturevalue("aws")("s3")
    s3.create_bucket(Bucket=name)
    if request.param == "bucket":
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return InboxBucket(s3, name)


def test_a_file_is_read_from_any_byte_on(inbox: Inbox) -> None:
    content = bytes(range(256)) * 20
    inbox.put(KEY, content, "text/csv")
    stored = inbox.find(KEY)

    assert stored is not None
    assert (stored.source.key, stored.source.size) == (KEY, len(content))
    assert [b"".join(inbox.read(stored.source, at)) for at in (0, 1, 5119, 5120)] == [
        content,
        content[1:],
        content[-1:],
        b"",
    ]


def test_what_is_not_there_is_not_found(inbox: Inbox) -> None:
    assert inbox.find("never.csv") is None


def test_another_file_under_the_same_key_is_not_read_as_the_first(inbox: Inbox) -> None:
    inbox.put(KEY, b"first", "text/csv")
    first = inbox.find(KEY)
    inbox.put(KEY, b"second", "text/csv")
    second = inbox.find(KEY)

    assert first is not None
    assert second is not None
    assert (first.source != second.source, b"".join(inbox.read(second.source, 0))) == (True, b"second")
    if first.source.version:
        assert inbox.find(KEY, first.source.version) == first
        assert b"".join(inbox.read(first.source, 0)) == b"first"
    else:
        with pytest.raises(FileGone):
            list(inbox.read(first.source, 0))


def test_a_file_that_was_deleted_is_gone(aws: Any, unused_name: str) -> None:
    aws("s3").create_bucket(Bucket=unused_name)
    inbox = InboxBucket(aws("s3"), unused_name)
    inbox.put(KEY, b"x", "text/csv")
    stored = inbox.find(KEY)
    aws("s3").delete_object(Bucket=unused_name, Key=KEY)

    assert stored is not None
    with pytest.raises(FileGone):
        list(inbox.read(stored.source, 0))


def test_a_form_says_how_long_a_file_may_be(aws: Any, unused_name: str) -> None:
    form: Any = InboxBucket(aws("s3"), unused_name).upload("batches/1.csv", most=10, expires_s=60)

    assert form["fields"]["key"] == "batches/1.csv"
    assert form["url"].endswith(unused_name) or unused_name in form["url"]
