"""A file of items is taken in: each item becomes a job once, and what cannot become one is told where it stands."""

import json
from collections.abc import Iterator

import pytest

from cavendish.batch.batch import UPLOAD_WITHIN_S, Batch, BatchStatus
from cavendish.batch.source import Source
from cavendish.errors import SendFailed
from cavendish.job import Status
from cavendish.pipeline.batch.groups import ROWS
from cavendish.pipeline.batch.intake import ARRIVES_WITHIN_S, SENT_AT_ONCE, SLICE
from tests.batch_fakes import FakeInbox
from tests.batch_world import a_batch
from tests.builders import NOW, TENANT
from tests.intake_world import IntakeWorld
from tests.world import Fate, Meanwhile, WorkerDied

DOORS = "id,prompt,size\nred,a red door,1K\nblue,a blue door,\n"


def test_each_line_of_a_csv_becomes_a_job_that_is_sent() -> None:
    world = IntakeWorld()
    batch = world.taken_in("shop/doors.csv", DOORS)
    red, blue = world.items(batch)

    assert (batch.status, batch.total, batch.read, batch.faulty) == (BatchStatus.RUNNING, 2, 2, 0)
    assert (batch.folder, batch.deliver, batch.tenant) == ("shop/doors", "folder", TENANT)
    assert [(job.item.name, job.item.line) for job in (red, blue) if job.item] == [("red", 2), ("blue", 3)]
    assert [(job.request.prompt, job.request.size) for job in (red, blue)] == [
        ("a red door", "1K"),
        ("a blue door", "2K"),
    ]
    assert {job.status for job in (red, blue)} == {Status.QUEUED}
    assert world.queue.sent == [red.id, blue.id]
    assert [event.type for event in world.jobs.events] == ["job.queued", "job.queued"]


def test_the_jobs_of_a_batch_sort_as_the_batch_does() -> None:
    world = IntakeWorld()
    batch = world.taken_in("many.txt", "\n".join(f"door {n}" for n in range(40)))
    jobs = world.items(batch)

    assert [job.id for job in jobs] == sorted(job.id for job in jobs)
    assert len({job.id for job in jobs}) == 40


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("a.json", '{"prompt": "a door"}'),
        ("a.json", '[{"prompt": "a door"}]'),
        ("a.JSONL", '{"prompt": "a door"}\n'),
        ("a.csv", "prompt\na door\n"),
        ("a.txt", "a door\n"),
    ],
)
def test_every_kind_of_file_is_read(key: str, content: str) -> None:
    world = IntakeWorld()
    (job,) = world.items(world.taken_in(key, content))

    assert (job.request.prompt, job.request.lane) == ("a door", "bulk")


def test_the_same_version_twice_is_one_set_of_jobs_and_another_version_another() -> None:
    world = IntakeWorld()
    first = world.taken_in("doors.csv", DOORS)
    again = world.arrive("doors.csv", "1")
    assert (world.read(again).id, len(world.jobs.jobs())) == (first.id, 2)

    other = world.taken_in("doors.csv", DOORS)
    assert (other.id != first.id, len(world.jobs.jobs())) == (True, 4)


def test_what_is_no_file_of_items_is_left_alone() -> None:
    world = IntakeWorld()
    assert [world.drop(key, "x") for key in ("shop/", "shop/.DS_Store", "shop/_defaults.json")] == [None] * 3
    assert world.arrive("never.csv") is None


def test_defaults_of_the_folder_hold_for_each_item_that_does_not_say_otherwise() -> None:
    world = IntakeWorld()
    world.inbox.put("shop/_defaults.json", b'{"size": "4K", "tags": ["doors"], "mode": "fast"}', "application/json")
    batch = world.taken_in("shop/doors.csv", DOORS)

    assert [(job.request.size, job.request.tags) for job in world.items(batch)] == [
        ("1K", ["doors"]),
        ("4K", ["doors"]),
    ]
    assert batch.mode == "fast"


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        ('{"size": "9K"}', ": /size: "),
        ('{"sizes": "4K"}', ": /sizes: there is no such field; the fields are "),
        ('{"mode": "slow"}', ": /mode: 'slow' is no mode; there are "),
        ('{"dedupe_window_s": 60}', ": /dedupe_window_s: it is for jobs that are submitted one by one; take it out"),
        ("{", " is not JSON: in line 1, column 2 the name of a field is expected"),
        ("\ufeff{}", " is not JSON: in line 1, column 1 there is a byte order mark; take it out"),
        ("", " is not JSON: it is empty; send an object"),
        ("[]", " must be a JSON object; send its fields in braces"),
        ('{"metadata": {"x": "' + "x" * 20_000 + '"}}', " has 20023 bytes; at most 16384 are taken"),
    ],
)
def test_of_defaults_that_are_wrong_nothing_is_queued_and_the_file_s_owner_is_told(defaults: str, words: str) -> None:
    world = IntakeWorld()
    world.inbox.put("shop/_defaults.json", defaults.encode(), "application/json")
    batch = world.taken_in("shop/doors.csv", DOORS)

    assert (batch.status, world.jobs.jobs()) == (BatchStatus.FAILED, [])
    assert world.told("shop/doors.error.json")["detail"].startswith(f"_defaults.json beside the file{words}")


