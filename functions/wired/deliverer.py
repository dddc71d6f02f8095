"""What sends deliveries, built once: cryptography and what opens URLs are loaded by few other functions."""

import random

import wiring
from adapters.slots_table import SlotsTable
from cavendish.pipeline.webhook.deliver import Deliver
from cavendish.pipeline.webhook.write_message import WriteMessage
from once import once
from wired import web, webhook_keys, webhooks


@once
def deliverer() -> Deliver:
    return Deliver(
        deliveries=webhooks.deliveries(),
        endpoints=webhooks.endpoints(),
        slots=SlotsTable(wiring.client("dynamodb"), wiring.setting("JOBS_TABLE")),
        queue=webhooks.queue(),
        web=web.web(),
        signer=webhook_keys.signer(),
        write=WriteMessage(
            jobs=wiring.jobs(),
            images=wiring.images(),
            batches=wiring.batches(),
            outbox=wiring.outbox(),
            endpoints=webhooks.endpoints(),
            base_url=wiring.setting("API_URL"),
        ),
        clock=wiring.clock,
        chance=random.random,
    )
