"""Batches by the client that users install, and by its commands, against the API and the buckets behind real HTTP."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

import wiring
from cavendish.batch.batch import Batch, Part
from cavendish.batch.item import ItemFault, job_id
from cavendish.job import JobError, Status
from cavendish.request import JobRequest
from cavendish.sheet.cursor import Cursor
from cavendish_client import Client, Problem
from cavendish_client.batches.command import TEXTS
from cavendish_client.batches.drop import Place, deployed, local, put
from cavendish_client.cli import app
from cavendish_client.told import Unable
from tests.batch_world import a_batch
from tests.integration.conftest import Client as Aws
from tests.integration.gateway import gateway
from tests.integration.handlers import KEY, Functions
from tests.integration.s3 import s3_over_http
from wired.taker import arrivals, intake

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BATCH_ID = "01KX0000000000000000000001"
#: More than two pages of a hundred.
MANY = 203
CSV = "id,prompt\na,A boat\nb,A door\n"


@pytest.fixture
def client(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    functions.with_key()
    with s3_over_http() as s3, gateway() as api, Client(api, KEY) as client:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3)
        yield client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "doors.csv"
    path.write_text(CSV)
    return path


def taken_in(batch_id: str, suffix: str = "csv") -> Batch:
    """What the inbox's events and the queue do."""
    assert arrivals().arrive(f"batches/{batch_id}.{suffix}", None, wiring.clock())
    read = intake().read(batch_id, wiring.clock() + 60)
    assert read
    return read


def ended(batch_id: str, *ends: Status) -> None:
    """All its items end so, and it is closed."""
    batch = wiring.batches().get(batch_id)
    assert batch
    for index, end in enumerate(ends):
        job = wiring.jobs().get(job_id(batch_id, index))
        assert job
        error = JobError(code="no_image", title="None", detail="said no") if end is Status.FAILED else None
        after = job.end(end, wiring.clock(), error)
        wiring.jobs().save(job, after, after.event(f"job.{end}"), spent=40_000)
    closing = batch.closing(wiring.clock())
    wiring.batches().save(batch, closing)
    wiring.batches().save(closing, closing.complete(wiring.clock()))


def command(*words: str, client: Client, **environment: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"API": client._api, "KEY": KEY, **environment})


def test_items_are_posted_read_and_listed(client: Client) -> None:
    posted = client.batches.post([{"id": "a", "prompt": "p"}, {"prompt": "q"}], name="Two", key="k")
    again = client.batches.post([{"id": "a", "prompt": "p"}, {"prompt": "q"}], name="Two", key="k")
    taken_in(posted["id"], "jsonl")

    assert again["id"] == posted["id"]
    assert client.batches.get(posted["id"])["items"]["running"] == 2
    assert [one["name"] for one in client.batches.items(posted["id"])] == ["a", "000002"]
    assert [one["name"] for one in client.batches.list()] == ["Two"]


def test_a_file_is_uploaded(client: Client, file: Path) -> None:
    posted = client.batches.upload(file, defaults={"size": "1K"})

    assert taken_in(posted["id"]).total == 2


def test_all_items_are_listed_however_many_pages_they_are(client: Client) -> None:
    now = {name: wiring.clock() for name in ("created_at", "updated_at", "looked_at")}
    batch = a_batch(id=BATCH_ID, **now, cursor=Cursor(index=MANY), faulty=MANY)
    wiring.batches().add(batch)
    wiring.batches().note(batch, [ItemFault(index=n, line=n + 1, detail="no prompt") for n in range(MANY)])

    assert [one["index"] for one in client.batches.items(BATCH_ID)] == list(range(MANY))


def test_a_batch_is_waited_for_cancelled_and_tried_again(client: Client, file: Path) -> None:
    batch_id = client.batches.upload(file)["id"]
    with pytest.raises(Problem) as early:
        client.batches.manifest(batch_id)
    taken_in(batch_id)
    ended(batch_id, Status.SUCCEEDED, Status.FAILED)

    seen: list[str] = []
    done = client.batches.wait(batch_id, seen=lambda batch: seen.append(batch["status"]))
    new = client.batches.retry(batch_id)

    assert early.value.code == "no_results"
    assert (done["status"], seen, done["cost"]["total_usd"]) == ("completed", ["completed"], 0.08)
    assert (new["retry_of"], client.batches.cancel(new["id"])["status"]) == (batch_id, "cancelling")


