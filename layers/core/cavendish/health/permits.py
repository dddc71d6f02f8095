"""How many calls of a model on a route may run at once since it throttled: half as many then, one more when well.

A model that did not throttle for an hour is not counted: no call of it is slowed, and nobody writes for it. From its
first 429 on each call needs a permit, which is leased, so that one that a worker took with it comes back by itself.
"""

import math
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from pydantic import Field

from cavendish.attempt import LEASE_MARGIN_S
from cavendish.ladder.time_left import MAX_LIMIT_S
from cavendish.value import Value

#: What the first throttle halves, whatever runs then: a new account has so small a quota that calls which are turned
#: away by the dozen use up their jobs' tries, and a large quota is found again by one more in each round trip.
START: Final = 16
#: There are never fewer permits, and never more, however long all goes well: 1,024 is a Lambda account's usual limit.
LEAST, MOST = 1.0, 1024.0
#: A throttle leaves this share of them.
_LEFT: Final = 0.5
#: What throttles so soon after that, in seconds, was on its way already: it is the same congestion, told again. Who
#: throttles says so within a second (weather.md).
SETTLES_S: Final = 5.0
#: Without a throttle for so long, in seconds, permits are forgotten: quotas are counted by the minute.
FORGOTTEN_S: Final = 3600.0
#: What lies further ahead than this, in seconds, was written by a clock that is wrong: those of workers on AWS, which
#: sets them, differ by milliseconds, and nothing here is decided by less than seconds.
AHEAD_S: Final = 60.0
#: No lease that was taken by now ends later than this from now, in seconds: that of the longest call (attempt.py), by a
#: clock that is ahead by no more than that.
LONGEST_LEASE_S: Final = MAX_LIMIT_S + LEASE_MARGIN_S + AHEAD_S
#: A shard is one row of leases, with so many at most: below a kilobyte, which is what one write unit buys.
PER_SHARD: Final = 8
#: So many shards are looked into for a permit: each look costs half a read unit.
_LOOKS: Final = 2
#: Who gets none waits at least the first of these, in seconds; its waits double up to the second, which SQS can hold.
_LEAST_WAIT_S: Final = 1.0
MOST_WAIT_S: Final = 900.0
_FIRST_WAIT_S: Final = 2.0
_DOUBLINGS: Final = 9
#: Who waits for what its job's other calls hold waits no longer than this at once: one of them ends within a minute or
#: so, and at most eight wait for it.
MONEY_WAIT_S: Final = 10.0


class Concurrency(Value):
    """The permits of a model on a route. `throttled_at` is in seconds since the epoch."""

    route: str
    model: str
    #: Fractions count for nothing yet.
    permits: float = Field(ge=LEAST, le=MOST)
    throttled_at: float

    @classmethod
    def first(cls, route: str, model: str, now: float) -> Self:
        """After the first throttle."""
        return cls(route=route, model=model, permits=START * _LEFT, throttled_at=now)

    @classmethod
    def read(cls, way: str, written: str) -> Self:
        """A way is a route and a model: `gemini#gemini-3-pro-image`."""
        route, _, model = way.partition("#")
        permits, _, throttled_at = written.partition("@")
        return cls(route=route, model=model, permits=float(permits), throttled_at=float(throttled_at))

    @property
    def written(self) -> str:
        """As short as it can be: all models share a row, and are paid for by the kilobyte."""
        return f"{self.permits!r}@{self.throttled_at!r}"

    def seen(self, now: float) -> Self:
        """As it counts: what a clock that was ahead wrote is as if it were written now, or it would never end."""
        return self if self.throttled_at <= now + AHEAD_S else self.model_copy(update={"throttled_at": now})

    def throttled(self, now: float) -> Self:
        """After one more: the same, if the last one was just now."""
        if now < self.throttled_at + SETTLES_S:
            return self
        return self.model_copy(update={"permits": max(LEAST, self.permits * _LEFT), "throttled_at": now})

    def grown(self) -> Self:
        """With one more."""
        return self.model_copy(update={"permits": min(MOST, self.permits + 1)})

    def grows(self, chance: float, now: float) -> bool:
        """Whether a success brings one more: one of as many as there are permits does, thus one write each time that
        all of them were used; none while it is not known what the last throttle led to. `chance` is from 0 to 1."""
        return now >= self.throttled_at + SETTLES_S and chance * self.permits < 1

    def forgotten(self, now: float) -> bool:
        return now >= self.throttled_at + FORGOTTEN_S


