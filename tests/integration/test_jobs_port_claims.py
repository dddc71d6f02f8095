"""Claims, on the fake and on the table: one of two submits wins, and the other learns whose job it is."""

import pytest

from cavendish.claim import Claim
from cavendish.errors import Claimed, JobConflict
from tests.builders import NOW, a_job
from tests.integration.jobs_case import Case

OTHER = "01KX0000000000000000000009"


def claim(job_id: str, *, until: float = NOW + 60) -> Claim:
    return Claim(digest="d", fingerprint="f", job_id=job_id, expires_at=until)


def test_a_claim_that_is_held_is_told_with_its_job(case: Case) -> None:
    first = a_job()
    case.jobs.add(first, first.event("job.queued"), [claim(first.id)])
    second = a_job(id=OTHER)

    with pytest.raises(Claimed) as held:
        case.jobs.add(second, second.event("job.queued"), [claim(OTHER)])
    assert (held.value.digest, held.value.fingerprint, held.value.job_id) == ("d", "f", first.id)
    assert (case.jobs.get(OTHER), case.events(OTHER)) == (None, [])


def test_a_claim_that_has_expired_is_taken_over(case: Case) -> None:
    first, second = a_job(), a_job(id=OTHER, created_at=NOW + 120)
    case.jobs.add(first, first.event("job.queued"), [claim(first.id)])
    case.jobs.add(second, second.event("job.queued"), [claim(OTHER, until=NOW + 200)])

    third = a_job(id="01KX0000000000000000000010", created_at=NOW + 130)
    with pytest.raises(Claimed) as held:
        case.jobs.add(third, third.event("job.queued"), [claim(third.id)])
    assert held.value.job_id == OTHER


def test_a_job_that_exists_takes_no_claim(case: Case) -> None:
    job = a_job()
    case.jobs.add(job, job.event("job.queued"))

    with pytest.raises(JobConflict):
        case.jobs.add(job, job.event("job.queued"), [claim(job.id)])
    other = a_job(id=OTHER)
    case.jobs.add(other, other.event("job.queued"), [claim(OTHER)])
    assert case.jobs.get(OTHER) == other


def test_a_claim_can_be_added_for_a_job_that_exists_unless_it_is_held(case: Case) -> None:
    case.jobs.claim(claim("first"), NOW)
    with pytest.raises(Claimed) as held:
        case.jobs.claim(claim("second"), NOW + 1)
    assert held.value.job_id == "first"

    case.jobs.claim(claim("third", until=NOW + 200), NOW + 120)
    with pytest.raises(Claimed):
        case.jobs.claim(claim("fourth"), NOW + 121)