def test_of_a_file_that_cannot_be_read_nothing_is_queued_and_line_and_column_are_told() -> None:
    world = IntakeWorld()
    batch = world.taken_in("shop/doors.csv", "prompt\nfirst\nsec\xffond\n".encode("latin-1"))

    assert (batch.status, world.jobs.jobs(), batch.ended) == (BatchStatus.FAILED, [], True)
    told = world.told("shop/doors.error.json")
    assert (told["line"], told["column"], told["file"]) == (3, 4, "shop/doors.csv")
    assert [event.type for event in world.batches.events] == ["batch.completed"]


def test_what_an_earlier_version_was_told_is_gone_when_a_later_one_can_be_read() -> None:
    world = IntakeWorld()
    world.taken_in("doors.csv", "")
    assert "doors.error.json" in world.outbox.contents

    world.taken_in("doors.csv", DOORS)
    assert "doors.error.json" not in world.outbox.contents


def test_a_field_that_only_a_job_by_itself_may_have_is_the_items_fault() -> None:
    world = IntakeWorld()
    lines = [{"prompt": "a", "dedupe_window_s": 60, "size": "9K"}, {"prompt": "b", "dedupe_window_s": None}]
    batch = world.taken_in("doors.jsonl", "\n".join(map(json.dumps, [*lines, {"prompt": "c", "dedupe_window_s": 60}])))

    assert [job.request.prompt for job in world.items(batch)] == ["b"]
    both, one = [fault.detail for fault in world.faults(batch)]
    assert both.startswith("size: '9K' is no size")
    assert both.endswith(f"; {one}")
    assert one == "dedupe_window_s: it is for jobs that are submitted one by one; take it out"


def test_one_line_that_is_no_text_is_told_by_its_number_and_the_others_run() -> None:
    world = IntakeWorld()
    lines = [b'{"prompt": "a door"}'] * 10_000
    lines[4_242] = b'{"prompt": "caf\xe9"}'
    batch = world.taken_in("doors.jsonl", b"\n".join(lines))

    assert (batch.total, batch.read, batch.faulty, len(world.items(batch))) == (10_000, 10_000, 1, 9_999)
    assert [(fault.line, fault.detail) for fault in world.faults(batch)] == [
        (
            4_243,
            "line 4243 cannot be read: in column 16 the byte 0xE9 is not UTF-8; save the file as UTF-8",
        )
    ]


def test_a_line_that_is_wrong_is_told_by_its_number_and_the_others_run() -> None:
    world = IntakeWorld()
    lines = [json.dumps({"prompt": f"door {n}"}) for n in range(100)]
    lines[41] = '{"prompt": '
    lines[77] = '{"prompt": "x", "size": "9K", "n": 0}'
    batch = world.taken_in("doors.jsonl", "\n".join(lines))

    assert (len(world.items(batch)), batch.faulty, batch.read, batch.total) == (98, 2, 100, 100)
    assert [fault.line for fault in world.faults(batch)] == [42, 78]
    assert all(word in world.faults(batch)[1].detail for word in ("size", "n:"))


def test_a_cell_that_has_to_be_an_object_and_is_none_is_told_so_beside_what_else_is_wrong() -> None:
    world = IntakeWorld()
    batch = world.taken_in("doors.csv", "name,prompt,webhook,metadata,n\na,b,https://a.example/,[1],many\n")

    (fault,) = world.faults(batch)
    told = 'it has to be a JSON object, such as {"name": "value"}'
    assert [f"{column}: {told}" in fault.detail for column in ("webhook", "metadata")] == [True, True]
    assert (fault.name, "n: " in fault.detail) == ("a", True)


