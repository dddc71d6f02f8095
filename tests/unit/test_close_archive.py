"""Results as ZIPs: parts of a size that is never exceeded, each readable by itself, all pictures in one of them."""

import hashlib
import io
import zipfile

import pytest

from cavendish.pipeline.batch.archive import PART_MAX_BYTES, PART_MAX_FILES, Archive
from cavendish.pipeline.batch.ends import Ends
from cavendish.pipeline.batch.turn import Turn
from tests.batch_world import BATCH_ID, BatchWorld
from tests.world import Meanwhile

#: A ZIP of two pictures of 1,000 bytes with names of 5 letters.
TWO = 22 + 2 * (30 + 16 + 46 + 2 * 5 + 1000)


def a_world(*names: str, part_max_bytes: int = TWO) -> BatchWorld:
    world = BatchWorld(deliver="archive")
    world.part_max_bytes = part_max_bytes
    for number, name in enumerate(names):
        world.succeeded(name, content=bytes([number]) * 1000)
    world.seal()
    return world


def parts(world: BatchWorld, folder: str = "shop/doors") -> dict[str, zipfile.ZipFile]:
    found = {key: content for key, content in world.outbox.contents.items() if key.endswith(".zip")}
    return {key.removeprefix(f"{folder}/"): zipfile.ZipFile(io.BytesIO(found[key])) for key in sorted(found)}


def test_a_small_batch_is_one_part() -> None:
    world = a_world("a", "b", part_max_bytes=2_000_000_000)
    world.closed()
    (part,) = parts(world).values()

    assert part.namelist() == ["a.png", "b.png"]
    assert part.testzip() is None


def test_no_part_is_larger_than_it_may_be_and_each_is_as_large_as_was_planned() -> None:
    world = a_world("a", "b", "c", "d", "e")
    batch = world.closed()

    assert [part.namelist() for part in parts(world).values()] == [["a.png", "b.png"], ["c.png", "d.png"], ["e.png"]]
    sizes = [len(world.outbox.contents[part.key]) for part in batch.parts]
    assert sizes == [part.bytes for part in batch.parts]
    assert max(sizes) == TWO


def test_one_byte_less_and_the_second_picture_is_in_the_next_part() -> None:
    world = a_world("a", "b", part_max_bytes=TWO - 1)
    world.closed()

    assert [part.namelist() for part in parts(world).values()] == [["a.png"], ["b.png"]]


@pytest.mark.parametrize(("most", "until"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_a_part_has_no_more_pictures_than_one_worker_can_write(most: int, until: int) -> None:
    world = a_world("a", "b", "c", part_max_bytes=10_000)
    ends = Ends(jobs=world.jobs, batches=world.batches, each=map, clock=world.clock)
    archive = Archive(images=world.images, outbox=world.outbox, ends=ends, part_max_files=most)
    part = archive.plan(Turn(world.batch(), world.batches, world.clock), "shop/doors")

    assert (part.first, part.until, part.files) == (0, until, until)


def test_a_part_is_small_enough_for_every_reader_of_zips() -> None:
    assert PART_MAX_BYTES < 2**31  # beyond it, a ZIP is of another kind
    assert PART_MAX_FILES < 2**16


def test_all_pictures_of_an_item_are_in_one_part() -> None:
    world = BatchWorld(deliver="archive")
    world.part_max_bytes = TWO
    world.succeeded("a", content=bytes(1000))
    world.succeeded("b", content=bytes(1000), n=3)
    world.seal()
    world.closed()

    assert [len(part.namelist()) for part in parts(world).values()] == [1, 3]


def test_the_report_says_in_which_part_each_picture_is_and_its_bytes_are_there() -> None:
    world = a_world("a", "b", "more/c ü")
    world.closed()
    found = parts(world)

    for item in world.report()["items"]:
        (image,) = item["images"]
        content = found[image["part"]].read(image["path"])
        assert hashlib.sha256(content).hexdigest() == image["sha256"] == item["sha256"]
    assert [row["part"] for row in world.rows()] == ["results-001.zip", "results-001.zip", "results-002.zip"]


def test_names_in_a_part_say_that_they_are_unicode() -> None:
    world = a_world("blau ü", "日本", part_max_bytes=10_000)
    world.closed()
    (part,) = parts(world).values()

    assert [entry.filename for entry in part.infolist()] == ["blau ü.png", "日本.png"]
    assert all(entry.flag_bits & 0x800 for entry in part.infolist())


def test_a_part_holds_pictures_as_they_are_dated_at_their_jobs_end_and_readable_by_all() -> None:
    world = a_world("a")
    world.closed()
    (entry,) = parts(world)["results-001.zip"].infolist()

    assert (entry.compress_type, entry.external_attr >> 16) == (zipfile.ZIP_STORED, 0o644)
    assert entry.date_time[:3] == (2027, 1, 15)


def test_without_a_picture_there_is_no_part() -> None:
    world = BatchWorld(deliver="archive")
    world.failed()
    world.fault("no")
    world.seal()
    batch = world.closed()

    assert (parts(world), batch.parts) == ({}, ())
    assert [item["status"] for item in world.report()["items"]] == ["failed", "unreadable"]


def test_what_fails_after_the_last_picture_makes_no_part_of_its_own() -> None:
    world = BatchWorld(deliver="archive")
    world.part_max_bytes = TWO
    world.succeeded("a", content=bytes(1000))
    world.failed()
    world.seal()

    assert [(part.first, part.until) for part in world.closed().parts] == [(0, 2)]


def test_a_picture_that_is_deleted_between_plan_and_part_is_left_out() -> None:
    world = a_world("a", "b", "c")
    gone = next(job for job in world.jobs._all() if job.item and job.item.name == "a")
    images = Meanwhile(world.images, "read", lambda _: world.delete(gone.id))
    world.closer(images=images).close(BATCH_ID, until=world.clock() + 840)
    world.closed()

    assert [part.namelist() for part in parts(world).values()] == [["b.png"], ["c.png"]]
    assert [item["status"] for item in world.report()["items"]] == ["deleted", "succeeded", "succeeded"]


def test_what_is_deleted_between_a_crash_and_its_repeat_moves_no_picture_to_another_part() -> None:
    world = a_world("a", "b", "c")
    gone = next(job for job in world.jobs._all() if job.item and job.item.name == "a")
    world.closer_dies("after archive")
    world.delete(gone.id)
    world.closed()

    assert [part.namelist() for part in parts(world).values()] == [["b.png"], ["c.png"]]


def test_a_retrys_parts_lie_beside_its_own_report() -> None:
    world = BatchWorld(deliver="archive", retry_of="01KX0000000000000000000000")
    world.succeeded("a")
    world.seal()
    world.closed()
    folder = f"shop/doors/retries/{BATCH_ID}"

    assert list(parts(world, folder)) == ["results-001.zip"]
    assert world.report(folder)["items"][0]["files"] == ["a.png"]


@pytest.mark.parametrize("slice_s", [0.0, 840.0])
def test_nothing_of_an_archive_is_written_into_the_folder_but_parts_and_reports(slice_s: float) -> None:
    world = a_world("a", "b", "c")
    world.closed(slice_s=slice_s)

    files = ["results-001.zip", "results-002.zip", "report.csv", "report.json"]
    assert world.outbox.written == [f"shop/doors/{name}" for name in files]
