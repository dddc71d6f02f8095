"""The port Deliveries: one suite for the fake and for the table."""

from typing import Any

import pytest

from adapters.deliveries_table import DeliveriesTable
from adapters.jobs_list import JobsList
from adapters.jobs_table import JobsTable
from cavendish.contract.listing import JobQuery
from cavendish.errors import Overtaken
from cavendish.job import Event
from cavendish.webhook.delivery import GRACE_S, KEPT_S, Delivery, State
from cavendish.webhook.ports import Deliveries
from cavendish.webhook.query import DeliveryQuery, cursor, read_cursor
from cavendish.webhook.verdict import Verdict
from tests.builders import JOB_ID, NOW, TENANT, a_job
from tests.webhook_fakes import FakeDeliveries

WELL = Verdict(delivered=True, status=200, answer="yes")


@pytest.fixture
def stored(dynamodb: Any, table: str) -> DeliveriesTable:
    return DeliveriesTable(dynamodb, table)


@pytest.fixture(params=["fake", "table"])
def deliveries(request: pytest.FixtureRequest) -> Deliveries:
    fake: Deliveries = FakeDeliveries()
    return fake if request.param == "fake" else request.getfixturevalue("stored")


def a_delivery(n: int = 1, receiver: str = "ep_1", **fields: Any) -> Delivery:
    """The nth event of a job, n seconds after the others begin."""
    event = Event(type="job.succeeded", job_id=JOB_ID, tenant=fields.pop("tenant", TENANT), sequence=n, at=NOW + n)
    return Delivery.of(event, receiver, NOW + n, url=fields.pop("url", None)).model_copy(update=fields)


def failed(delivery: Delivery) -> Delivery:
    return delivery.model_copy(update={"state": State.FAILED, "due_at": None})


def ids(deliveries: Deliveries, tenant: str = TENANT, **query: Any) -> list[int]:
    """The page that is asked for, each by the number of its event."""
    page = deliveries.page(tenant, DeliveryQuery(**query))
    return [one.sequence for one in page.deliveries]


def test_a_delivery_is_read_as_it_was_written(deliveries: Deliveries) -> None:
    row = a_delivery(url="https://hooks.test/").leased(NOW).tried(WELL, at=NOW, now=NOW + 1, chance=0.5)

    assert deliveries.add(row)
    assert deliveries.get(row.id) == row
    assert deliveries.get("dlv_unknown") is None


def test_what_is_there_stays_as_it_is(deliveries: Deliveries) -> None:
    first = a_delivery().leased(NOW)

    assert deliveries.add(first)
    assert not deliveries.add(a_delivery())
    assert deliveries.get(first.id) == first


def test_each_receiver_of_a_message_has_its_own(deliveries: Deliveries) -> None:
    assert deliveries.add(a_delivery(receiver="ep_1"))
    assert deliveries.add(a_delivery(receiver="ep_2"))


def test_of_two_workers_one_gets_the_lease(deliveries: Deliveries) -> None:
    row = a_delivery()
    deliveries.add(row)
    deliveries.save(row, row.leased(NOW))
    with pytest.raises(Overtaken):
        deliveries.save(row, row.leased(NOW + 1))

    assert deliveries.get(row.id) == row.leased(NOW)


def test_what_is_not_there_cannot_be_changed(deliveries: Deliveries) -> None:
    with pytest.raises(Overtaken):
        deliveries.save(a_delivery(), a_delivery().leased(NOW))

    assert deliveries.get(a_delivery().id) is None


def test_a_delivery_is_due_until_it_is_done(deliveries: Deliveries) -> None:
    row = a_delivery()
    deliveries.add(row)
    assert list(deliveries.due(row.at + GRACE_S - 1)) == []
    assert list(deliveries.due(row.at + GRACE_S)) == [row.id]

    leased = row.leased(row.at)
    deliveries.save(row, leased)
    assert list(deliveries.due(row.at + GRACE_S)) == []
    assert list(deliveries.due(row.at + 10 * GRACE_S)) == [row.id]

    deliveries.save(leased, leased.tried(WELL, at=row.at, now=row.at, chance=0))
    assert list(deliveries.due(row.at + 1e6)) == []


def test_all_that_is_due_is_found(deliveries: Deliveries) -> None:
    rows = [a_delivery(n) for n in range(1, 60)]
    for row in rows:
        deliveries.add(row)

    assert set(deliveries.due(NOW + 1_000)) == {row.id for row in rows}