def test_a_plan_is_asked_for(client: Client) -> None:
    told = client.batches.plan(n=100, defaults={"size": "2K"})

    assert next(one["calls"] for one in told["articles"] if "S2.21" in one["row"]) == 118


def test_results_are_downloaded_the_report_last(client: Client, aws: Aws, tmp_path: Path) -> None:
    part = Part(key="shop/doors/results-001.zip", first=0, until=1, files=1, bytes=3)
    now = {name: wiring.clock() for name in ("created_at", "updated_at", "looked_at")}
    more = {"status": "completed", "sealed": True, "cursor": Cursor(index=1), "parts": (part,)}
    wiring.batches().add(a_batch(id=BATCH_ID, **now, **more))
    for name in ("results-001.zip", "report.csv", "report.json"):
        aws("s3").put_object(Bucket=wiring.setting("OUTBOX_BUCKET"), Key=f"shop/doors/{name}", Body=name.encode())

    saved = client.batches.save(BATCH_ID, tmp_path / "new")

    assert [one.name for one in saved] == ["results-001.zip", "report.csv", "report.json"]
    assert [one.read_text() for one in saved] == [one.name for one in saved]
    assert sorted(one.name for one in (tmp_path / "new").iterdir()) == sorted(one.name for one in saved)


def test_the_command_uploads_a_file_and_says_where_to_look(client: Client, file: Path) -> None:
    done = command("batch", str(file), "--mode", "fast", "--default", "size=4K", "--default", "n=2", client=client)
    whole = command("batch", str(file), "--json", client=client)

    (batch_id,) = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("batch ")]
    batch = taken_in(batch_id)
    assert done.exit_code == 0, done.stderr
    assert (batch.mode, batch.name, dict(batch.defaults), batch.total) == (
        "fast",
        "doors.csv",
        {"size": "4K", "n": 2},
        2,
    )
    assert json.loads(whole.stdout)["status"] == "open"


def test_a_default_that_is_text_stays_text_whatever_it_looks_like(client: Client, file: Path) -> None:
    defaults = ("size=512", "allow_fallback=false", 'tags=["a", "b"]')
    done = command("batch", str(file), *(word for one in defaults for word in ("--default", one)), client=client)

    assert done.exit_code == 0, done.stderr
    (batch,) = wiring.batches().page("acme", None, 9)
    assert dict(batch.defaults) == {"size": "512", "allow_fallback": False, "tags": ["a", "b"]}


def test_the_fields_that_are_text_are_those_of_which_the_api_says_so() -> None:
    fields = JobRequest.model_json_schema()["properties"]
    kinds = {name: [field, *field.get("anyOf", [])] for name, field in fields.items()}

    assert {name for name, kind in kinds.items() if any(one.get("type") == "string" for one in kind)} == TEXTS


