"""The report of a batch: a row for each item, the sums of all rows, as JSON and as CSV."""

import io
import json
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.batch.item import Item, job_id
from cavendish.batch.report import Row, RowError, fault_row, gone_row, row_of
from cavendish.batch.report_files import CsvReport, JsonReport
from cavendish.batch.totals import Totals
from cavendish.batch.view import batch_view
from cavendish.contract.view import timestamp
from cavendish.job import Job, JobError, Status
from cavendish.outcome import Outcome
from tests.batch_world import BATCH_ID, BatchWorld, a_batch
from tests.builders import (
    FLASH,
    NOW,
    PRO,
    a_call,
    a_key,
    a_report,
    a_request,
    a_result,
    a_running_job,
    an_attempt,
    an_ended_attempt,
    an_image,
)

ITEM = Item(batch_id=BATCH_ID, index=3, line=5, name="red")


def ended(status: Status = Status.SUCCEEDED, *paths: str, error: JobError | None = None, **request: Any) -> Job:
    job = a_running_job(a_request(**{"size": "1K", "model": PRO, **request}), id=ITEM.job_id, item=ITEM)
    return job.end(status, NOW + 60, error, paths)


def written(*rows: Row, **batch: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Both files, read back."""
    world, json_file, csv_file = BatchWorld(), io.BytesIO(), io.BytesIO()
    as_json, as_csv, totals = JsonReport(json_file, a_batch(**batch)), CsvReport(csv_file), Totals()
    for row in rows:
        totals = totals.plus(row)
        as_json.add(row)
        as_csv.add(row)
    as_json.end(totals)
    world.outbox.contents = {
        "shop/doors/report.json": json_file.getvalue(),
        "shop/doors/report.csv": csv_file.getvalue(),
    }
    return world.report(), world.rows()


def test_a_row_says_what_was_asked_what_came_of_it_and_what_it_cost() -> None:
    key = a_key()
    tried = an_ended_attempt(Outcome.TIMED_OUT, a_key(), call=a_call(model=PRO)).model_copy(
        update={"result": a_result(Outcome.TIMED_OUT, cost_usd=0.1, estimated=True)}
    )
    image = an_image(a_key(try_=1), width=1000, height=900, bytes=77, sha256="a" * 64)
    made = an_ended_attempt(key=a_key(try_=1), result=a_result(image=image, key=key), call=a_call(model=PRO))
    row = row_of(ended(Status.SUCCEEDED, made.path), [tried, made])

    assert (row.index, row.line, row.name, row.status, row.job_id) == (3, 5, "red", "succeeded", ITEM.job_id)
    assert (row.file, row.files, row.size_asked, row.size_delivered) == ("red.png", ("red.png",), "1K", "1K")
    assert (row.width, row.height, row.bytes, row.sha256) == (1000, 900, 77, "a" * 64)
    assert (row.model, row.route, row.attempts) == (PRO, "gemini", 2)
    assert (row.cost_usd, row.possible_duplicate_usd, row.estimated) == (0.234, 0.1, True)
    assert (row.downgraded, row.fell_back, row.error) == (False, False, None)
    assert (row.created_at, row.ended_at) == (timestamp(NOW), timestamp(NOW + 60))


def test_a_row_says_what_is_less_than_was_asked() -> None:
    made = an_ended_attempt(call=a_call(model=FLASH, size="1K"))
    row = row_of(ended(Status.SUCCEEDED, made.path, size="4K"), [made])

    assert (row.size_asked, row.size_delivered, row.downgraded, row.fell_back) == ("4K", "1K", True, True)


def test_a_row_without_a_picture_has_the_jobs_error() -> None:
    job = ended(Status.FAILED, error=JobError(code="refused_input", title="The model refused", detail="not this"))
    row = row_of(job, [an_ended_attempt(Outcome.REFUSED_INPUT)])

    assert (row.status, row.file, row.files, row.model, row.attempts) == ("failed", None, (), None, 1)
    assert row.error == RowError(code="refused_input", detail="not this")


def test_an_error_without_a_word_of_its_own_has_its_title() -> None:
    job = ended(Status.FAILED, error=JobError(code="refused_input", title="The model refused", detail=""))

    assert row_of(job, []).error == RowError(code="refused_input", detail="The model refused")


def test_an_attempt_that_has_not_ended_is_counted_and_costs_nothing_yet() -> None:
    row = row_of(ended(Status.EXPIRED), [an_attempt()])

    assert (row.attempts, row.cost_usd) == (1, 0.0)


def test_the_items_of_a_report_are_rows_and_its_totals_their_sums() -> None:
    world = BatchWorld()
    world.succeeded("red", n=2)
    world.succeeded("blue")
    world.failed("none", Outcome.OVERLOADED)
    world.fault("no prompt", "bad")
    world.delete(world.succeeded("gone").id)
    world.seal()
    world.closed()
    report = world.report()
    items, totals = report["items"], report["totals"]

    assert (report["batch_id"], report["name"], report["status"]) == (BATCH_ID, "shop/doors.csv", "completed")
    assert totals["by_status"] == dict(Counter(item["status"] for item in items))
    assert totals["by_status"] == {"succeeded": 2, "failed": 1, "unreadable": 1, "deleted": 1}
    assert (totals["items"], totals["unreadable"]) == (5, 1)
    assert (totals["files"], totals["attempts"]) == (3, 4)
    for name in ("bytes", "possible_duplicate_usd"):
        assert totals[name] == pytest.approx(sum(item[name] for item in items), abs=1e-9)
    # What a deleted job had cost when it ended is paid all the same, and only the batch knows it.
    assert totals["cost_usd"] == 0.546
    assert totals["first_at"] == min(item["created_at"] for item in items if item["created_at"])
    assert totals["last_at"] == max(item["ended_at"] for item in items if item["ended_at"])
    assert totals["estimated"] == any(item["estimated"] for item in items)


def cancelled_in_mid_intake(total: int | None, **batch: Any) -> BatchWorld:
    """Two items have been read, and nobody reads the others; perhaps nobody has counted them."""
    world = BatchWorld(total=total, **batch)
    world.succeeded()
    world.item()
    reading = world.batch()
    world.batches.save(reading, reading.cancelling(world.clock()))
    world.seal()
    world.closed()
    return world


def test_items_that_a_cancel_kept_from_being_read_are_told_and_all_counts_add_up() -> None:
    world = cancelled_in_mid_intake(3000)
    totals, rows = world.report()["totals"], world.rows()
    counts = world.batches.counts(BATCH_ID)
    shown = batch_view(world.batch(), counts, base_url="", link=str, now=NOW)["items"]

    assert (totals["items"], totals["unread"]) == (3000, 2998)
    assert totals["by_status"] == {"succeeded": 1, "cancelled": 2999}
    assert (shown["total"], shown["read"], shown["succeeded"], shown["cancelled"]) == (3000, 2, 1, 2999)
    assert sum(shown.values()) - shown["read"] == 2 * shown["total"]
    assert len(world.report()["items"]) == 2
    assert [row["status"] for row in rows] == ["succeeded", "cancelled", "cancelled"]
    assert (rows[2]["line"], rows[2]["index"], rows[2]["job_id"]) == ("1", "2", "")
    assert rows[2]["error"] == "unread: 2998 items from line 1 on: cancelled before anybody had read them"


def test_items_that_nobody_has_counted_are_told_without_their_number() -> None:
    world = cancelled_in_mid_intake(None)

    assert (world.batch().total, world.report()["totals"]["unread"]) == (None, None)
    assert world.rows()[2]["error"] == "unread: all items from line 1 on: cancelled before anybody had read them"


def test_the_items_that_a_retry_did_not_read_have_no_line() -> None:
    world = cancelled_in_mid_intake(3, retry_of=job_id(BATCH_ID, 0), root=BATCH_ID)
    row = world.rows(f"shop/doors/retries/{BATCH_ID}")[2]

    assert (row["line"], row["error"]) == ("", "unread: 1 item: cancelled before anybody had read them")


def test_of_a_batch_that_was_read_to_its_end_nothing_is_unread() -> None:
    world = BatchWorld()
    world.succeeded()
    world.item()
    world.seal(cancel=True)
    world.closed()

    assert (world.report()["totals"]["unread"], len(world.rows())) == (0, 2)


def test_both_files_have_the_same_rows_in_the_order_of_the_file() -> None:
    world = BatchWorld()
    for number in range(120):
        world.fault("no") if number % 7 == 0 else world.succeeded()
    world.seal()
    world.closed()
    items = world.report()["items"]

    assert [item["index"] for item in items] == list(range(120))
    assert [(row["index"], row["line"], row["status"]) for row in world.rows()] == [
        (str(item["index"]), str(item["line"]), item["status"]) for item in items
    ]


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=60))
def test_costs_are_added_to_the_millionth(amounts: list[int]) -> None:
    totals = Totals()
    for amount in amounts:
        totals = totals.plus(Row(index=0, status="failed", cost_usd=amount / 10**6))

    assert totals.cost_usd == sum(amounts) / 10**6


def test_the_time_of_a_batch_is_that_between_its_first_job_and_its_last_end() -> None:
    early = Row(index=0, status="failed", created_at=timestamp(NOW), ended_at=timestamp(NOW + 9))
    late = Row(index=1, status="failed", created_at=timestamp(NOW + 5), ended_at=timestamp(NOW + 90.5))
    totals = Totals().plus(late).plus(early).plus(gone_row(BATCH_ID, 2))

    assert (totals.first_at, totals.last_at, totals.seconds) == (timestamp(NOW), timestamp(NOW + 90.5), 90.5)


def test_an_item_whose_job_is_gone_is_known_by_its_index_and_its_job_alone() -> None:
    row = gone_row(BATCH_ID, 4)

    assert (row.index, row.line, row.name, row.status) == (4, None, None, "deleted")
    assert (row.job_id, row.error and row.error.code) == (job_id(BATCH_ID, 4), "deleted")


def test_an_empty_report_can_be_read() -> None:
    report, rows = written()

    assert (report["items"], report["totals"]["items"], report["totals"]["seconds"], rows) == ([], 0, 0.0, [])


def test_the_csv_has_the_columns_that_people_look_for() -> None:
    job = ended(Status.SUCCEEDED, "0-00-00-00", "1-00-00-00", n=2)
    made = [an_ended_attempt(key=a_key(image=image), call=a_call(model=PRO)) for image in (0, 1)]
    (row,) = written(row_of(job, made))[1]

    shown = {"line": "5", "name": "red", "status": "succeeded", "file": "red-1.png; red-2.png", "size_asked": "1K"}
    more = {"size_delivered": "1K", "model": PRO, "attempts": "2", "cost_usd": "0.268", "error": "", "part": ""}
    assert {name: row[name] for name in shown | more} == shown | more
    assert (row["downgraded"], row["estimated"]) == ("false", "false")


def test_the_csv_names_the_error_of_each_item_that_has_one() -> None:
    (row,) = written(row_of(ended(Status.FAILED, error=JobError(code="no_image", title="t", detail="none")), []))[1]

    assert row["error"] == "no_image: none"


@pytest.mark.parametrize("formula", ["=1+1", "+x", "-x", "@x", "\tx", '=HYPERLINK("http://x";"y")'])
def test_no_cell_is_a_formula_to_a_spreadsheet(formula: str) -> None:
    fault = fault_row_of(formula)
    (row,) = written(fault)[1]

    assert row["name"] == f"'{formula}"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_name_is_read_back_from_both_files(name: str) -> None:
    report, (row,) = written(fault_row_of(name))

    assert report["items"][0]["name"] == name
    assert row["name"] in (name, f"'{name}")


def fault_row_of(name: str) -> Row:
    """The row of an item of that name that could not be read."""
    world = BatchWorld()
    world.fault("no", name)
    return fault_row(*world.batches.faults(BATCH_ID, 0, 1))


def test_excel_knows_the_csv_for_unicode() -> None:
    file = io.BytesIO()
    CsvReport(file)

    assert file.getvalue().startswith(b"\xef\xbb\xbfline,name,status,file,")
    assert file.getvalue().endswith(b"\r\n")


def test_a_report_is_written_row_by_row() -> None:
    class Counted(io.RawIOBase):
        """Keeps nothing of what is written."""

        size = 0

        def write(self, content: Any) -> int:
            self.size += len(content)
            return len(content)

    file: Any = Counted()
    report, row = JsonReport(file, a_batch()), fault_row_of("x" * 1000)
    tracemalloc.start()
    for _ in range(2000):
        report.add(row)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (file.size > 2_000_000, peak < 200_000) == (True, True)


def test_the_json_is_one_document_of_one_line_per_item() -> None:
    world = BatchWorld()
    for _ in range(3):
        world.succeeded()
    world.seal()
    world.closed()
    lines = world.outbox.contents["shop/doors/report.json"].decode().splitlines()

    assert len(lines) == 5
    assert [json.loads(line.removesuffix(","))["index"] for line in lines[1:4]] == [0, 1, 2]


def test_a_picture_that_was_taken_although_it_is_small_is_as_large_as_it_is() -> None:
    image = an_image(width=512, height=512)
    result = a_result(Outcome.WRONG_SIZE, image=image, report=a_report(Outcome.WRONG_SIZE))
    made = an_ended_attempt(Outcome.WRONG_SIZE, result=result, call=a_call(model=PRO))
    row = row_of(ended(Status.SUCCEEDED, made.path), [made])

    assert (row.size_delivered, row.downgraded) == ("512", True)