@pytest.mark.parametrize("name", ["../door", "/door", "a/../../b", "a\\b", "a//b", "C:door", "x" * 1100])
def test_a_name_that_leads_elsewhere_is_told_and_no_job(name: str) -> None:
    world = IntakeWorld()
    batch = world.taken_in("doors.jsonl", json.dumps({"name": name, "prompt": "x"}) + '\n{"prompt": "y"}')

    assert [job.request.prompt for job in world.items(batch)] == ["y"]
    assert [fault.line for fault in world.faults(batch)] == [1]


def test_of_two_items_with_one_name_the_first_has_it_also_in_another_group() -> None:
    world = IntakeWorld()
    names = ["door", "door", *(f"door {n}" for n in range(ROWS)), "door", "door 7"]
    batch = world.taken_in("doors.jsonl", "\n".join(json.dumps({"name": name, "prompt": "x"}) for name in names))

    assert [(fault.line, fault.name) for fault in world.faults(batch)] == [
        (2, "door"),
        (ROWS + 3, "door"),
        (ROWS + 4, "door 7"),
    ]
    assert [word in world.faults(batch)[1].detail for word in ("'door'", "line 1")] == [True, True]
    assert len(world.items(batch)) == ROWS + 1


def test_no_name_is_that_of_another_item_s_second_picture() -> None:
    world = IntakeWorld()
    lines = [{"name": "door", "prompt": "x", "n": 3}, {"name": "door-2", "prompt": "y"}]
    batch = world.taken_in("doors.jsonl", "\n".join(map(json.dumps, lines)))

    assert [fault.name for fault in world.faults(batch)] == ["door-2"]


def test_of_two_items_with_one_name_the_second_is_told_also_if_they_write_other_files() -> None:
    world = IntakeWorld()
    lines = [{"name": "door", "prompt": "x", "n": 2}, {"name": "door", "prompt": "y"}]
    batch = world.taken_in("doors.jsonl", "\n".join(map(json.dumps, lines)))

    assert [fault.line for fault in world.faults(batch)] == [2]


def test_items_without_names_are_called_by_their_number_also_if_they_share_a_line() -> None:
    world = IntakeWorld()
    batch = world.taken_in("doors.json", json.dumps([{"prompt": f"door {n}"} for n in range(3)]))

    assert [job.item.name for job in world.items(batch) if job.item] == ["000001", "000002", "000003"]
    assert {job.item.line for job in world.items(batch) if job.item} == {1}


def test_a_reader_that_comes_second_takes_no_item_for_another_that_has_its_name() -> None:
    world = IntakeWorld()
    names = ["door", *(f"door {n}" for n in range(40)), "door"]
    batch = world.drop("doors.jsonl", "\n".join(json.dumps({"name": name, "prompt": "x"}) for name in names))
    assert batch is not None
    slower = Meanwhile(world.jobs, "check", lambda *_: world.read(batch))
    world.intake(jobs=slower).read(batch.id, world.clock.now + 60)
    after = world.read(batch)

    assert [fault.line for fault in world.faults(after)] == [42]
    assert len(world.items(after)) == 41


def test_of_a_file_that_goes_away_in_the_middle_what_is_queued_is_made_and_the_rest_told() -> None:
    world = IntakeWorld()
    batch = world.read(world.drop("many.txt", "\n".join(f"door {n}" for n in range(200))), for_s=-1)
    world.inbox.delete("many.txt")
    after = world.read(batch)

    assert (after.status, after.read, world.told("many.error.json")["code"]) == (
        BatchStatus.RUNNING,
        batch.read,
        "unreadable_file",
    )
    assert world.read(after).unsent is False


@pytest.mark.parametrize(
    ("key", "folder"),
    [("../x/doors.csv", "_/x/doors"), ("a//b.csv", "a/_/b"), ("x" * 1020 + ".csv", "x" * 891 + "~")],
)
def test_a_folder_stays_inside_of_the_outbox_and_leaves_room_for_what_is_put_into_it(key: str, folder: str) -> None:
    world = IntakeWorld()
    batch = world.taken_in(key, DOORS)

    assert batch.folder.startswith(folder)
    assert len(f"{batch.folder}/retries/{batch.id}/report.json".encode()) <= 1024


def test_of_a_file_that_nobody_can_read_an_older_version_tells_nobody_what_is_wrong() -> None:
    world = IntakeWorld()
    older = world.drop("doors.csv", "")
    world.inbox.now += 60
    newer = world.taken_in("doors.csv", DOORS)
    world.read(older)

    assert (newer.status, "doors.error.json" in world.outbox.contents) == (BatchStatus.RUNNING, False)