def test_a_tenants_deliveries_come_newest_first_and_no_others(deliveries: Deliveries) -> None:
    for n in (2, 3, 1):
        deliveries.add(a_delivery(n))
    deliveries.add(a_delivery(9, tenant="somebody-else"))

    assert ids(deliveries) == [3, 2, 1]
    assert ids(deliveries, "somebody-else") == [9]
    assert ids(deliveries, oldest_first=True) == [1, 2, 3]
    assert ids(deliveries, "nobody") == []


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_follow_one_another_and_lose_nothing(deliveries: Deliveries, oldest_first: bool) -> None:
    for n in range(1, 8):
        for receiver in ("ep_1", "ep_2"):
            deliveries.add(a_delivery(n, receiver))
    found, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page = deliveries.page(TENANT, DeliveryQuery(limit=3, after=after, oldest_first=oldest_first))
        found += [one.id for one in page.deliveries]
        after, pages = page.after, pages + 1

    assert found == sorted(set(found), reverse=not oldest_first)
    assert (len(found), pages) == (14, 5)


def test_a_page_that_is_full_and_the_last_one_has_no_next(deliveries: Deliveries) -> None:
    for n in range(1, 4):
        deliveries.add(a_delivery(n))

    assert deliveries.page(TENANT, DeliveryQuery(limit=3)).after is None


def test_only_what_is_asked_for_is_shown(deliveries: Deliveries) -> None:
    deliveries.add(a_delivery(1))
    deliveries.add(failed(a_delivery(2)))
    deliveries.add(failed(a_delivery(3, "ep_2")))
    deliveries.add(a_delivery(4, "ep_10"))

    assert ids(deliveries, status=State.FAILED) == [3, 2]
    assert ids(deliveries, endpoint="ep_1") == [2, 1]
    assert ids(deliveries, endpoint="ep_1", status=State.FAILED) == [2]
    assert ids(deliveries, since=NOW + 3) == [4, 3]
    assert ids(deliveries, since=NOW + 2, endpoint="ep_1", oldest_first=True) == [2]
    assert ids(deliveries, since=NOW + 2.5, after=a_delivery(4, "ep_10").id) == [3]


def test_a_list_shows_what_is_and_not_what_was(deliveries: Deliveries) -> None:
    row = a_delivery()
    deliveries.add(row)
    deliveries.save(row, row.dropped("gone"))

    assert ids(deliveries, status=State.PENDING) == []
    assert ids(deliveries, status=State.DROPPED) == [1]


def test_where_the_index_is_behind_the_row_counts(stored: DeliveriesTable, dynamodb: Any, table: str) -> None:
    stored.add(a_delivery())

    class Behind:
        """An index that shows what was, and what is no more."""

        batch_get_item = dynamodb.batch_get_item

        def query(self, **_: Any) -> dict[str, Any]:
            return {"Items": [{"pk": {"S": f"DELIVERY#{one.id}"}} for one in (a_delivery(), a_delivery(2))]}

    behind = DeliveriesTable(Behind(), table)
    assert ids(behind, status=State.FAILED) == []
    assert ids(behind, status=State.PENDING) == [1]


def test_what_is_rare_is_found_behind_much_else(deliveries: Deliveries) -> None:
    deliveries.add(failed(a_delivery(1)))
    for n in range(2, 130):
        deliveries.add(a_delivery(n))

    assert ids(deliveries, status=State.FAILED) == [1]


def test_a_cursor_leads_back_and_nothing_else_is_one() -> None:
    assert read_cursor(cursor(a_delivery().id)) == a_delivery().id
    for text in ("", "x", "====", cursor("dlv_short"), cursor(JOB_ID), cursor(a_delivery().id) + "=", "\udc80"):
        with pytest.raises(ValueError, match="no cursor"):
            read_cursor(text)


def test_jobs_and_deliveries_share_an_index_and_are_not_taken_for_each_other(
    stored: DeliveriesTable, dynamodb: Any, table: str
) -> None:
    jobs, job = JobsTable(dynamodb, table), a_job()
    jobs.add(job, job.event("job.queued"))
    stored.add(a_delivery())
    late = NOW + 1e6

    assert [one.id for one in JobsList(dynamodb, table).page(TENANT, JobQuery(), NOW).jobs] == [job.id]
    assert ids(stored) == [1]
    assert list(jobs.due(late)) == [job.id]
    assert list(stored.due(late)) == [a_delivery().id]


def test_the_table_forgets_a_delivery_after_thirty_days(stored: DeliveriesTable, dynamodb: Any, table: str) -> None:
    stored.add(a_delivery())
    (row,) = dynamodb.scan(TableName=table)["Items"]

    assert int(row["expires_at"]["N"]) == NOW + 1 + KEPT_S
