"""The batch as a caller sees it, and its items."""

from typing import Any

import pytest

from cavendish.batch.batch import Batch
from cavendish.batch.counts import Counts
from cavendish.batch.error import BatchError
from cavendish.batch.item import Item, ItemFault, job_id
from cavendish.batch.listing import ItemList, item_cursor
from cavendish.batch.part import Part
from cavendish.batch.source import Source
from cavendish.batch.view import again_s, batch_brief, batch_view
from cavendish.job import JobError, Status
from cavendish.pipeline.batch import batches as use_cases
from cavendish.sheet.cursor import Cursor
from tests.batch_fakes import FakeBatches
from tests.batch_world import BATCH_ID, a_batch
from tests.builders import NOW, a_job, a_request
from tests.fakes import FakeJobs

BASE = "https://api.test"
SEALED: dict[str, Any] = {"status": "running", "sealed": True}


def shown(batch: Batch, spent: int = 0, **by_status: int) -> dict[str, Any]:
    counts = Counts(by_status=by_status, spent=spent)
    return batch_view(batch, counts, base_url=BASE, link=lambda key: f"https://outbox.test/{key}", now=NOW)


def test_a_new_batch_is_shown_without_what_nobody_knows_yet() -> None:
    told = shown(a_batch(name="Winter"))

    assert (told["status"], told["name"], told["mode"], told["metadata"]) == ("open", "Winter", "balanced", {})
    assert (told["items"]["total"], told["results"], told["error"], told["retry_of"]) == (None, None, None, None)
    assert told["links"] == {
        "self": f"{BASE}/v1/batches/{BATCH_ID}",
        **{name: f"{BASE}/v1/batches/{BATCH_ID}/{name}" for name in ("items", "cancel", "retry", "manifest")},
    }


def test_each_item_is_counted_where_it_stands_and_all_of_them_are_what_was_read() -> None:
    batch = a_batch(**SEALED, total=12, faulty=2, cursor=Cursor(index=12))

    told = shown(batch, spent=1_250_000, succeeded=4, failed=1, expired=1)

    assert told["cost"] == {"total_usd": 1.25}
    assert told["items"] == {
        "total": 12,
        "read": 12,
        "unreadable": 2,
        "running": 4,
        "succeeded": 4,
        "partial": 0,
        "failed": 1,
        "cancelled": 0,
        "expired": 1,
    }


def test_items_that_ended_since_the_batch_was_read_make_no_number_negative() -> None:
    assert shown(a_batch(cursor=Cursor(index=3)), succeeded=5)["items"]["running"] == 0


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_batch_that_has_ended_leads_to_its_report_and_its_parts(status: str) -> None:
    part = Part(key="shop/doors/results-001.zip", first=0, until=2, files=2, bytes=9)

    told = shown(a_batch(**{**SEALED, "status": status}, parts=(part,)))["results"]

    assert told["report_json"]["url"] == "https://outbox.test/shop/doors/report.json"
    assert told["report_csv"]["url"] == "https://outbox.test/shop/doors/report.csv"
    assert told["folder"] == "shop/doors"
    expires = told["report_csv"]["expires_at"]
    url = "https://outbox.test/shop/doors/results-001.zip"
    assert told["parts"] == [{"name": "results-001.zip", "files": 2, "bytes": 9, "url": url, "expires_at": expires}]


def test_a_retry_leads_to_its_own_report() -> None:
    told = shown(a_batch(**{**SEALED, "status": "completed"}, retry_of="old"))["results"]

    assert told["report_json"]["url"] == f"https://outbox.test/shop/doors/retries/{BATCH_ID}/report.json"


def test_a_file_that_could_not_be_read_says_where_and_has_no_results() -> None:
    error = BatchError(code="unreadable_file", title="The file cannot be read", detail="why", line=3, column=7)

    told = shown(a_batch(status="failed", error=error))

    assert (told["results"], told["error"]["line"], told["error"]["column"]) == (None, 3, 7)


def test_a_list_shows_of_a_batch_what_its_own_row_knows() -> None:
    assert set(shown(a_batch())) - set(batch_brief(a_batch(), base_url=BASE)) == {"items", "cost", "results"}


def test_it_is_worth_asking_again_until_it_has_ended() -> None:
    stands = ("open", "running", "completed")

    assert [again_s(a_batch(status=one)) for one in stands] == [2, 10, None]


class Page:
    """A batch of four items: one succeeded, one failed, one that could not be read, one that was deleted."""

    def __init__(self) -> None:
        self.jobs = FakeJobs()
        self.batches = FakeBatches(self.jobs)
        self.batch = a_batch(**SEALED, cursor=Cursor(index=4), source=Source(key="k"))
        self.batches.note(self.batch, [ItemFault(index=2, line=5, name="c", detail="line 5 is not JSON")])
        self._add(0, "a", Status.SUCCEEDED)
        self._add(1, "b", Status.FAILED, error=JobError(code="no_image", title="No image", detail="said no"))

    def _add(self, index: int, name: str, status: Status, **fields: Any) -> None:
        item = Item(batch_id=BATCH_ID, index=index, line=index + 3, name=name)
        job = a_job(a_request(), id=item.job_id, item=item, status=status, **fields)
        self.jobs.add(job, job.event("job.queued"))

    def items(self, **asked: Any) -> dict[str, Any]:
        ports: dict[str, Any] = {"batches": self.batches, "jobs": self.jobs}
        return use_cases.items(self.batch, ItemList(**asked), **ports, base_url=BASE, now=NOW)


def test_each_item_says_where_it_stands() -> None:
    page = Page().items()
    a, b, c, d = page["items"]

    own = job_id(BATCH_ID, 0)
    assert (a["index"], a["status"], a["line"], a["name"], a["error"]) == (0, "succeeded", 3, "a", None)
    assert (a["job_id"], a["links"]) == (own, {"self": f"{BASE}/v1/jobs/{own}"})
    assert (b["status"], b["error"]["code"], b["error"]["detail"]) == ("failed", "no_image", "said no")
    assert (c["status"], c["line"], c["name"], c["job_id"], c["links"]) == ("unreadable", 5, "c", None, None)
    assert c["error"]["detail"] == "line 5 is not JSON"
    assert (d["status"], d["job_id"], d["links"], d["line"]) == ("deleted", job_id(BATCH_ID, 3), None, None)
    assert page["next"] is None


def test_pages_follow_each_other_by_their_cursors() -> None:
    page = Page()

    first = page.items(limit="3")
    second = page.items(limit="3", after=first["next"])

    assert [one["index"] for one in first["items"]] == [0, 1, 2]
    assert [one["index"] for one in second["items"]] == [3]
    assert (first["next"], second["next"]) == (item_cursor(3), None)
    assert page.items(after=item_cursor(99)) == {"items": [], "next": None}


@pytest.mark.parametrize("after", ["", "x", "aXRlbSAwMQ", "aXRlbSAtMQ", item_cursor(7) + "=", "aXRlbSAwIA"])
def test_what_is_no_cursor_is_refused(after: str) -> None:
    with pytest.raises(ValueError, match="this is no cursor"):
        ItemList(after=after)