def test_a_long_file_is_read_in_slices_that_go_on_where_the_last_one_ended() -> None:
    world = IntakeWorld()
    batch = world.read(world.drop("many.txt", "\n".join(f"door {n}" for n in range(SLICE + 50))))

    assert (batch.sealed, batch.total, world.batch_queue.to_read) == (False, SLICE + 50, [(batch.id, 0)])
    assert SLICE <= batch.read < SLICE + 50
    batch = world.read(batch)
    assert (batch.sealed, batch.read, len(world.items(batch))) == (True, SLICE + 50, SLICE + 50)
    assert [job.request.prompt for job in world.items(batch)] == [f"door {n}" for n in range(SLICE + 50)]


def test_of_a_file_that_turns_out_longer_than_it_was_no_more_is_queued_than_was_counted() -> None:
    class Endless(FakeInbox):
        """Gives the file from its beginning, wherever one wants to read on."""

        def read(self, source: Source, offset: int) -> Iterator[bytes]:
            return super().read(source, 0)

    world = IntakeWorld()
    world.inbox = Endless(NOW)
    batch = world.read(world.drop("many.txt", "\n".join(f"door {n}" for n in range(150))), for_s=-1)
    while not batch.sealed:
        batch = world.read(batch, for_s=-1)

    assert (batch.read, len(world.jobs.jobs())) == (150, 150)


def test_a_worker_whose_time_is_over_leaves_the_rest_to_the_next() -> None:
    world = IntakeWorld()
    batch = world.read(world.drop("many.txt", "\n".join(f"door {n}" for n in range(200))), for_s=-1)

    assert (0 < batch.read < 200, batch.sealed, world.batch_queue.to_read) == (True, False, [(batch.id, 0)])


def test_a_worker_that_dies_at_any_step_neither_loses_nor_doubles_an_item() -> None:
    content = "\n".join(f"door {n}" for n in range(2 * ROWS))
    whole = Fate()
    world = IntakeWorld()
    batch = world.drop("many.txt", content)
    assert batch is not None
    world.intake(whole).read(batch.id, world.clock.now + 60)
    assert len(whole.path) > 20

    for step in range(len(whole.path)):
        world = IntakeWorld()
        batch = world.drop("many.txt", content)
        assert batch is not None
        with pytest.raises(WorkerDied):
            world.intake(Fate(step)).read(batch.id, world.clock.now + 60)
        batch = world.read(batch)

        assert (batch.sealed, batch.read, batch.faulty) == (True, 2 * ROWS, 0), whole.path[step]
        assert [job.request.prompt for job in world.items(batch)] == content.split("\n"), whole.path[step]
        assert set(world.queue.sent) == {job.id for job in world.items(batch)}, whole.path[step]


def test_two_workers_at_one_batch_make_each_job_once() -> None:
    world = IntakeWorld()
    batch = world.drop("many.txt", "\n".join(f"door {n}" for n in range(100)))
    assert batch is not None
    other = Meanwhile(world.batches, "queue", lambda *_: world.read(batch))
    world.intake(batches=other).read(batch.id, world.clock.now + 60)

    after = world.batches.get(batch.id)
    assert after is not None
    assert (after.sealed, after.read, len(world.items(after))) == (True, 100, 100)


def test_a_batch_that_is_cancelled_while_it_is_read_is_sealed_as_it_is_then() -> None:
    world = IntakeWorld()
    batch = world.drop("many.txt", "\n".join(f"door {n}" for n in range(200)))
    batch = world.read(batch, for_s=-1)
    world.batches.save(batch, batch.cancelling(NOW))
    after = world.read(batch)

    assert (after.status, after.sealed) == (BatchStatus.CANCELLING, True)
    assert (after.read, after.total) == (batch.read, 200)
    assert len(world.items(after)) == batch.read
    assert world.batch_queue.to_close == [(batch.id, 0)]


def test_a_cancel_in_the_middle_of_a_group_leaves_no_job_behind() -> None:
    world = IntakeWorld()
    batch = world.drop("many.txt", "\n".join(f"door {n}" for n in range(100)))
    assert batch is not None

    def cancel(*_: object) -> None:
        now = world.batches.get(batch.id)
        assert now is not None
        world.batches.save(now, now.cancelling(NOW))

    world.intake(batches=Meanwhile(world.batches, "queue", cancel)).read(batch.id, world.clock.now + 60)
    after = world.read(batch)

    assert (after.read, world.items(after)) == (0, [])


