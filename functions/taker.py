"""What takes files in, built once."""

import web
from estimating import adjusted

import wiring
from cavendish.catalog_file import catalog
from cavendish.pipeline.arrive import Arrive
from cavendish.pipeline.intake import Intake
from cavendish.pipeline.items import Items
from once import once


@once
def arrivals() -> Arrive:
    return Arrive(batches=wiring.batches(), inbox=wiring.inbox(), tenant=wiring.setting("INBOX_TENANT"))


@once
def intake() -> Intake:
    return Intake(
        jobs=wiring.jobs(),
        batches=wiring.batches(),
        inbox=wiring.inbox(),
        outbox=wiring.outbox(),
        queue=wiring.queue(),
        batch_queue=wiring.batch_queue(),
        items=Items(catalog=catalog(), check=web.check, adjust=adjusted),
        clock=wiring.clock,
    )
