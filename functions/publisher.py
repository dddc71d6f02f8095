"""What tells of events, built once."""

import webhooks

import wiring
from adapters.event_bus import EventBus
from cavendish.pipeline.publish import Publish
from once import once


@once
def publisher() -> Publish:
    return Publish(
        jobs=wiring.jobs(),
        endpoints=webhooks.endpoints(),
        deliveries=webhooks.deliveries(),
        queue=webhooks.queue(),
        bus=EventBus(wiring.client("events"), wiring.setting("EVENT_BUS")),
    )
