"""How long models take is measured, and callers are told to ask again accordingly."""

import time
from datetime import datetime
from typing import Any

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.asking import ask
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

#: In a cloud a hundred times faster: nine seconds, where the catalogue says 35 for Pro at 2K.
ANSWER = "ok after=900s"
#: What a caller would be told by the limit, a twentieth of 100 s.
BY_LIMIT_S = 5
#: As many as it takes until what was measured is believed.
ENOUGH = 8
ASKED = {"model": "gemini-3-pro-image", "size": "2K"}
WITHIN_S = 60


def submit(cloud: Cloud, **fields: Any) -> JobView:
    return cloud.submit(ANSWER, **ASKED, **fields)


def counted(cloud: Cloud) -> int:
    """How many pictures of these were counted, whoever asked for them."""
    place = f"HEALTH#gemini#{ASKED['model']}#{ASKED['size']}"
    rows = [row for row in table.mentions(cloud, place) if row["sk"]["S"].startswith("1#0300#")]
    return sum(int(row["n_ok"]["N"]) for row in rows if "n_ok" in row)


def told(cloud: Cloud, job: JobView) -> tuple[float, int]:
    """How long the job's call has run, and in how many seconds to ask again."""
    eventually(lambda: table.states(cloud, job["id"]) == ["calling"], WITHIN_S)
    elapsed_s = time.time() - float(table.attempts(cloud, job["id"])[0].doc["started_at"])
    return elapsed_s, int(ask(cloud, "GET", f"/v1/jobs/{job['id']}").headers["retry-after"])


def took_s(job: JobView) -> float:
    """How long the only call of a job took."""
    begun, ended = (datetime.fromisoformat(job["attempts"][0][name]) for name in ("started_at", "ended_at"))
    return (ended - begun).total_seconds()


def fresh_door(cloud: Cloud) -> None:
    """Doors remember for a minute what was measured; new ones remember nothing."""
    cloud.kill("ApiFunction")
    eventually(lambda: ask(cloud, "GET", "/health").status_code == 200, WITHIN_S)


def test_who_asks_during_a_call_is_told_the_measured_time_and_not_a_share_of_the_limit(cloud: Cloud) -> None:
    before = counted(cloud)
    jobs = [submit(cloud) for _ in range(ENOUGH)]
    eventually(lambda: counted(cloud) >= before + ENOUGH, WITHIN_S)
    fresh_door(cloud)
    elapsed_s, again_s = told(cloud, running := submit(cloud))

    longest_s = max(took_s(cloud.ended(job["id"])) for job in jobs)
    assert BY_LIMIT_S < again_s <= longest_s * 1.05 - elapsed_s + 1
    assert cloud.ended(running["id"])["status"] == "succeeded"


def test_who_asks_for_what_was_never_measured_is_told_a_share_of_the_limit(cloud: Cloud) -> None:
    job = cloud.submit(ANSWER, model="gemini-2.5-flash-image", size="1K")

    assert told(cloud, job)[1] == 4
    cloud.ended(job["id"])


def test_a_measured_call_is_a_row_of_counts_and_nothing_of_the_job(cloud: Cloud) -> None:
    prompt = cloud.prompt()
    job = cloud.made(prompt=prompt, size="1K")
    rows = eventually(lambda: table.mentions(cloud, "HEALTH#"), WITHIN_S)

    assert not [row for row in rows if job["id"] in str(row) or prompt in str(row)]
    assert {name for row in rows for name in row if name[:2] not in ("n_", "t_", "f_")} <= {
        "pk",
        "sk",
        "expires_at",
        "streak",
        "overcome",
    }
