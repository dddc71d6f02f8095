"""What webhooks are kept in and sent through, built once: no other function loads it before it needs it."""

import wiring
from adapters.deliveries_queue import DeliveriesQueue
from adapters.deliveries_table import DeliveriesTable
from adapters.endpoints_table import EndpointsTable
from once import once


@once
def endpoints() -> EndpointsTable:
    return EndpointsTable(wiring.client("dynamodb"), wiring.setting("JOBS_TABLE"))


@once
def deliveries() -> DeliveriesTable:
    return DeliveriesTable(wiring.client("dynamodb"), wiring.setting("JOBS_TABLE"))


@once
def queue() -> DeliveriesQueue:
    return DeliveriesQueue(wiring.client("sqs"), wiring.setting("DELIVERIES_QUEUE_URL"))