@pytest.fixture
def world(client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Whoever watches sees the batch end so after some readings."""

    def act(*ends: Status) -> None:
        readings = iter(range(9))

        def between(_: float) -> None:
            (batch,) = wiring.batches().page("acme", None, 9)
            taken_in(batch.id) if next(readings) == 0 else ended(batch.id, *ends)

        monkeypatch.setattr("cavendish_client.batches.routes.time.sleep", between)

    return act


@pytest.mark.parametrize(("second", "exit_code"), [(Status.SUCCEEDED, 0), (Status.FAILED, 1)])
def test_who_watches_is_told_how_far_it_is_and_how_it_ended(
    client: Client, file: Path, world: Callable[..., None], second: Status, exit_code: int
) -> None:
    world(Status.SUCCEEDED, second)

    done = command("batch", str(file), "--watch", client=client)

    assert done.exit_code == exit_code, done.stderr
    lines = done.stderr.splitlines()
    assert lines[1:3] == ["open: 0/? done, $0.00 so far", "running: 0/2 done, $0.00 so far"]
    assert "completed: 2/2 done" in lines[3]
    assert "/min, $0.08 so far" in lines[3]
    assert "cost    $0.0800" in done.stdout


def test_what_was_made_is_downloaded(
    client: Client, aws: Aws, file: Path, world: Callable[..., None], tmp_path: Path
) -> None:
    world(Status.SUCCEEDED, Status.SUCCEEDED)
    put = wiring.outbox().link  # reports are there as soon as the batch has ended

    def link(key: str, *, expires_s: int) -> str:
        aws("s3").put_object(Bucket=wiring.setting("OUTBOX_BUCKET"), Key=key, Body=b"{}")
        return put(key, expires_s=expires_s)

    with pytest.MonkeyPatch.context() as stored:
        stored.setattr(wiring.outbox(), "link", link)
        done = command("batch", str(file), "--download", str(tmp_path / "made"), client=client)

    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "made" / "report.json").read_text() == "{}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever watches stops at the first reading."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cavendish_client.batches.routes.time.sleep", interrupt)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["doors.csv", "doors.csv/made"])
def test_where_no_folder_can_be_nothing_is_sent(client: Client, file: Path, name: str) -> None:
    done = command("batch", str(file), "--download", str(file.parent / name), client=client)

    assert (done.exit_code, done.stdout, type(done.exception)) == (1, "", SystemExit)
    assert f"{name} cannot be a folder" in done.stderr
    assert wiring.batches().page("acme", None, 9) == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["report.json", "report.csv", "results-001.zip"])
def test_results_of_another_batch_are_not_stored_over_and_nothing_is_sent(
    client: Client, file: Path, name: str
) -> None:
    (file.parent / name).write_text("of another")

    done = command("batch", str(file), "--download", str(file.parent), client=client)

    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{name} is there already, of another batch; name another folder. Nothing was sent." in done.stderr
    assert wiring.batches().page("acme", None, 9) == []


@pytest.mark.usefixtures("impatient")
def test_who_stops_watching_leaves_the_batch_running(client: Client, file: Path) -> None:
    done = command("batch", str(file), "--watch", client=client)

    (batch,) = wiring.batches().page("acme", None, 9)
    assert (done.exit_code, batch.cancel) == (130, False)
    assert f"Batch {batch.id} goes on without you" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("doors.csv", "id,promt\na,b\n", "in line 1, column 4 there is no field 'promt'; 'prompt' is probably meant"),
        ("doors.xlsx", "PK", "has to end in one of"),
        ("doors.csv", "", "the file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_sent(
    client: Client, tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    (tmp_path / name).write_text(content)

    done = command("batch", str(tmp_path / name), client=client)

    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert wiring.batches().page("acme", None, 9) == []


def test_the_command_says_what_else_is_wrong(client: Client, file: Path) -> None:
    for words, sentence in (
        (["batch", "nowhere.csv"], "nowhere.csv is no file"),
        (["batch", str(file), "--default", "size"], "--default takes NAME=VALUE, not 'size'"),
        (["batch", str(file), "--default", "size=8K"], "/defaults/size"),
        (["batch", str(file), "--default", "max_cost_usd=NaN"], "/defaults/max_cost_usd"),
        (["batch", str(file), "--default", "max_cost_usd=-Infinity"], "/defaults/max_cost_usd"),
        (["batch", str(file), "--default", "max_cost_usd=1e999"], "/defaults/max_cost_usd"),
        (["batch", str(file), "--default", 'metadata={"a": "\\ud800"}'], "'\\ud800' cannot be sent"),
        (["batch", str(file), "--default", "prompt=\udcff"], "--default is not UTF-8: 'prompt=\\udcff'"),
        (["batch", str(file), "--name", "\udcff"], "--name is not UTF-8: '\\udcff'"),
        (["batch", "\udcff.csv"], "The file's name is not UTF-8: '\\udcff.csv'"),
        (["drop", "\udcff.csv"], "The file's name is not UTF-8: '\\udcff.csv'"),
        (["drop", str(file), "--to", "\udcff"], "--to is not UTF-8: '\\udcff'"),
        (["drop", str(file), "--to", "x" * 1015], "has 1025 bytes with its folder, and S3 takes 1024"),
        (["drop", ".doors.csv"], ".doors.csv begins with a dot, and the inbox leaves such files alone"),
        (["drop", ".doors.csv", "--to", "shop"], ".doors.csv begins with a dot"),
        (["drop", str(file), "--to", "batches"], "name another one"),
        *((["drop", str(file), "--to", to], f"{to!r} is none.") for to in ("../x", "x/./y", "x//y", "..", "./batches")),
    ):
        done = command(*words, client=client)
        assert (done.exit_code, done.stdout) == (1, "")
        assert sentence in done.stderr
    assert "Set KEY" in command("batch", str(file), client=client, KEY="").stderr
    foreign = command("batch", str(file), client=client, KEY="secret-é")
    assert (foreign.exit_code, foreign.stdout) == (1, "")
    assert foreign.stderr.startswith("KEY has a character that no key has; set it to one such as")
    assert "secret" not in foreign.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"size": "9K", "mode": "slow"}', "/mode: 'slow' is no mode; there are fast, balanced, economy; "),
        ('{"dedupe_window_s": 60}', "/dedupe_window_s: it is for jobs that are submitted one by one; take it out."),
        ("{", " is not JSON: in line 1, column 2 "),
        (f'{{"prompt": "{"x" * 17_000}"}}', " has 17014 bytes; at most 16384 are taken."),
    ],
)
def test_defaults_that_would_be_refused_are_not_dropped(
    client: Client, tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "_defaults.json").write_text(content)

    done = command("drop", str(tmp_path / "_defaults.json"), client=client)

    assert (done.exit_code, done.stdout, type(done.exception)) == (1, "", SystemExit)
    assert sentence in done.stderr
    assert done.stderr.startswith(f"{tmp_path}/_defaults.json")
    assert done.stderr.endswith("Nothing was sent.\n")


def test_a_file_is_dropped_into_the_inbox_of_a_stack(
    functions: Functions, aws: Aws, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, outbox = wiring.setting("INBOX_BUCKET"), wiring.setting("OUTBOX_BUCKET")
    outputs = [
        {"OutputKey": "InboxBucket", "OutputValue": inbox},
        {"OutputKey": "OutboxBucket", "OutputValue": outbox},
    ]
    stacks = SimpleNamespace(describe_stacks=lambda **_: {"Stacks": [{"Outputs": outputs}]})

    place = deployed("any", lambda service: aws("s3") if service == "s3" else stacks)
    put(file, "shop/doors.csv", place)

    assert f"s3://{outbox}/shop/doors/report.json" in capsys.readouterr().out
    assert aws("s3").get_object(Bucket=inbox, Key="shop/doors.csv")["Body"].read() == CSV.encode()


def test_the_folder_that_is_named_is_the_one_in_which_the_results_of_a_long_path_lie(
    functions: Functions, aws: Aws, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = f"{'x' * 1000}/doors.csv"
    put(file, key, Place(aws("s3"), wiring.setting("INBOX_BUCKET"), "outbox"))
    batch = arrivals().arrive(key, None, wiring.clock())

    assert batch
    assert len(batch.folder) == 900
    assert f"results  s3://outbox/{batch.folder}/\n" in capsys.readouterr().out


def test_without_a_checkout_only_what_is_known_of_the_results_is_said(
    functions: Functions, aws: Aws, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cavendish_client.batches.check.find_spec", lambda _: None)
    inbox = wiring.setting("INBOX_BUCKET")
    put(file, "shop/doors.csv", Place(aws("s3"), inbox, "outbox"))

    assert capsys.readouterr().out == (
        f"dropped  s3://{inbox}/shop/doors.csv\nreport   report.json, written last, below s3://outbox/\n"
    )


def test_of_defaults_that_are_dropped_no_results_are_promised(
    functions: Functions, aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    defaults = tmp_path / "_defaults.json"
    defaults.write_text('{"size": "1K"}')

    put(defaults, "shop/_defaults.json", Place(aws("s3"), wiring.setting("INBOX_BUCKET"), "outbox"))

    assert capsys.readouterr().out == f"dropped  s3://{wiring.setting('INBOX_BUCKET')}/shop/_defaults.json\n"


def test_without_a_stack_the_inbox_is_that_of_the_local_cloud(functions: Functions, aws: Aws) -> None:
    buckets = {"inbox_bucket": wiring.setting("INBOX_BUCKET"), "outbox_bucket": wiring.setting("OUTBOX_BUCKET")}
    with s3_over_http() as s3:
        place = local({"endpoint_url": s3, **buckets})
        place.s3.put_object(Bucket=place.inbox, Key="a.csv", Body=b"b")

    assert aws("s3").get_object(Bucket=place.inbox, Key="a.csv")["Body"].read() == b"b"
    with pytest.raises(Unable, match="Which inbox"):
        local(None)
