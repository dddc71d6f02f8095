"""What makes attempts, built once."""

import random

import wiring
from adapters.attempts_queue import AttemptsQueue
from cavendish.pipeline.gate import Gate
from cavendish.pipeline.generate import Generate
from once import once
from wired import calling, learning, permits, providers


@once
def generator() -> Generate:
    return Generate(
        jobs=wiring.jobs(),
        images=wiring.images(),
        caller=calling.caller(),
        workflow=wiring.tokens(),
        measurements=wiring.measurements(),
        closures=providers.closures(),
        gate=_gate(),
        routing=learning.routing(),
        clock=wiring.clock,
    )


def _gate() -> Gate:
    queue = AttemptsQueue(wiring.client("sqs"), wiring.attempt_lanes())
    return Gate(permits=permits.permits(), queue=queue, chance=random.random)
