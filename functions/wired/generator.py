"""What makes attempts, built once."""

import random
import time

import wiring
from adapters.attempts_queue import AttemptsQueue
from cavendish.pipeline.ends import Ends
from cavendish.pipeline.gate import Gate
from cavendish.pipeline.generate import Generate
from cavendish.pipeline.telling import Telling
from once import once
from wired import calling, learning, permits, providers


@once
def generator() -> Generate:
    gate, telling = _gate(), Telling(wiring.jobs(), wiring.tokens())
    return Generate(
        jobs=wiring.jobs(),
        images=wiring.images(),
        caller=calling.caller(),
        telling=telling,
        ends=_ends(gate, telling),
        closures=providers.closures(),
        gate=gate,
        routing=learning.routing(),
        clock=wiring.clock,
    )


def _ends(gate: Gate, telling: Telling) -> Ends:
    return Ends(
        jobs=wiring.jobs(),
        telling=telling,
        measurements=wiring.measurements(),
        closures=providers.closures(),
        gate=gate,
        clock=wiring.clock,
        pause=time.sleep,
    )


def _gate() -> Gate:
    queue = AttemptsQueue(wiring.client("sqs"), wiring.attempt_lanes())
    return Gate(permits=permits.permits(), queue=queue, chance=random.random)
