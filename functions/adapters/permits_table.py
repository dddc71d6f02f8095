"""Permits, in the table of jobs: one row says how many each model has, and rows of leases say who has one.

The first row is read before every call, as that of closures is, and written when a model throttles or is given one
more. Rows of leases exist for models that throttled in the last hour.
"""

from collections.abc import Callable
from typing import Any, Final

from adapters.reads import key
from adapters.rows import number, text
from cavendish.health.permits import FORGOTTEN_S, Concurrency, Permit, Shard, ahead, lease, shards

_KEY: Final = key("CONCURRENCY", "CONCURRENCY")
#: What was read is believed this long, in seconds.
_FRESH_S: Final = 2.0
_SLOT: Final = "slot_"


class ClockAhead(Exception):
    """A worker's clock was ahead when it wrote; the message says what."""


class PermitsTable:
    """The port Permits. `failed` hears of what could not be noted or read, and of clocks that are ahead."""

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._chance = chance
        self._failed = failed
        self._known: dict[str, str] = {}
        self._told: set[str] = set()
        self._read_at = float("-inf")

    def take(self, route: str, model: str, holder: str, *, now: float, until: float) -> Permit | None:
        uncounted = Permit(route=route, model=model)
        try:
            concurrency = self._of(route, model, now)
            return self._lease(concurrency, holder, now, until) if concurrency else uncounted
        except Exception as error:  # a call that may be throttled is better than one that is not made
            self._failed(error)
            return uncounted

    def give_back(self, permit: Permit) -> None:
        if not permit.lease:
            return
        try:
            self._change(
                _place(permit.route, permit.model, permit.shard),
                "REMOVE #slot",
                "#slot = :lease",
                {"#slot": f"{_SLOT}{permit.slot}"},
                {":lease": text(permit.lease)},
            )
        except Exception as error:  # its lease ends by itself
            self._failed(error)

    def throttled(self, permit: Permit, now: float) -> None:
        def lower(known: Concurrency | None) -> Concurrency:
            return known.throttled(now) if known else Concurrency.first(permit.route, permit.model, now)

        self._learn(permit, now, lower)

    def succeeded(self, permit: Permit, now: float) -> None:
        chance = self._chance()
        if permit.scarce:
            self._learn(permit, now, lambda known: known.grown() if known and known.grows(chance, now) else known)

    def read(self, now: float) -> list[Concurrency]:
        try:
            self._refresh()
        except Exception as error:  # what was known is better than nothing
            self._failed(error)
        found = (Concurrency.read(name, one).seen(now) for name, one in self._known.items())
        return [one for one in found if not one.forgotten(now)]

    def _of(self, route: str, model: str, now: float) -> Concurrency | None:
        self._refresh()
        self._mend(name := f"{route}#{model}", now)
        return _counted(name, self._known.get(name), now)

    def _mend(self, name: str, now: float) -> None:
        """Seen as of now at each look, what a clock that was ahead noted would stay as it is: it is noted as of now."""
        before = self._known.get(name)
        known = Concurrency.read(name, before) if before else None
        if known and (after := known.seen(now)) != known:
            self._tell(f"{name} was noted by a clock that is ahead: {before}")
            self._note(name, before, after)
            self._known = {**self._known, name: after.written}

    def _tell(self, what: str) -> None:
        """Once for each worker: it may be seen again until it is written over."""
        if what not in self._told:
            self._told.add(what)
            self._failed(ClockAhead(what))

    def _refresh(self) -> None:
        """Look again if the last look is too old; if that fails, not at once again."""
        if self._clock() - self._read_at > _FRESH_S:
            try:
                self._known = self._look()
            finally:
                self._read_at = self._clock()

    def _look(self, *, newest: bool = False) -> dict[str, str]:
        row = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=newest).get("Item", {})
        return {name: one["S"] for name, one in row.items() if "#" in name}

    def _learn(self, permit: Permit, now: float, change: Callable[[Concurrency | None], Concurrency | None]) -> None:
        """Note what a call told, if it is news and nobody else did: who is overtaken has nothing to add."""
        name = f"{permit.route}#{permit.model}"
        try:
            known = self._of(permit.route, permit.model, now)
            if change(known) == known:
                return
            self._known = row = self._look(newest=True)
            # Of this one row alone, on which the write depends: by now another thread may have read an older one.
            before = row.get(name)
            known = _counted(name, before, now)
            if (after := change(known)) and after != known:
                self._note(name, before, after)
        except Exception as error:  # the next one tells it too
            self._failed(error)

    def _note(self, name: str, before: str | None, after: Concurrency) -> None:
        values = {
            ":after": text(after.written),
            ":expires_at": number(int(after.throttled_at + 2 * FORGOTTEN_S)),
            **({":before": text(before)} if before else {}),
        }
        unchanged = "#way = :before" if before else "attribute_not_exists(#way)"
        self._change(_KEY, "SET #way = :after, expires_at = :expires_at", unchanged, {"#way": name}, values)
        self._read_at = float("-inf")

    def _lease(self, concurrency: Concurrency, holder: str, now: float, until: float) -> Permit | None:
        for shard in shards(concurrency.permits, holder):
            place = _place(concurrency.route, concurrency.model, shard.number)
            row = self._client.get_item(TableName=self._table, Key=place).get("Item", {})
            leases = {int(name.removeprefix(_SLOT)): one["S"] for name, one in row.items() if name.startswith(_SLOT)}
            for one in (one for one in leases.values() if ahead(one, now)):
                self._tell(f"a lease was taken by a clock that is ahead: {one}")
            free = shard.free(leases, holder, now)
            mine = lease(holder, until)
            slot = next((one for one in free if self._take(place, one, leases.get(one), mine, until)), None)
            if slot is not None:
                return _permit(concurrency, shard, slot, mine, scarce=shard.scarce(leases, holder, now))
        return None

    def _take(self, place: dict[str, Any], slot: int, seen: str | None, mine: str, until: float) -> bool:
        """False: somebody else was faster. A write that is sent twice finds its own lease, which is as good."""
        values = {
            ":mine": text(mine),
            ":expires_at": number(int(until + FORGOTTEN_S)),
            **({":seen": text(seen)} if seen else {}),
        }
        free = "#slot = :seen" if seen else "attribute_not_exists(#slot)"
        changes = "SET #slot = :mine, expires_at = :expires_at"
        return self._change(place, changes, f"{free} OR #slot = :mine", {"#slot": f"{_SLOT}{slot}"}, values)

    def _change(
        self, place: dict[str, Any], changes: str, condition: str, names: dict[str, str], values: dict[str, Any]
    ) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=place,
                UpdateExpression=changes,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _counted(name: str, one: str | None, now: float) -> Concurrency | None:
    """None: there is nothing to count, or nothing any more."""
    found = Concurrency.read(name, one) if one else None
    return None if found is None or (found := found.seen(now)).forgotten(now) else found


def _permit(concurrency: Concurrency, shard: Shard, slot: int, mine: str, *, scarce: bool) -> Permit:
    return Permit(
        route=concurrency.route, model=concurrency.model, shard=shard.number, slot=slot, lease=mine, scarce=scarce
    )


def _place(route: str, model: str, shard: int) -> dict[str, Any]:
    return key(f"PERMITS#{route}#{model}#{shard}", "LEASES")
