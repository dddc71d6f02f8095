"""Who may come in, and to whose jobs: keys that expired or were revoked, and tenants that do not see each other."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from cavendish.key import digest
from cavendish_client import JobView
from local.keys import find_key, local_keys, write_key
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

API = Path(__file__).parents[2] / "functions" / "api"
ROUTE = re.compile(r"@router\.(get|post|put|patch|delete)\(\"(/v1/jobs/[^\"]+)\"")
#: Every route that leads to one job, as the API's own source has it: (method, path).
ROUTES = sorted({route for path in API.glob("*.py") for route in ROUTE.findall(path.read_text())})
#: A revoked key works this long at most, in seconds.
REMEMBERED_S = 30
#: What a busy machine may add.
SLACK_S = 20


def call(cloud: Cloud, key: str, method: str, path: str) -> httpx.Response:
    return httpx.request(method, cloud.running.api + path, headers={"authorization": f"Bearer {key}"}, timeout=30)


def a_key(cloud: Cloud, expires_at: float | None = None) -> str:
    return write_key(local_keys(cloud.root), tenant="somebody else", expires_at=expires_at)


@pytest.fixture(scope="module")
def job(cloud: Cloud) -> JobView:
    return cloud.made(size="1K")


def test_the_routes_to_one_job_are_known() -> None:
    assert {("get", "/v1/jobs/<job_id>"), ("post", "/v1/jobs/<job_id>/cancel")} <= set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_leads_to_another_tenants_job(cloud: Cloud, job: JobView, method: str, path: str) -> None:
    theirs = call(cloud, a_key(cloud), method, path.replace("<job_id>", job["id"]))
    nobodys = call(cloud, a_key(cloud), method, path.replace("<job_id>", "01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    assert (theirs.status_code, theirs.json()["code"]) == (404, "unknown_job")
    assert theirs.json() == nobodys.json()
    assert cloud.client.get(job["id"])["status"] == "succeeded"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_opens_to_a_key_that_has_expired(cloud: Cloud, job: JobView, method: str, path: str) -> None:
    answer = call(cloud, a_key(cloud, time.time() - 1), method, path.replace("<job_id>", job["id"]))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def command(cloud: Cloud, *arguments: str) -> str:
    """`cavendish keys`, as the operator of a stack types it."""
    login = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    environment = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": cloud.running.endpoint_url, **login}
    keys = [str(Path(sys.executable).with_name("cavendish")), "keys", *arguments, "--stack", "cavendish"]
    return subprocess.run(keys, env=environment, capture_output=True, check=True, text=True).stdout.strip()


def test_a_stacks_keys_are_made_listed_and_revoked(cloud: Cloud) -> None:
    key = command(cloud, "create", "--tenant", "zoo", "--days", "1")
    (row,) = [row for row in command(cloud, "list").splitlines() if "  zoo  " in row]
    assert (row.split()[0], row.split()[-1], key in row) == (digest(key)[:12], "valid", False)
    assert call(cloud, key, "GET", "/v1/jobs/nobodys").status_code == 404
    assert "of zoo is revoked" in command(cloud, "revoke", row.split()[0])
    assert [row.split()[-1] for row in command(cloud, "list").splitlines() if "  zoo  " in row] == ["revoked"]


def test_a_key_that_is_revoked_opens_nothing_any_more_half_a_minute_later(cloud: Cloud, job: JobView) -> None:
    key, keys = a_key(cloud), local_keys(cloud.root)
    assert call(cloud, key, "GET", f"/v1/jobs/{job['id']}").status_code == 404
    keys.revoke(find_key(keys.all(), digest(key)[:12]), time.time())
    eventually(lambda: call(cloud, key, "GET", f"/v1/jobs/{job['id']}").status_code == 401, REMEMBERED_S + SLACK_S)
