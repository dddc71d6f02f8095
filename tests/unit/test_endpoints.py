"""A tenant's endpoints, as it makes and changes them; and what it may send for that."""

import json
from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import AddressRefused, EndpointsFull, EndpointUnknown, RequestInvalid
from cavendish.pipeline.webhook.endpoints import change, delete, own, ping, rotate, rotate_tenant_secret
from cavendish.webhook.endpoint import MOST
from cavendish.webhook.events import EVENT_TYPES, TERMINAL_EVENTS
from cavendish.webhook.receiver import check_text
from cavendish.webhook.request import EndpointChange, NewEndpoint, parse_endpoint
from cavendish.webhook.view import delivery_view, endpoint_view
from tests.builders import NOW, TENANT
from tests.webhook_world import URL, WebhookWorld
from tests.world import Meanwhile

BAD_URLS = [
    *("http://hooks.test/", "https://10.0.0.1/", "https://[::1]/", "https://localhost/", "ftp://hooks.test/"),
    *("https://hooks.test:8443/", "https://user@hooks.test/", "hooks.test", "", "https://" + "a" * 3_000 + ".test/"),
]


def sent(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def pointers(error: RequestInvalid) -> list[str]:
    return [fault.pointer for fault in error.faults]


def test_a_new_endpoint_has_a_secret_and_hears_of_everything() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()

    assert endpoint.signing(NOW)[0].startswith("whsec_")
    assert endpoint_view(endpoint)["events"] == list(EVENT_TYPES)
    assert world.endpoints.all(TENANT) == [endpoint]


def test_an_event_that_is_named_twice_is_heard_of_once() -> None:
    assert WebhookWorld().endpoint(events=["job.failed", "job.failed"]).events == ("job.failed",)


def test_a_tenant_has_two_hundred_endpoints_at_most() -> None:
    world = WebhookWorld()
    endpoints = [world.endpoint() for _ in range(MOST)]
    with pytest.raises(EndpointsFull):
        world.endpoint()
    delete(endpoints[0].id, tenant=TENANT, endpoints=world.endpoints)

    assert world.endpoint().id not in {one.id for one in endpoints}
    assert world.endpoint(tenant="somebody-else").tenant == "somebody-else"


def test_anothers_endpoint_is_unknown_whatever_one_wants_of_it() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint(tenant="somebody-else")
    mine: dict[str, Any] = {"tenant": TENANT, "endpoints": world.endpoints}
    for act in (
        lambda: own(endpoint.id, **mine),
        lambda: change(endpoint.id, EndpointChange(enabled=False), **mine),
        lambda: rotate(endpoint.id, randomness=bytes(32), now=NOW, **mine),
        lambda: delete(endpoint.id, **mine),
        lambda: ping(endpoint.id, deliveries=world.deliveries, queue=world.queue, now=NOW, **mine),
        lambda: own("ep_x", **mine),
        lambda: own("", **mine),
    ):
        with pytest.raises(EndpointUnknown):
            act()

    assert world.endpoints.all("somebody-else") == [endpoint]


def test_what_is_changed_is_changed_and_the_rest_stays() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint(events=["job.failed"])
    after = change(endpoint.id, EndpointChange(url="https://new.test/"), tenant=TENANT, endpoints=world.endpoints)

    assert (after.url, after.events, after.enabled) == ("https://new.test/", ("job.failed",), True)
    off = change(endpoint.id, EndpointChange(enabled=False, events=[]), tenant=TENANT, endpoints=world.endpoints)
    assert (off.events, off.enabled, off.disabled_reason) == ((), False, "its owner disabled it")
    on = change(endpoint.id, EndpointChange(enabled=True), tenant=TENANT, endpoints=world.endpoints)
    assert (on.enabled, on.disabled_reason) == (True, None)
    assert world.endpoints.all(TENANT) == [on]


def test_two_changes_at_once_are_both_made() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()
    other = lambda *_: change(  # noqa: E731
        endpoint.id, EndpointChange(events=["job.failed"]), tenant=TENANT, endpoints=world.endpoints
    )
    contested: Any = Meanwhile(world.endpoints, "save", other)
    change(endpoint.id, EndpointChange(url="https://new.test/"), tenant=TENANT, endpoints=contested)

    (after,) = world.endpoints.all(TENANT)
    assert (after.url, after.events) == ("https://new.test/", ("job.failed",))


def test_two_rotations_of_one_endpoint_at_once_leave_both_new_secrets() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()
    named: dict[str, Any] = {"tenant": TENANT, "now": NOW}
    other = lambda *_: rotate(endpoint.id, randomness=b"a" * 32, endpoints=world.endpoints, **named)  # noqa: E731
    contested: Any = Meanwhile(world.endpoints, "save", other)
    after = rotate(endpoint.id, randomness=b"b" * 32, endpoints=contested, **named)

    assert len(after.signing(NOW)) == 3
    assert world.endpoints.all(TENANT) == [after]


def test_two_rotations_of_the_tenants_secret_at_once_are_two_versions() -> None:
    world = WebhookWorld()
    contested: Any = Meanwhile(
        world.endpoints, "rotate", lambda *_: rotate_tenant_secret(TENANT, endpoints=world.endpoints, now=NOW)
    )

    assert rotate_tenant_secret(TENANT, endpoints=contested, now=NOW).version == 3


def test_a_delivery_is_shown_with_all_its_tries() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()
    event = world.ended(webhook={"url": URL})
    world.run(10)
    to_endpoint, to_job = map(delivery_view, world.deliveries.all())

    assert (to_endpoint["endpoint"], to_endpoint["url"], to_endpoint["job_id"]) == (endpoint.id, None, event.job_id)
    assert (to_job["endpoint"], to_job["url"], to_job["status"]) == (None, URL, "delivered")
    assert [one["code"] for one in to_job["tries"]] == [200]
    assert to_job["next_at"] is None


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_that_is_not_opened_is_a_fault_with_its_place(url: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        parse_endpoint(sent(url=url), NewEndpoint, check_text)
    assert pointers(refused.value) == ["/url"]
    with pytest.raises(RequestInvalid) as refused:
        parse(sent(prompt="a lighthouse", webhook={"url": url}), catalog())
    assert pointers(refused.value) == ["/webhook/url"]


def test_where_this_machine_may_be_called_its_url_is_taken() -> None:
    local = "http://127.0.0.1:8080/hook"

    assert parse_endpoint(sent(url=local), NewEndpoint, lambda _: None).url == local
    webhook = parse(sent(prompt="a lighthouse", webhook={"url": local}), catalog(), lambda _: None).webhook
    assert webhook is not None
    assert webhook.url == local


def test_what_resolves_to_where_it_may_not_is_a_fault_among_the_others() -> None:
    def refuse(url: str) -> None:
        raise AddressRefused

    with pytest.raises(RequestInvalid) as refused:
        parse(sent(prompt="", webhook={"url": URL}), catalog(), refuse)
    assert pointers(refused.value) == ["/prompt", "/webhook/url"]


def test_every_fault_of_an_endpoint_is_told_at_once() -> None:
    with pytest.raises(RequestInvalid) as refused:
        parse_endpoint(sent(url=5, events=["job.melted"], secret="mine"), NewEndpoint, check_text)

    assert pointers(refused.value) == ["/url", "/events/0", "/secret"]


def test_a_change_may_be_of_one_thing() -> None:
    assert parse_endpoint(sent(enabled=False), EndpointChange, check_text) == EndpointChange(enabled=False)
    with pytest.raises(RequestInvalid):
        parse_endpoint(sent(enabled="no"), EndpointChange, check_text)


def test_a_jobs_own_webhook_hears_of_its_end_by_default() -> None:
    request = parse(sent(prompt="a lighthouse", webhook={"url": URL}), catalog())

    assert request.webhook is not None
    assert request.webhook.events == list(TERMINAL_EVENTS)


@pytest.mark.parametrize(
    "webhook",
    [{}, {"url": None}, {"url": URL, "events": []}, {"url": URL, "events": ["job.melted"]}, {"url": URL, "a": 1}, URL],
)
def test_a_webhook_that_is_none_is_a_fault(webhook: Any) -> None:
    with pytest.raises(RequestInvalid):
        parse(sent(prompt="a lighthouse", webhook=webhook), catalog())
