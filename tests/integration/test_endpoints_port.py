"""The port Endpoints: one suite for the fake and for the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.endpoints_table import EndpointsTable
from adapters.jobs_table import JobsTable
from adapters.rows import read_event
from cavendish.errors import Overtaken
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import Notice
from cavendish.webhook.ports import Endpoints
from cavendish.webhook.secret import TenantSecret
from tests.builders import NOW, TENANT, a_job
from tests.unit.test_webhook_endpoint import an_endpoint
from tests.webhook_fakes import FakeEndpoints


@dataclass
class Case:
    """A port that is tested, and a way to see what it told."""

    endpoints: Endpoints
    notices: Callable[[], list[Notice]]


@pytest.fixture(params=["fake", "table"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeEndpoints()
        return Case(fake, lambda: fake.notices)
    client, table = request.getfixturevalue("dynamodb"), request.getfixturevalue("table")

    def notices() -> list[Notice]:
        rows = client.scan(TableName=table)["Items"]
        return [Notice.model_validate_json(row["doc"]["S"]) for row in rows if row["sk"]["S"].startswith("EVENT#")]

    return Case(EndpointsTable(client, table), notices)


@pytest.fixture
def endpoints(case: Case) -> Endpoints:
    return case.endpoints


def named(name: str, **fields: Any) -> Endpoint:
    return an_endpoint(id=f"ep_{name}", **fields)


def test_an_endpoint_is_read_as_it_was_written_secrets_and_all(endpoints: Endpoints) -> None:
    endpoint = named("1", events=("job.failed",)).rotated("whsec_new", NOW)
    endpoints.add(endpoint)

    assert endpoints.get(TENANT, "ep_1") == endpoint
    assert endpoint.signing(NOW)[0] == "whsec_new"


def test_what_there_is_not_is_none(endpoints: Endpoints) -> None:
    endpoints.add(named("1"))

    assert endpoints.get(TENANT, "ep_2") is None
    assert endpoints.get("somebody-else", "ep_1") is None
    assert endpoints.all("somebody-else") == []


def test_an_endpoint_is_added_once(endpoints: Endpoints) -> None:
    endpoints.add(named("1"))
    with pytest.raises(Overtaken):
        endpoints.add(named("1", url="https://new.test/"))

    assert endpoints.get(TENANT, "ep_1") == named("1")


def test_a_tenants_endpoints_come_oldest_first_and_no_others(endpoints: Endpoints) -> None:
    for name in ("2", "3", "1"):
        endpoints.add(named(name))
    endpoints.add(named("0", tenant="somebody-else"))

    assert [one.id for one in endpoints.all(TENANT)] == ["ep_1", "ep_2", "ep_3"]


def test_two_hundred_endpoints_are_all_read(endpoints: Endpoints) -> None:
    for n in range(200):
        endpoints.add(named(f"{n:03}", url="https://hooks.test/" + "x" * 2_000))

    assert len(endpoints.all(TENANT)) == 200


def test_of_two_changes_of_one_endpoint_the_second_is_refused(case: Case) -> None:
    case.endpoints.add(named("1"))
    case.endpoints.save(named("1"), named("1").disable("first"))
    with pytest.raises(Overtaken):
        case.endpoints.save(named("1"), named("1").disable("second").told(), named("1").told().notice(NOW))

    assert case.endpoints.get(TENANT, "ep_1") == named("1").disable("first")
    assert case.notices() == []


def test_a_change_and_what_is_told_of_it_are_one(case: Case) -> None:
    after = named("1").disable("it answered 410").told()
    case.endpoints.add(named("1"))
    case.endpoints.save(named("1"), after, after.notice(NOW))

    assert case.endpoints.get(TENANT, "ep_1") == after
    assert case.notices() == [after.notice(NOW)]


def test_what_was_told_is_not_told_again(case: Case) -> None:
    after = named("1").told()
    case.endpoints.add(named("1"))
    case.endpoints.save(named("1"), after, after.notice(NOW))
    with pytest.raises(Overtaken):
        case.endpoints.save(after, after.enable(), after.notice(NOW))

    assert case.endpoints.get(TENANT, "ep_1") == after


def test_a_deleted_endpoint_is_gone_and_cannot_be_changed(endpoints: Endpoints) -> None:
    endpoints.add(named("1"))

    assert endpoints.delete(TENANT, "ep_1")
    assert not endpoints.delete(TENANT, "ep_1")
    assert (endpoints.get(TENANT, "ep_1"), endpoints.all(TENANT)) == (None, [])
    with pytest.raises(Overtaken):
        endpoints.save(named("1"), named("1").enable())


def test_nobody_deletes_anothers_endpoint(endpoints: Endpoints) -> None:
    endpoints.add(named("1"))

    assert not endpoints.delete("somebody-else", "ep_1")
    assert endpoints.get(TENANT, "ep_1") == named("1")


def test_a_tenants_secret_is_the_first_version_until_it_is_rotated(endpoints: Endpoints) -> None:
    first = endpoints.tenant_secret(TENANT)
    second = first.rotated(NOW)
    third = second.rotated(NOW + 1)
    assert first == TenantSecret(tenant=TENANT)
    endpoints.rotate(first, second)
    assert endpoints.tenant_secret(TENANT) == second
    endpoints.rotate(second, third)

    assert endpoints.tenant_secret(TENANT) == third
    assert endpoints.tenant_secret("somebody-else").version == 1


@pytest.mark.parametrize("rotations", [0, 1])
def test_of_two_rotations_at_once_the_second_is_refused(endpoints: Endpoints, rotations: int) -> None:
    for _ in range(rotations):
        before = endpoints.tenant_secret(TENANT)
        endpoints.rotate(before, before.rotated(NOW))
    before = endpoints.tenant_secret(TENANT)
    endpoints.rotate(before, before.rotated(NOW))
    with pytest.raises(Overtaken):
        endpoints.rotate(before, before.rotated(NOW))

    assert endpoints.tenant_secret(TENANT).version == rotations + 2


def test_a_jobs_events_are_read_from_the_stream_too(dynamodb: Any, table: str) -> None:
    job = a_job()
    JobsTable(dynamodb, table).add(job, job.event("job.queued"))
    (row,) = [one for one in dynamodb.scan(TableName=table)["Items"] if one["sk"]["S"].startswith("EVENT#")]

    assert read_event(row) == job.event("job.queued")


def test_only_what_is_told_is_for_the_stream_to_publish_and_the_table_forgets_it(dynamodb: Any, table: str) -> None:
    stored, after = EndpointsTable(dynamodb, table), named("1").told()
    stored.add(named("1"))
    stored.save(named("1"), after, after.notice(NOW))
    rows = dynamodb.scan(TableName=table)["Items"]
    published = [row for row in rows if row["sk"]["S"].startswith("EVENT#")]

    assert [(row["pk"]["S"], row["sk"]["S"]) for row in published] == [("ENDPOINT#ep_1", "EVENT#000001")]
    assert read_event(published[0]) == after.notice(NOW)
    assert int(published[0]["expires_at"]["N"]) == NOW + 30 * 86_400
    assert len(rows) == 2