class Shard(NamedTuple):
    """A part of the permits, in slots from 0 on."""

    number: int
    permits: int

    def free(self, leases: Mapping[int, str], holder: str, now: float) -> list[int]:
        """The slots that a holder may try, its own one first; others begin elsewhere, so that rivals rarely meet."""
        out = self._out(leases, holder, now)
        if len(out) >= self.permits:
            return []
        begin = zlib.crc32(holder.encode())
        slots = set(range(self.permits)) - out
        return sorted(slots, key=lambda slot: (not _is_of(leases.get(slot, ""), holder), (slot + begin) % self.permits))

    def scarce(self, leases: Mapping[int, str], holder: str, now: float) -> bool:
        """Whether most of them are out once this holder has one: else a success says nothing of their number."""
        return 2 * (len(self._out(leases, holder, now)) + 1) > self.permits

    def _out(self, leases: Mapping[int, str], holder: str, now: float) -> set[int]:
        return {
            slot for slot, one in leases.items() if now < _until(one) and not (ahead(one, now) or _is_of(one, holder))
        }


class Permit(Value):
    """Leave to make one call. One without a lease is not counted: there is no limit, or nobody could be asked."""

    route: str
    model: str
    shard: int = 0
    slot: int = 0
    lease: str = ""
    #: Whether most permits were out when it was given.
    scarce: bool = False


def shards(permits: float, holder: str) -> list[Shard]:
    """The shards in which a holder looks, in that order.

    A number is shared out evenly, so few permits are one row and many are many: of 1,024 there are 128 rows. Calls in
    shards that a throttle closed end by themselves and are not waited for, at most as many again as there are left.
    """
    whole = int(permits)
    count = math.ceil(whole / PER_SHARD)
    first = zlib.crc32(holder.encode()) % count
    numbers = dict.fromkeys((first + look) % count for look in range(_LOOKS))
    return [Shard(number, whole // count + (number < whole % count)) for number in numbers]


def lease(holder: str, until: float) -> str:
    """Who has a slot, and until when, in whole seconds since the epoch."""
    return f"{math.ceil(until)}#{holder}"


def ahead(one: str, now: float) -> bool:
    """Whether a lease was taken by a clock that is wrong: it ends later than any can, and counts as if it had ended."""
    return _until(one) > now + LONGEST_LEASE_S


def wait_s(turned_away: int, *, left_s: float, chance: float, most_s: float = MOST_WAIT_S) -> float:
    """How long a message waits that was turned away so often before: full jitter, and not past what is left of its
    job, so that its end is told in time. `chance` is from 0 to 1."""
    longest = min(most_s, _FIRST_WAIT_S * 2.0 ** min(turned_away, _DOUBLINGS))
    return min(max(_LEAST_WAIT_S, longest * chance), max(_LEAST_WAIT_S, left_s))


class Unlimited:
    """The port Permits where nothing is learned: every call may be made at once."""

    def take(self, route: str, model: str, holder: str, *, now: float, until: float) -> Permit | None:  # noqa: ARG002
        return Permit(route=route, model=model)

    def give_back(self, permit: Permit) -> None:
        """It was not counted."""

    def throttled(self, permit: Permit, now: float) -> None:
        """Nobody is slowed."""

    def succeeded(self, permit: Permit, now: float) -> None:
        """There is nothing to grow."""

    def read(self, now: float) -> list[Concurrency]:  # noqa: ARG002
        return []


def _until(one: str) -> float:
    return float(one.partition("#")[0])


def _is_of(one: str, holder: str) -> bool:
    return one.partition("#")[2] == holder
