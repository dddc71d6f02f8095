"""Batches at the handler: opened, read, shown, cancelled, tried again, planned; each answer is as the document says."""

import json
import re
from typing import Any

import pytest
import requests

import wiring
from api import handler
from cavendish.batch.batch import Batch
from cavendish.batch.item import ItemFault
from cavendish.batch.part import Part
from cavendish.batch.source import Source
from cavendish.job import JobError, Status
from cavendish.sheet.cursor import Cursor
from tests.batch_world import a_batch
from tests.integration.conftest import Client as Aws
from tests.integration.handlers import CONTEXT, KEY, Functions, event
from tests.integration.test_contract import conforms
from wired.taker import arrivals, intake

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

#: The batch that the events name.
BATCH_ID = "01KX0000000000000000000001"
#: The one that changes it comes last.
OF_ONE = ("api.read-batch", "api.list-batch-items", "api.read-manifest", "api.retry-batch", "api.cancel-batch")


@pytest.fixture(autouse=True)
def _with_key(functions: Functions) -> None:
    functions.with_key()


def handled(fields: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = handler(fields, CONTEXT)
    return answer


def added(**fields: Any) -> Batch:
    """The events' batch, as it stands then."""
    now = {name: wiring.clock() for name in ("created_at", "updated_at", "looked_at")}
    batch = a_batch(**{"id": BATCH_ID, **now, **fields})
    assert wiring.batches().add(batch)
    return batch


def read(location: str) -> Batch:
    """The posted batch, after its file has been read."""
    batch_id = location.rpartition("/")[2]
    arrived = arrivals().arrive(f"batches/{batch_id}.jsonl", None, wiring.clock())
    assert arrived
    done = intake().read(batch_id, wiring.clock() + 60)
    assert done
    return done


def test_a_post_is_read_and_shown_item_by_item(functions: Functions) -> None:
    status, shown, headers = functions.http("api.post-batch")
    batch = read(headers["Location"])
    at = f"/v1/batches/{batch.id}"

    asked = json.loads(functions.ask("GET", at)["body"])
    items = json.loads(functions.ask("GET", f"{at}/items")["body"])["items"]

    assert (status, shown["status"], shown["upload"], headers["Retry-After"]) == (202, "open", None, "2")
    assert (asked["status"], asked["name"], asked["items"]["running"]) == ("running", "Winter", 3)
    assert [(one["name"], one["status"]) for one in items] == [
        ("lighthouse", "queued"),
        ("boat", "queued"),
        ("shop/door", "queued"),
    ]
    job = functions.ask("GET", items[1]["links"]["self"].removeprefix("https://api.example.com"))
    assert json.loads(job["body"])["requested"]["size"] == "4K"


def test_fast_items_ask_the_quickest_model_and_those_that_named_one_ask_that(functions: Functions) -> None:
    items = [{"prompt": "p"}, {"prompt": "q", "model": "gemini-3-pro-image"}]
    body = {"mode": "fast", "defaults": {"size": "1K"}, "items": items}
    posted = functions.ask("POST", "/v1/batches", json.dumps(body))

    read(json.loads(posted["body"])["links"]["self"])

    found = json.loads(functions.ask("GET", f"/v1/batches/{json.loads(posted['body'])['id']}/items")["body"])["items"]
    jobs = [wiring.jobs().get(one["job_id"]) for one in found]
    assert [job.request.model for job in jobs if job] == ["gemini-3.1-flash-lite-image", "gemini-3-pro-image"]


def test_one_key_is_one_batch(functions: Functions) -> None:
    _, first, _ = functions.http("api.post-batch")
    read(first["links"]["self"])

    status, again, headers = functions.http("api.post-batch")
    other = functions.ask(
        "POST", "/v1/batches", '{"items": [{"prompt": "another"}]}', idempotency_key='"7f3c1f6e-winter"'
    )

    moving = {name: first[name] for name in ("id", "status", "created_at", "items", "upload")}
    assert (status, headers["Idempotency-Replayed"]) == (202, "true")
    assert {name: again[name] for name in moving} == moving
    assert (other["statusCode"], json.loads(other["body"])["code"]) == (422, "idempotency_key_reused")


def test_a_file_is_uploaded_by_the_form_that_was_handed_out(functions: Functions, aws: Aws) -> None:
    _, shown, _ = functions.http("api.post-batch-upload")
    form = shown["upload"]

    uploaded = requests.post(form["url"], data=form["fields"], files={"file": b"prompt\na boat\n"}, timeout=5)

    assert uploaded.ok
    stored = aws("s3").get_object(Bucket=wiring.setting("INBOX_BUCKET"), Key=f"batches/{shown['id']}.csv")
    assert stored["Body"].read() == b"prompt\na boat\n"


def test_every_fault_of_a_post_is_told(functions: Functions) -> None:
    status, problem, _ = functions.http("api.post-batch-with-faults")

    assert (status, problem["code"]) == (422, "invalid_request")
    assert {one["pointer"] for one in problem["errors"]} == {
        *("/upload", "/defaults/size", "/defaults/colour", "/mode", "/name", "/webhook/url", "/colour"),
    }


def test_a_post_that_is_too_long_is_sent_to_the_upload(functions: Functions) -> None:
    body = json.dumps({"items": [{"prompt": "x" * 1000}] * 300})

    answer = functions.ask("POST", "/v1/batches", body)

    assert answer["statusCode"] == 413
    assert '{"upload": "jsonl"}' in json.loads(answer["body"])["detail"]


def test_a_batch_of_another_tenant_is_none(functions: Functions) -> None:
    added(tenant="other")

    assert [conforms(functions, name) for name in OF_ONE] == [404] * len(OF_ONE)


def test_a_batch_that_runs_is_answered_as_the_document_says(functions: Functions) -> None:
    batch = added(status="running", sealed=True, total=2, cursor=Cursor(index=2), faulty=1, source=Source(key="k"))
    wiring.batches().note(batch, [ItemFault(index=0, line=2, detail="line 2 is not JSON")])

    assert [conforms(functions, name) for name in OF_ONE] == [200, 200, 409, 409, 202]


def test_a_batch_that_has_ended_is_answered_as_the_document_says(functions: Functions) -> None:
    part = Part(key=f"batches/{BATCH_ID}/results-001.zip", first=0, until=1, files=1, bytes=9)
    added(status="completed", sealed=True, total=1, cursor=Cursor(index=1), parts=(part,), deliver="archive")

    assert [conforms(functions, name) for name in OF_ONE] == [200, 200, 200, 409, 200]


def test_the_links_of_a_manifest_lead_to_the_files(functions: Functions, aws: Aws) -> None:
    added(status="completed", sealed=True, total=1, cursor=Cursor(index=1))
    aws("s3").put_object(Bucket=wiring.setting("OUTBOX_BUCKET"), Key="shop/doors/report.json", Body=b"{}")

    _, told, _ = functions.http("api.read-manifest")

    assert requests.get(told["report_json"]["url"], timeout=5).content == b"{}"


def test_what_failed_is_tried_again_by_a_new_batch(functions: Functions) -> None:
    _, _, headers = functions.http("api.post-batch")
    batch = read(headers["Location"])
    found = json.loads(functions.ask("GET", f"/v1/batches/{batch.id}/items")["body"])["items"]
    for one in found:
        job = wiring.jobs().get(one["job_id"])
        assert job
        failed = job.end(Status.FAILED, wiring.clock(), JobError(code="no_image", title="None", detail="said no"))
        wiring.jobs().save(job, failed, failed.event("job.failed"))
    closing = batch.closing(wiring.clock())
    wiring.batches().save(batch, closing)
    wiring.batches().save(closing, closing.complete(wiring.clock()))

    first = functions.ask("POST", f"/v1/batches/{batch.id}/retry")
    again = functions.ask("POST", f"/v1/batches/{batch.id}/retry")

    new = json.loads(first["body"])
    assert (first["statusCode"], new["retry_of"], new["items"]["total"]) == (202, batch.id, 3)
    assert first["headers"]["Location"] == new["links"]["self"]
    assert (again["statusCode"], json.loads(again["body"])["id"]) == (202, new["id"])
    assert again["headers"]["Idempotency-Replayed"] == "true"


def test_batches_are_listed_newest_first_a_page_at_a_time(functions: Functions) -> None:
    for number in range(1, 6):
        added(id=f"01KX000000000000000000000{number}", tenant="other" if number == 2 else "acme")

    _, first, headers = functions.http("api.list-batches")
    following = re.fullmatch(r'<https://api.example.com/v1/batches\?(.+)>; rel="next"', headers["Link"])
    assert following
    fields = {**event("api.list-batches"), "rawQueryString": following[1]}
    second = json.loads(handled(fields)["body"])

    assert [one["id"][-1] for one in first["batches"]] == ["5", "4"]
    assert ([one["id"][-1] for one in second["batches"]], second["next"]) == (["3", "1"], None)


@pytest.mark.parametrize("name", ["api.list-batches-with-faults", "api.list-batch-items-with-faults"])
def test_every_fault_of_a_query_is_told(functions: Functions, name: str) -> None:
    added()

    status, problem, _ = functions.http(name)

    assert (status, problem["code"]) == (422, "invalid_query")
    assert {one["pointer"] for one in problem["errors"]} == {"/limit", "/after", "/status"}


def test_a_batch_is_planned_and_nothing_is_written_or_sent(
    functions: Functions, aws: Aws, dynamodb: Any, table: str
) -> None:
    before = dynamodb.scan(TableName=table)["Items"]

    status, told, _ = functions.http("api.plan-batch")

    assert (status, told["pictures"], told["calls_at_once"]) == (200, 100, 50)
    assert [one["mode"] for one in told["modes"]] == ["fast", "balanced", "economy"]
    assert next(one["calls"] for one in told["articles"] if "S2.21" in one["row"]) == 200
    assert dynamodb.scan(TableName=table)["Items"] == before
    assert "Messages" not in aws("sqs").receive_message(QueueUrl=functions.queue_url)


def test_every_fault_of_a_plan_is_told(functions: Functions) -> None:
    status, problem, _ = functions.http("api.plan-batch-with-faults")

    assert status == 422
    assert {one["pointer"] for one in problem["errors"]} == {"/n", "/defaults/n", "/mode"}


def test_what_cannot_be_done_says_what_can(functions: Functions) -> None:
    for method, path, allowed in (
        ("DELETE", "/v1/batches", "POST, GET, HEAD"),
        ("PUT", f"/v1/batches/{BATCH_ID}", "GET, HEAD"),
        ("GET", f"/v1/batches/{BATCH_ID}/cancel", "POST"),
        ("GET", "/v1/batches/plan", "POST"),
    ):
        answer = functions.ask(method, path)
        assert (answer["statusCode"], answer["headers"].get("Allow")) == (405, allowed)


def test_a_path_with_a_slash_too_many_leads_nowhere(functions: Functions) -> None:
    assert functions.ask("GET", "/v1/batches/")["statusCode"] == 404


def test_a_key_is_needed(functions: Functions) -> None:
    for name in ("api.post-batch", "api.list-batches", "api.plan-batch", *OF_ONE):
        fields = event(name)
        fields["headers"]["authorization"] = f"Bearer {KEY}-not"
        assert handled(fields)["statusCode"] == 401
