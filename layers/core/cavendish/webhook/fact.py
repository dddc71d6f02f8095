"""A fact of any kind: about a job, a batch or an endpoint."""

from cavendish.batch.event import BatchEvent
from cavendish.job import Event
from cavendish.webhook.events import Notice

Fact = Event | BatchEvent | Notice


def subject(fact: Fact) -> str:
    """The id of what it is about."""
    (named,) = fact.about.values()
    return named


def message_id(fact: Fact) -> str:
    """The same whenever it is told."""
    return f"msg_{subject(fact)}_{fact.sequence:06}"
