"""One delivery is sent once, and what came of it is written down."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from cavendish.errors import AddressRefused, CallFailed, Overtaken, ReceiverOff, SendFailed
from cavendish.outbound import Web
from cavendish.pipeline.looks import look_again
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import PING
from cavendish.webhook.ports import Deliveries, DeliveryQueue, Endpoints, Signer, Slots
from cavendish.webhook.receiver import SLOT_S
from cavendish.webhook.schedule import LIMIT_S, SLOW_S
from cavendish.webhook.verdict import ANSWER_BYTES, Verdict, judge, no_answer

#: A receiver under load has one slot for as long as it asks us to wait, but for so many seconds at most.
_SLOW_MAX_S: Final = 900.0


class Receiver(NamedTuple):
    """Where a delivery goes, and what it is signed with."""

    url: str
    secrets: tuple[str, ...]
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """The use case with its ports. Each step is one write, so that whoever comes after a crash knows how far it got."""

    deliveries: Deliveries
    endpoints: Endpoints
    slots: Slots
    queue: DeliveryQueue
    web: Web
    signer: Signer
    #: The bytes of a delivery's message, as they are at this moment.
    write: Callable[[Delivery, float], bytes]
    clock: Callable[[], float]
    #: From 0 to 1, another one each time.
    chance: Callable[[], float]

    def receive(self, delivery_id: str) -> Delivery | None:
        """Send a delivery if it is time and nobody else does; gives the row as it is then.

        A message that comes too early, too late or twice does nothing: the row says when it is due, and the sweep
        keeps that. What fails otherwise is raised, and tried again when the lease is over.
        """
        now = self.clock()
        row = self.deliveries.get(delivery_id)
        if row is None or not row.ready(now):
            return row
        with suppress(Overtaken):  # somebody else has it now
            return self._deliver(row, now)
        return self.deliveries.get(delivery_id)

    def _deliver(self, row: Delivery, now: float) -> Delivery:
        if row.hopeless:
            return self._save(row, row.given_up())
        try:
            to = self._receiver(row, now)
        except ReceiverOff as off:
            return self._save(row, row.dropped(str(off)))
        held = self._take(row, now)
        if held is None:
            return self._send_again(self._save(row, row.postponed(now, self.chance())), now)
        leased = self._save(row, row.leased(now))
        began = self.clock()
        verdict = self._post(leased, to, began)
        ended = self.clock()
        self._note(to, row, verdict, ended)
        after = self._record(leased, verdict, began, ended)
        self._release(row, held, _slow_until(verdict, ended))
        return self._send_again(after, ended)

    def _take(self, row: Delivery, now: float) -> list[tuple[str, int]] | None:
        """A slot of each whose it needs; None: somebody has none left."""
        held: list[tuple[str, int]] = []
        for receiver, slots in row.receivers:
            slot = self.slots.take(receiver, row.id, now=now, until=now + SLOT_S, slots=slots)
            if slot is None:
                self._release(row, held)
                return None
            held.append((receiver, slot))
        return held

    def _release(self, row: Delivery, held: list[tuple[str, int]], slow_until: float | None = None) -> None:
        """Its receiver is slow until then; a host is not for one of its URLs."""
        for receiver, slot in held:
            slow = slow_until if receiver == row.receiver else None
            self.slots.release(receiver, row.id, slot, slow_until=slow)

    def _receiver(self, row: Delivery, now: float) -> Receiver:
        """Raises ReceiverOff."""
        if row.url is not None:
            versions = self.endpoints.tenant_secret(row.tenant).versions(now)
            return Receiver(row.url, tuple(self.signer.tenant_secret(row.tenant, one) for one in versions))
        endpoint = receiving(row, self.endpoints)
        return Receiver(endpoint.url, endpoint.signing(now), endpoint)

    def _post(self, row: Delivery, to: Receiver, now: float) -> Verdict:
        body, timestamp = self.write(row, now), int(now)
        headers = {
            "content-type": "application/json",
            "webhook-id": row.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": self.signer.sign(row.message_id, timestamp, body, to.secrets),
        }
        try:
            reply = self.web.post(to.url, headers=headers, body=body, limit_s=LIMIT_S, max_bytes=ANSWER_BYTES)
        except (AddressRefused, CallFailed) as failure:
            return no_answer(failure)
        return judge(reply, self.clock())

    def _note(self, to: Receiver, row: Delivery, verdict: Verdict, now: float) -> None:
        """How the endpoint does. It comes before the try is written, so that no crash keeps a 410 from counting."""
        known = to.endpoint
        if known is None or row.type == PING or known.after(verdict, now) is known:
            return
        with suppress(Overtaken):  # by others who know as much; the next try notes it
            look_again(lambda: self._note_endpoint(known, verdict, now))

    def _note_endpoint(self, known: Endpoint, verdict: Verdict, now: float) -> None:
        endpoint = self.endpoints.get(known.tenant, known.id)
        if endpoint is None or endpoint.url != known.url:
            return
        after = endpoint.after(verdict, now)
        if after is not endpoint:
            disabled = endpoint.enabled and not after.enabled
            self.endpoints.save(endpoint, after, after.notice(now) if disabled else None)

    def _record(self, leased: Delivery, verdict: Verdict, began: float, ended: float) -> Delivery:
        """Write the try down, also where somebody else has the row by now: that a message arrived is never lost."""
        chance, first = self.chance(), [leased]

        def record() -> Delivery:
            row = first.pop() if first else self.deliveries.get(leased.id)
            if row is None or not row.pending:
                return row or leased.dropped("the delivery was deleted")
            return self._save(row, row.tried(verdict, at=began, now=ended, chance=chance))

        return look_again(record)

    def _save(self, before: Delivery, after: Delivery) -> Delivery:
        self.deliveries.save(before, after)
        return after

    def _send_again(self, row: Delivery, now: float) -> Delivery:
        wait_s = row.queue_wait_s(now)
        if wait_s is not None:
            with suppress(SendFailed):  # the sweep sends it
                self.queue.send(row, wait_s)
        return row


def _slow_until(verdict: Verdict, now: float) -> float | None:
    """Until when its receiver gets one delivery at a time: who hangs must not hold four workers for 15 s each."""
    if not (verdict.slow or verdict.hangs):
        return None
    return now + min(max(verdict.retry_after_s or 0.0, SLOW_S), _SLOW_MAX_S)


def receiving(row: Delivery, endpoints: Endpoints) -> Endpoint:
    """The endpoint of a delivery, if it is there to be told. A ping reaches a disabled one too. Raises ReceiverOff."""
    endpoint = endpoints.get(row.tenant, row.receiver)
    if endpoint is None:
        raise ReceiverOff("the endpoint was deleted")
    if not endpoint.enabled and row.type != PING:
        raise ReceiverOff(f"the endpoint is disabled: {endpoint.disabled_reason}")
    return endpoint
