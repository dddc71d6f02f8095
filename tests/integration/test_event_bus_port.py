"""The port Bus: one suite for the fake and for EventBridge."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.event_bus import EventBus
from cavendish.errors import SendFailed
from cavendish.webhook.detail import Detail
from cavendish.webhook.ports import Bus
from tests.builders import JOB_ID, NOW, a_job
from tests.integration.conftest import Client
from tests.unit.test_webhook_endpoint import an_endpoint
from tests.webhook_fakes import FakeBus

DETAIL = Detail.of(a_job().event("job.succeeded"))


@dataclass
class Case:
    """A port that is tested, a way to see what came out, and one to bring it down."""

    bus: Bus
    details: Callable[[], list[Detail]]
    break_down: Callable[[], None]


@pytest.fixture(params=["fake", "eventbridge"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeBus()
        return Case(fake, lambda: fake.details, lambda: setattr(fake, "down", True))
    events, name = request.getfixturevalue("aws")("events"), request.getfixturevalue("unused_name")
    events.create_event_bus(Name=name)
    taken: list[dict[str, Any]] = []
    # moto 5.2 gives events to targets only where jsonpath-ng is installed: we listen to what is called.
    events.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: taken.extend(params["Entries"])
    )

    def details() -> list[Detail]:
        return [Detail.model_validate_json(one["Detail"]) for one in taken]

    bus = EventBus(events, name)
    return Case(bus, details, lambda: setattr(bus, "_client", request.getfixturevalue("unreachable")("events")))


def test_an_event_comes_out_as_it_was_put_in(case: Case) -> None:
    case.bus.put(DETAIL)

    assert case.details() == [DETAIL]


def test_a_bus_that_is_down_is_a_named_error(case: Case) -> None:
    case.break_down()
    with pytest.raises(SendFailed, match=DETAIL.id):
        case.bus.put(DETAIL)


def test_an_event_that_is_not_taken_is_a_named_error() -> None:
    class Full:
        """Takes the call and not the event."""

        def put_events(self, **_: Any) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}

    with pytest.raises(SendFailed, match="ThrottlingException"):
        EventBus(Full(), "a-bus").put(DETAIL)


def test_an_event_names_the_job_or_the_endpoint_and_what_is_not_said_is_left_out(aws: Client) -> None:
    sent: list[dict[str, Any]] = []
    client = aws("events")
    client.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: sent.extend(params["Entries"])
    )
    EventBus(client, "default").put(DETAIL)
    EventBus(client, "default").put(Detail.of(an_endpoint().told().notice(NOW)))
    job, endpoint = (json.loads(one["Detail"]) for one in sent)

    assert [one["DetailType"] for one in sent] == ["job.succeeded", "endpoint.disabled"]
    assert {(one["Source"], one["EventBusName"]) for one in sent} == {("cavendish", "default")}
    assert (job["job_id"], job["v"], "endpoint_id" in job) == (JOB_ID, 1, False)
    assert (endpoint["endpoint_id"], "job_id" in endpoint) == ("ep_1", False)
