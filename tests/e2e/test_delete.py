"""A job is deleted, by its tenant or when its retention is over: nothing of it is left, and it reads as gone."""

import httpx
import pytest

from cavendish_client import Client, JobView, Problem
from tests.e2e import table
from tests.e2e.asking import ask
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

WAYS = [("GET", ""), ("POST", "/cancel"), ("DELETE", "")]


def keys(cloud: Cloud, job_id: str) -> list[str]:
    """The pictures of a job in the bucket."""
    found = cloud.aws("s3").list_objects_v2(Bucket=cloud.outputs["ImagesBucket"], Prefix=f"{job_id}/")
    return [one["Key"] for one in found.get("Contents", [])]


def statuses(cloud: Cloud, job_id: str, key: str | None = None) -> list[int]:
    return [ask(cloud, method, f"/v1/jobs/{job_id}{more}", key=key).status_code for method, more in WAYS]


def kept(cloud: Cloud, job_id: str) -> list[str]:
    return [row["sk"]["S"] for row in table.rows(cloud, job_id)]


def swept(cloud: Cloud, job_id: str) -> bool:
    """Whether the watchdog deletes all of a job but its tombstone, now or in the sweep of this minute."""
    cloud.sweep()
    return bool(eventually(lambda: (keys(cloud, job_id), kept(cloud, job_id)) == ([], ["JOB"]), 20))


@pytest.fixture
def other(cloud: Cloud) -> str:
    """The key of another tenant."""
    with cloud.client_of("other") as client:
        return str(client._http.headers["authorization"].removeprefix("Bearer "))


def test_a_deleted_job_is_gone_with_its_pictures_its_prompt_and_its_rows(cloud: Cloud) -> None:
    prompt = cloud.prompt()
    job = cloud.made(prompt=prompt, size="1K", n=2, metadata={"secret": prompt})
    url = job["images"][0]["url"]
    assert (len(keys(cloud, job["id"])), httpx.get(url).status_code) == (2, 200)

    answer = ask(cloud, "DELETE", f"/v1/jobs/{job['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (keys(cloud, job["id"]), table.mentions(cloud, prompt), kept(cloud, job["id"])) == ([], [], ["JOB"])
    assert httpx.get(url).status_code == 404
    assert statuses(cloud, job["id"]) == [410, 410, 410]
    assert ask(cloud, "GET", f"/v1/jobs/{job['id']}").json()["code"] == "gone"
    assert job["id"] not in [one["id"] for one in ask(cloud, "GET", "/v1/jobs?limit=100").json()["jobs"]]


def test_other_jobs_stay(cloud: Cloud) -> None:
    first, second = (cloud.made(size="1K")["id"] for _ in range(2))
    ask(cloud, "DELETE", f"/v1/jobs/{first}")

    assert cloud.client.get(second)["images"]
    assert len(keys(cloud, second)) == 1


def test_a_tenant_can_delete_and_learn_of_its_own_jobs_only(cloud: Cloud, other: str) -> None:
    job_id = cloud.made(size="1K")["id"]
    assert statuses(cloud, job_id, other) == [404, 404, 404]
    assert cloud.client.get(job_id)["status"] == "succeeded"

    assert ask(cloud, "DELETE", f"/v1/jobs/{job_id}").status_code == 204
    assert statuses(cloud, job_id, other) == [404, 404, 404]
    assert statuses(cloud, job_id) == [410, 410, 410]


def test_a_job_that_has_not_ended_is_cancelled_first(cloud: Cloud, queued: JobView) -> None:
    answer = ask(cloud, "DELETE", f"/v1/jobs/{queued['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ended")
    assert cloud.client.get(queued["id"])["status"] == "queued"

    cloud.client.cancel(queued["id"])
    assert ask(cloud, "DELETE", f"/v1/jobs/{queued['id']}").status_code == 204
    assert statuses(cloud, queued["id"]) == [410, 410, 410]


def test_what_a_deletion_could_not_finish_the_watchdog_finishes(cloud: Cloud) -> None:
    job = cloud.made(size="1K")
    with cloud.forbidden("ApiFunction", "s3:DeleteObject"):
        assert ask(cloud, "DELETE", f"/v1/jobs/{job['id']}").status_code == 500
    assert statuses(cloud, job["id"]) == [410, 410, 410]
    assert len(keys(cloud, job["id"])) == 1

    cloud.sweep()
    assert len(keys(cloud, job["id"])) == 1, "whoever deletes has a minute"
    table.age_tombstone(cloud, job["id"])
    assert swept(cloud, job["id"])


def test_when_its_retention_is_over_a_job_is_gone_at_once_and_deleted_by_the_watchdog(cloud: Cloud) -> None:
    prompt = cloud.prompt()
    job = cloud.made(prompt=prompt, size="1K", retention_s=60)
    assert job["requested"]["retention_s"] == 60
    with cloud.forbidden("WatchdogFunction", "dynamodb:Query"):
        table.outlive(cloud, job["id"])
        assert statuses(cloud, job["id"]) == [410, 410, 410]
        assert len(keys(cloud, job["id"])) == 1

    assert swept(cloud, job["id"])
    assert table.mentions(cloud, prompt) == []
    assert statuses(cloud, job["id"]) == [410, 410, 410]


def test_a_row_is_forgotten_by_the_table_a_day_after_its_retention_at_the_latest(cloud: Cloud) -> None:
    job_id = cloud.made(size="1K", retention_s=60)["id"]
    written = table.job(cloud, job_id)
    (row,) = [one for one in table.rows(cloud, job_id) if one["sk"]["S"] == "JOB"]

    assert int(row["expires_at"]["N"]) == int(written["updated_at"] + 60 + 86_400)
    assert float(row["due_at"]["N"]) == pytest.approx(written["updated_at"] + 60)


def test_a_job_that_is_kept_is_left_alone_by_the_watchdog(cloud: Cloud) -> None:
    job = cloud.made(size="1K", retention_s=600)
    cloud.sweep()

    assert cloud.client.get(job["id"])["status"] == "succeeded"


@pytest.mark.parametrize("seconds", [59, 2_592_001, "60", 60.5])
def test_a_retention_out_of_its_limits_is_refused(cloud: Cloud, seconds: object) -> None:
    answer = ask(cloud, "POST", "/v1/jobs", json={"prompt": cloud.prompt(), "retention_s": seconds})

    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, ["/retention_s"])


def test_a_client_reads_a_deleted_job_as_a_problem(cloud: Cloud) -> None:
    job = cloud.made(size="1K")
    ask(cloud, "DELETE", f"/v1/jobs/{job['id']}")
    for act in (Client.get, Client.cancel):
        with pytest.raises(Problem, match="gone") as problem:
            act(cloud.client, job["id"])
        assert problem.value.status == 410


def test_a_deletion_survives_a_picture_that_comes_too_late(cloud: Cloud) -> None:
    """The job ends at its deadline while its model still paints, and is deleted."""
    job = cloud.submit("ok after=400s", size="1K", deadline_s=3600)
    eventually(lambda: table.states(cloud, job["id"]) == ["calling"], 20)
    table.age_job(cloud, job["id"], past_deadline=True)
    cloud.sweep()
    assert ask(cloud, "DELETE", f"/v1/jobs/{job['id']}").status_code == 204

    eventually(lambda: keys(cloud, job["id"]) != [], 30)
    table.age_tombstone(cloud, job["id"])
    assert swept(cloud, job["id"])
