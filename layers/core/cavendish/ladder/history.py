"""How long the history of a plan's execution can get, which Step Functions limits."""

from typing import Final

from cavendish.ladder.plan import Plan

#: Events that one attempt and one image add to an execution's history at most: two per state, and those of a task whose
#: message is sent six times.
EVENTS_PER_ATTEMPT: Final = 30
EVENTS_PER_IMAGE: Final = 10
#: Step Functions ends an execution at 25,000 events; this leaves room for the rest.
MAX_EVENTS: Final = 20_000


def events(plan: Plan, images: int) -> int:
    """The history events that the plan's execution has at most."""
    return images * (plan.max_attempts * EVENTS_PER_ATTEMPT + EVENTS_PER_IMAGE) + EVENTS_PER_IMAGE
