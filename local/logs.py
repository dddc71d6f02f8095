"""What the functions said, read from the local CloudWatch Logs, one line per line."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from local.aws import Aws
from local.stack import STACK

LOOK_EVERY_SECONDS = 0.5
PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|XRAY) (RequestId|Runtime|TraceId)")
#: A function's own group carries its name in the template, then a random tail.
GROUP = re.compile(rf"/aws/lambda/{STACK}-(\w+?)-")


@dataclass(frozen=True, slots=True)
class Invocation:
    """ministack writes a stream for each invocation, whole, when it ends."""

    group: str
    stream: str
    said_at: int
    messages: tuple[str, ...]

    @property
    def speaker(self) -> str:
        found = GROUP.match(self.group)
        return found[1] if found else self.group.rpartition("/")[2]

    def lines(self) -> Iterator[str]:
        for message in self.messages:
            if not PLATFORM.match(message):
                yield f"{self.speaker:20}  {message.rstrip()}"


def lines(aws: Aws, *, follow: bool) -> Iterator[str]:
    """`function  message`, oldest first; all that was said so far, then what is said from now on."""
    client = aws.client("logs")
    told: set[str] = set()
    while True:
        fresh = [invocation for invocation in _invocations(client) if invocation.stream not in told]
        told.update(invocation.stream for invocation in fresh)
        for invocation in sorted(fresh, key=lambda invocation: invocation.said_at):
            yield from invocation.lines()
        if not follow:
            return
        time.sleep(LOOK_EVERY_SECONDS)


def _invocations(client: Any) -> Iterator[Invocation]:
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            yield from _in_group(client, group["logGroupName"])


def _in_group(client: Any, group: str) -> Iterator[Invocation]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    events = sorted((event for page in pages for event in page["events"]), key=itemgetter("logStreamName"))
    for stream, said in groupby(events, key=itemgetter("logStreamName")):
        spoken = list(said)
        yield Invocation(group, stream, spoken[0]["timestamp"], tuple(event["message"] for event in spoken))
