"""Reading a job again and again: what is told of when to ask, what need not be sent, and a door that waits."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.asking import ask
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

#: In a cloud a hundred times faster: two seconds.
SLOW = "ok after=200s"


def calling(cloud: Cloud) -> JobView:
    """A job whose call has begun."""
    job = cloud.submit(SLOW, size="1K")
    eventually(lambda: table.states(cloud, job["id"]) == ["calling"], 20)
    return job


def test_what_the_caller_has_already_is_not_sent_again(cloud: Cloud) -> None:
    path = f"/v1/jobs/{cloud.made(size='1K')['id']}"
    first = ask(cloud, "GET", path)
    tag = first.headers["etag"]
    again = ask(cloud, "GET", path, headers={"if-none-match": f'"other", {tag}'})

    assert tag.startswith('W/"')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "no-store"
    assert "retry-after" not in again.headers
    assert ask(cloud, "GET", path, headers={"if-none-match": '"other"'}).status_code == 200


def test_every_step_of_a_job_has_a_tag_of_its_own(cloud: Cloud) -> None:
    job = calling(cloud)
    path = f"/v1/jobs/{job['id']}"
    running = ask(cloud, "GET", path)
    same = ask(cloud, "GET", path, headers={"if-none-match": running.headers["etag"]})
    cloud.ended(job["id"])
    ended = ask(cloud, "GET", path, headers={"if-none-match": running.headers["etag"]})

    assert (same.status_code, int(same.headers["retry-after"]) > 0) == (304, True)
    assert (ended.status_code, ended.json()["status"]) == (200, "succeeded")


def test_a_tag_tells_nothing_to_other_tenants(cloud: Cloud) -> None:
    job_id = cloud.made(size="1K")["id"]
    tag = ask(cloud, "GET", f"/v1/jobs/{job_id}").headers["etag"]
    with cloud.client_of("other") as other:
        key = other._http.headers["authorization"].removeprefix("Bearer ")
    for known in (tag, "*"):
        assert ask(cloud, "GET", f"/v1/jobs/{job_id}", key=key, headers={"if-none-match": known}).status_code == 404


def test_while_a_job_waits_it_is_asked_for_when_the_wait_is_over(cloud: Cloud) -> None:
    waits = cloud.submit("429 retryDelay=2000s", allow_fallback=False)
    eventually(lambda: table.states(cloud, waits["id"]) == ["reported"], 20)
    assert ask(cloud, "GET", f"/v1/jobs/{waits['id']}").headers["retry-after"] == "30"
    cloud.client.cancel(waits["id"])


def test_a_door_that_is_asked_to_waits_for_the_end(cloud: Cloud) -> None:
    job = calling(cloud)
    answer = ask(cloud, "GET", f"/v1/jobs/{job['id']}", headers={"prefer": "wait=20"})

    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["images"]


def test_a_door_waits_no_longer_than_it_was_asked_to(cloud: Cloud, queued: JobView) -> None:
    begun = time.monotonic()
    answer = ask(cloud, "GET", f"/v1/jobs/{queued['id']}", headers={"prefer": "wait=1"})

    assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    assert 1 <= time.monotonic() - begun < 10
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("prefer", ["wait=x", "respond-async", "wait=-1"])
def test_a_preference_that_cannot_be_read_is_ignored(cloud: Cloud, queued: JobView, prefer: str) -> None:
    answer = ask(cloud, "GET", f"/v1/jobs/{queued['id']}", headers={"prefer": prefer})

    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


def test_a_submit_that_waits_is_answered_with_the_finished_job(cloud: Cloud) -> None:
    body = {"prompt": cloud.prompt(), "size": "1K"}
    answer = ask(cloud, "POST", "/v1/jobs", json=body, headers={"prefer": "wait=20"})
    job = answer.json()

    assert (answer.status_code, job["status"], len(job["attempts"])) == (200, "succeeded", 1)
    assert answer.headers["location"] == job["links"]["self"]
    assert answer.headers["preference-applied"] == "wait=20"
    assert "retry-after" not in answer.headers


def test_a_submit_whose_job_takes_longer_is_accepted_as_ever(cloud: Cloud) -> None:
    body = {"prompt": cloud.prompt("ok after=500s"), "size": "1K"}
    answer = ask(cloud, "POST", "/v1/jobs", json=body, headers={"prefer": "wait=1"})

    assert answer.status_code == 202
    assert answer.json()["status"] in ("queued", "running")
    assert int(answer.headers["retry-after"]) > 0
    assert cloud.ended(answer.json()["id"])["status"] == "succeeded"


def test_those_who_wait_do_not_wait_for_each_other(cloud: Cloud) -> None:
    job = calling(cloud)
    with ThreadPoolExecutor(4) as pool:
        path, headers = f"/v1/jobs/{job['id']}", {"prefer": "wait=20"}
        answers = list(pool.map(lambda _: ask(cloud, "GET", path, headers=headers), range(4)))

    assert [one.json()["status"] for one in answers] == ["succeeded"] * 4


def test_a_cancel_says_whether_anything_may_be_charged(cloud: Cloud, queued: JobView) -> None:
    never = ask(cloud, "POST", f"/v1/jobs/{queued['id']}/cancel")
    assert (never.status_code, never.json()["status"], never.json()["charge"]) == (202, "cancelled", "none")


def test_a_call_that_runs_may_be_charged_and_is_once_it_has_brought_a_picture(cloud: Cloud) -> None:
    job = calling(cloud)
    path = f"/v1/jobs/{job['id']}/cancel"
    first = ask(cloud, "POST", path)
    cloud.ended(job["id"])
    last = ask(cloud, "POST", path)

    assert (first.status_code, first.json()["status"], first.json()["charge"]) == (202, "cancelling", "possible")
    assert (last.status_code, last.json()["status"], last.json()["charge"]) == (200, "cancelled", "certain")
