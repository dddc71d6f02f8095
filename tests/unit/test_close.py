"""A batch is closed: what is not wanted is cancelled, pictures lie where they belong, and then there is the report."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cavendish.batch.batch import BatchStatus
from cavendish.batch.item import ItemFault, job_id
from cavendish.errors import SendFailed
from cavendish.job import Status
from cavendish.outcome import Outcome
from tests.batch_world import BATCH_ID, BatchWorld, a_batch
from tests.builders import NOW, a_job, a_result
from tests.world import Meanwhile

ENDED = BatchStatus.COMPLETED
OTHER_ID, RETRY_ID = "01KX0000000000000000000777", "01KX0000000000000000000778"


def test_pictures_lie_in_the_folder_under_their_names_and_the_report_is_written_last() -> None:
    world = BatchWorld()
    red, blue = world.succeeded("red"), world.succeeded("more/blau ü")
    world.seal()

    assert world.closed().status is ENDED
    files = ["shop/doors/red.png", "shop/doors/more/blau ü.png", "shop/doors/report.csv", "shop/doors/report.json"]
    assert world.outbox.written == files
    assert world.outbox.contents["shop/doors/red.png"] == f"picture 0 of {red.id}".encode()
    assert world.outbox.mimes["shop/doors/more/blau ü.png"] == "image/png"
    assert [item["job_id"] for item in world.report()["items"]] == [red.id, blue.id]


def test_the_end_of_a_batch_is_told_with_the_write_that_ends_it() -> None:
    world = BatchWorld()
    world.succeeded()
    world.seal()
    batch = world.closed()

    assert [(one.type, one.batch_id, one.sequence) for one in world.batches.events] == [
        ("batch.completed", BATCH_ID, batch.sequence)
    ]


def test_a_picture_is_called_after_its_real_type() -> None:
    world = BatchWorld()
    job = world.item("red")
    world.made(job, mime="image/jpeg")
    world.settle(job.id)
    world.seal()
    world.closed()

    assert "shop/doors/red.jpg" in world.outbox.contents


def test_several_pictures_of_one_item_are_numbered() -> None:
    world = BatchWorld()
    world.succeeded("red", n=3)
    world.seal()
    world.closed()

    files = ["red-1.png", "red-2.png", "red-3.png"]
    assert world.report()["items"][0]["files"] == files
    assert all(f"shop/doors/{name}" in world.outbox.contents for name in files)


def test_a_partial_item_has_the_pictures_that_it_has() -> None:
    world = BatchWorld()
    job = world.item("red", n=2)
    world.made(job, 1)
    world.settle(job.id)
    world.seal()
    world.closed()
    (item,) = world.report()["items"]

    assert (item["status"], item["files"], item["error"]["code"]) == ("partial", ["red-2.png"], "lost_worker")


def test_a_batch_without_one_good_item_still_has_its_report() -> None:
    world = BatchWorld()
    world.fault("the line is no JSON object", "red")
    world.seal()

    assert world.closed().status is ENDED
    (item,) = world.report()["items"]
    assert (item["line"], item["name"], item["status"]) == (2, "red", "unreadable")
    assert item["error"] == {"code": "unreadable", "detail": "the line is no JSON object"}


def test_a_batch_with_an_item_that_has_not_ended_is_left() -> None:
    world = BatchWorld()
    world.succeeded()
    world.item()
    world.seal()

    assert world.close() is BatchStatus.RUNNING
    assert (world.outbox.written, world.batch_queue.to_close) == ([], [])


def test_a_batch_that_is_left_is_looked_after_so_that_the_watchdog_comes_no_earlier() -> None:
    world = BatchWorld()
    world.item()
    world.seal()
    world.clock.advance(100)
    world.close()

    assert list(world.batches.due(world.clock.advance(60))) == []


def test_a_batch_that_is_still_read_is_left() -> None:
    world = BatchWorld()
    world.succeeded()
    batch = world.batch()
    world.batches.save(batch, batch.cancelling(world.clock()))

    assert world.close() is BatchStatus.CANCELLING
    assert (world.batch().cancelled, world.outbox.written) == (0, [])


def test_nobody_closes_a_batch_that_is_not_there() -> None:
    assert BatchWorld().closer().close("01KX0000000000000000000000", until=9e9) is None


def test_a_batch_that_has_ended_stays_as_it_is() -> None:
    world = BatchWorld()
    world.succeeded()
    world.seal()
    ended = world.closed()
    written = list(world.outbox.written)

    assert world.close() is ENDED
    assert (world.batch(), world.outbox.written) == (ended, written)


def test_pages_of_items_are_filed_in_slices_that_continue_themselves() -> None:
    world = BatchWorld()
    for _ in range(250):
        world.succeeded()
    world.seal()
    statuses = [world.close(slice_s=0)]
    while world.batch_queue.to_close:
        assert world.batch_queue.to_close.pop() == (BATCH_ID, 0)
        statuses.append(world.close(slice_s=0))

    assert statuses == [BatchStatus.CLOSING] * 4 + [ENDED]
    assert [item["index"] for item in world.report()["items"]] == list(range(250))
    assert len(world.outbox.contents) == 252


def test_a_report_is_begun_only_with_most_of_a_workers_time_left() -> None:
    world = BatchWorld()
    world.succeeded()
    world.seal()
    slow = Meanwhile(world.outbox, "copy", lambda *_: world.clock.advance(300))

    assert world.closer(outbox=slow).close(BATCH_ID, until=world.clock() + 840) is BatchStatus.CLOSING
    assert world.batch_queue.to_close == [(BATCH_ID, 0)]
    assert world.close() is ENDED


def test_a_message_that_cannot_be_sent_is_an_error_so_that_the_first_one_comes_again() -> None:
    world = BatchWorld()
    world.succeeded()
    world.seal()
    world.batch_queue.down = True

    with pytest.raises(SendFailed):
        world.close(slice_s=0)
    world.batch_queue.down = False
    assert world.closed().status is ENDED


def test_a_picture_that_is_deleted_before_it_is_filed_is_a_row_without_a_name() -> None:
    world = BatchWorld()
    gone = world.succeeded("red")
    world.succeeded("blue")
    world.seal()
    world.delete(gone.id)

    assert world.closed().status is ENDED
    first, second = world.report()["items"]
    assert (first["index"], first["status"], first["job_id"]) == (0, "deleted", gone.id)
    assert (first["name"], first["files"]) == (None, [])
    assert (second["name"], second["files"]) == ("blue", ["blue.png"])


def test_a_picture_that_is_deleted_while_it_is_filed_is_no_crash() -> None:
    world = BatchWorld()
    gone = world.succeeded("red")
    world.seal()
    outbox = Meanwhile(world.outbox, "copy", lambda *_: world.delete(gone.id))

    assert world.closer(outbox=outbox).close(BATCH_ID, until=world.clock() + 840) is ENDED
    assert world.report()["items"][0]["status"] == "deleted"
    assert "shop/doors/red.png" not in world.outbox.contents


def test_a_job_whose_retention_is_over_is_gone_also_before_it_is_deleted() -> None:
    world = BatchWorld()
    world.succeeded("red", retention_s=60)
    world.seal()
    world.clock.advance(61)
    world.closed()

    assert world.report()["items"][0]["status"] == "deleted"


def test_the_picture_of_an_older_batch_with_the_same_name_is_replaced() -> None:
    world = BatchWorld()
    world.succeeded("red")
    world.seal()
    world.closed()
    newer = BATCH_ID[:-1] + "1"
    world.batches.add(a_batch(id=newer))
    world.id = newer
    job = world.succeeded("red")
    world.seal()
    world.closed()

    assert world.outbox.contents["shop/doors/red.png"] == f"picture 0 of {job.id}".encode()


def test_a_retry_fills_the_folder_and_leaves_the_first_report() -> None:
    world = BatchWorld(retry_of="01KX0000000000000000000000")
    world.succeeded("red")
    world.seal()
    world.closed()
    folder = f"shop/doors/retries/{BATCH_ID}"

    assert set(world.outbox.contents) == {"shop/doors/red.png", f"{folder}/report.csv", f"{folder}/report.json"}
    assert world.report(folder)["items"][0]["files"] == ["../../red.png"]
    assert world.report(folder)["retry_of"] == "01KX0000000000000000000000"


def test_pictures_are_filed_by_many_threads_as_by_one() -> None:
    world = BatchWorld()
    jobs = [world.succeeded() for _ in range(30)]
    world.seal()
    with ThreadPoolExecutor(max_workers=4) as pool:
        world.closer(each=pool.map).close(BATCH_ID, until=world.clock() + 840)

    assert [item["job_id"] for item in world.report()["items"]] == [job.id for job in jobs]
    assert len(world.outbox.contents) == 32


def test_what_is_cancelled_stops_and_what_has_ended_stays() -> None:
    world = BatchWorld()
    world.succeeded()
    world.failed()
    for _ in range(3):
        world.item()
    world.seal(cancel=True)

    assert world.closed().status is BatchStatus.CANCELLED
    ended = [Status.SUCCEEDED, Status.FAILED, *[Status.CANCELLED] * 3]
    assert [world.statuses()[index] for index in range(5)] == ended
    assert world.report()["status"] == "cancelled"
    assert [item["status"] for item in world.report()["items"]] == ended
    assert "shop/doors/door-0.png" in world.outbox.contents


def test_a_cancelled_batch_waits_for_the_calls_that_are_running() -> None:
    world = BatchWorld()
    job, key = world.calling("red")
    world.seal(cancel=True)

    assert world.close() is BatchStatus.CANCELLING
    assert world.job(job.id).status is Status.CANCELLING
    world.jobs.end(key, a_result(Outcome.OK, key=key), world.clock())
    world.settle(job.id)
    assert world.closed().status is BatchStatus.CANCELLED


def test_many_items_are_cancelled_in_slices_that_continue_themselves() -> None:
    world = BatchWorld()
    for _ in range(150):
        world.item()
    world.seal(cancel=True)

    world.close(slice_s=0)
    assert (world.batch().cancelled, world.batch_queue.to_close) == (100, [(BATCH_ID, 0)])
    assert world.closed().status is BatchStatus.CANCELLED
    assert set(world.statuses().values()) == {Status.CANCELLED}


def test_a_cancelled_item_that_could_not_be_read_or_was_deleted_is_in_nobodys_way() -> None:
    world = BatchWorld()
    gone = world.succeeded()
    world.fault("no")
    world.item()
    world.seal(cancel=True)
    world.delete(gone.id)

    assert world.closed().status is BatchStatus.CANCELLED
    assert [item["status"] for item in world.report()["items"]] == ["deleted", "unreadable", "cancelled"]


def test_an_item_is_filed_as_soon_as_it_has_ended() -> None:
    world = BatchWorld()
    job = world.succeeded("red")
    world.item()

    assert world.file(job) == 1
    assert world.outbox.written == ["shop/doors/red.png"]


def test_what_was_filed_at_once_is_not_written_again() -> None:
    world = BatchWorld()
    job = world.succeeded("red")
    world.seal()
    world.file(job)
    world.closed()

    assert world.outbox.written == ["shop/doors/red.png", "shop/doors/report.csv", "shop/doors/report.json"]


@pytest.mark.parametrize("fields", [{"deliver": "archive"}, {"status": "completed"}])
def test_nothing_is_filed_at_once_for_an_archive_or_after_the_end(fields: dict[str, Any]) -> None:
    world = BatchWorld(**fields)
    job = world.succeeded("red")

    assert world.file(job) == 0
    assert world.outbox.written == []


def test_only_items_of_batches_are_filed() -> None:
    world = BatchWorld()

    assert world.file(world.submit()) == 0
    assert world.file(a_job(id=job_id(BATCH_ID, 7))) == 0


def test_a_file_in_the_outbox_is_the_one_that_the_report_tells_of() -> None:
    world = BatchWorld()
    for index in range(5):
        world.succeeded(f"n{index}", content=bytes([index]) * 2000)
    world.seal()
    world.closed()

    for item in world.report()["items"]:
        content = world.outbox.contents[f"shop/doors/{item['files'][0]}"]
        assert (item["sha256"], item["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))


def test_what_an_older_version_of_a_file_comes_to_replaces_nothing_of_the_newer_one() -> None:
    world = BatchWorld()
    job = world.succeeded("red")
    world.batches.lead(a_batch(), NOW)
    world.batches.lead(a_batch(id=OTHER_ID), NOW + 1)
    world.file(job)
    world.seal()
    batch = world.closed()

    own = f"shop/doors/older/{BATCH_ID}"
    assert batch.folder == own
    assert set(world.outbox.contents) == {f"{own}/{name}" for name in ("red.png", "report.csv", "report.json")}


def test_a_retry_writes_where_its_file_does_unless_that_is_a_newer_one_s() -> None:
    for leader, folder in ((BATCH_ID, "shop/doors"), (OTHER_ID, f"shop/doors/older/{RETRY_ID}")):
        world = BatchWorld(id=RETRY_ID, retry_of=BATCH_ID, root=BATCH_ID)
        world.batches.lead(a_batch(id=leader), NOW)
        world.succeeded("red")
        world.seal()

        assert world.closed().folder == folder
        assert f"{folder}/red.png" in world.outbox.contents


def test_an_item_that_became_a_job_after_all_is_reported_as_one() -> None:
    world = BatchWorld()
    job = world.succeeded("red")
    assert job.item is not None
    # By a reader that died before it counted.
    world.batches.note(world.batch(), [ItemFault(index=0, line=2, name="red", detail="refused a moment ago")])
    world.seal()
    world.closed()

    assert [(item["status"], item["job_id"]) for item in world.report()["items"]] == [("succeeded", job.id)]