def test_what_could_not_be_sent_is_queued_all_the_same_and_sent_when_its_message_comes_again() -> None:
    world = IntakeWorld()
    world.queue.down = True
    batch = world.drop("doors.csv", DOORS)
    with pytest.raises(SendFailed):
        world.read(batch)
    assert batch is not None
    assert len(world.items(batch)) == 2

    world.queue.down = False
    after = world.read(batch)
    assert (after.sent, world.queue.sent) == (2, [job.id for job in world.items(after)])


def test_jobs_are_sent_when_all_are_written_and_by_the_next_worker_where_the_time_is_over() -> None:
    world = IntakeWorld()
    batch = world.read(world.drop("many.txt", "\n".join(f"door {n}" for n in range(SENT_AT_ONCE + ROWS))), for_s=-1)
    assert world.queue.sent == []
    while not batch.sealed:
        batch = world.read(batch, for_s=-1)

    assert (batch.sent, len(world.queue.sent), world.batch_queue.to_read[-1]) == (
        SENT_AT_ONCE,
        SENT_AT_ONCE,
        (batch.id, 0),
    )
    batch = world.read(batch)
    assert (batch.unsent, world.queue.sent) == (False, [job.id for job in world.items(batch)])
    assert world.read(batch) == batch


def test_what_a_cancel_comes_before_is_not_sent() -> None:
    world = IntakeWorld()
    batch = world.drop("many.txt", "\n".join(f"door {n}" for n in range(SENT_AT_ONCE + ROWS)))
    while batch is None or not batch.sealed:
        batch = world.read(batch, for_s=-1)
    world.batches.save(batch, batch.cancelling(NOW))
    world.read(batch)

    assert len(world.queue.sent) == SENT_AT_ONCE


def test_who_is_overtaken_by_somebody_that_only_looks_has_the_rest_sent() -> None:
    world = IntakeWorld()
    batch = world.drop("doors.csv", DOORS)
    assert batch is not None

    def look_after(before: Batch, after: Batch, *_: object) -> None:
        if after.sent:
            now = world.batches.get(batch.id)
            assert now is not None
            world.batches.save(now, now.looked_after(NOW))

    world.intake(batches=Meanwhile(world.batches, "save", look_after, times=9)).read(batch.id, world.clock.now + 60)
    assert world.batch_queue.to_read == [(batch.id, 0)]
    assert world.read(batch).unsent is False


def test_a_slice_whose_next_message_cannot_be_sent_is_read_again() -> None:
    world = IntakeWorld()
    batch = world.drop("many.txt", "\n".join(f"door {n}" for n in range(200)))
    assert batch is not None
    world.batch_queue.down = True
    with pytest.raises(SendFailed):
        world.read(batch, for_s=-1)
    world.batch_queue.down = False

    assert world.read(batch).read == 200


def test_a_file_that_is_deleted_before_it_is_read_is_told() -> None:
    world = IntakeWorld()
    batch = world.drop("doors.csv", DOORS)
    world.inbox.delete("doors.csv")

    assert world.read(batch).status is BatchStatus.FAILED
    assert "not there" in world.told("doors.error.json")["detail"]


def test_a_batch_whose_file_never_comes_ends() -> None:
    world = IntakeWorld()
    batch = a_batch(deliver="archive", source=None, sealed=False, status="open", total=None, created_at=NOW, read=0)
    world.batches.add(batch)
    assert world.read(batch).status is BatchStatus.OPEN

    world.clock.advance(UPLOAD_WITHIN_S + ARRIVES_WITHIN_S)
    ended = world.read(batch)
    assert (ended.status, ended.error is not None and "uploaded" in ended.error.detail) == (BatchStatus.FAILED, True)
    assert world.outbox.contents == {}


def test_a_posted_file_belongs_to_its_batch() -> None:
    world = IntakeWorld()
    batch = a_batch(deliver="archive", source=None, sealed=False, status="open", total=None)
    world.batches.add(batch)
    read = world.taken_in(f"batches/{batch.id}.csv", DOORS)

    assert (read.id, len(world.items(read)), read.status) == (batch.id, 2, BatchStatus.RUNNING)
    assert world.drop("batches/01KX0000000000000000000999.csv", DOORS) is None
    assert world.drop("batches/none.csv", DOORS) is None
