"""A tenant's endpoint: where it wants to be told of what, with which secrets, and how it has done."""

from typing import Final, Self

from cavendish.value import Value
from cavendish.webhook.events import DISABLED, EVENT_TYPES, Notice
from cavendish.webhook.secret import OVERLAP_S, SECRETS, SigningSecret
from cavendish.webhook.verdict import Verdict

PREFIX: Final = "ep_"
#: So many endpoints a tenant has at most: each event is written and sent for each of them.
MOST: Final = 200
#: What has failed for so long is disabled, in seconds (field.md 1.5: five days, as Svix does).
DISABLE_AFTER_S: Final = 5 * 86_400
#: Failures further apart are not one row of them: the longest wait between two tries is 26.4 h.
APART_S: Final = 2 * 86_400
#: That it still fails is noted once in so many seconds, and not at each try.
NOTED_EVERY_S: Final = 3_600


class Endpoint(Value):
    """One endpoint. Times are seconds since the epoch."""

    id: str
    tenant: str
    url: str
    #: Empty: all of them.
    events: tuple[str, ...] = ()
    enabled: bool = True
    disabled_reason: str | None = None
    created_at: float
    #: Newest first; the older ones sign too until they end.
    secrets: tuple[SigningSecret, ...]
    #: Since when every try failed, and when that was last noted.
    failing_since: float | None = None
    failed_at: float | None = None
    #: Counts what it is told of itself: pings, and that it was disabled.
    sequence: int = 0
    #: Counts the writes; each is conditional on it.
    revision: int = 1

    def wants(self, event_type: str) -> bool:
        return event_type in (self.events or EVENT_TYPES)

    def signing(self, now: float) -> tuple[str, ...]:
        """The secrets that sign, newest first."""
        return tuple(one.secret for one in self.secrets if one.signs(now))

    def rotated(self, secret: str, now: float) -> Self:
        """A new secret; the one before it signs too for a while."""
        before = [one.model_copy(update={"until": one.until or now + OVERLAP_S}) for one in self.secrets]
        left = [one for one in before if one.signs(now)]
        return self._changed(secrets=(SigningSecret(secret=secret), *left)[:SECRETS])

    def changed(self, *, url: str | None = None, events: tuple[str, ...] | None = None) -> Self:
        """Another URL has no past."""
        fresh = {} if url in (None, self.url) else {"url": url, "failing_since": None, "failed_at": None}
        return self._changed(**fresh, **({} if events is None else {"events": events}))

    def enable(self) -> Self:
        return self._changed(enabled=True, disabled_reason=None, failing_since=None, failed_at=None)

    def disable(self, reason: str) -> Self:
        return self._changed(enabled=False, disabled_reason=reason)

    def told(self) -> Self:
        """It is about to be told something of itself: the next number."""
        return self._changed(sequence=self.sequence + 1)

    def after(self, verdict: Verdict, now: float) -> Self:
        """The endpoint as a try leaves it; the same if nothing needs to be written."""
        if verdict.delivered:
            return self if self.failing_since is None else self._changed(failing_since=None, failed_at=None)
        if verdict.gone and self.enabled:
            return self.disable("it answered 410: it wants no more").told()
        since = self._failing_since(now)
        if self.enabled and now - since >= DISABLE_AFTER_S:
            reason = f"every delivery failed for {DISABLE_AFTER_S // 86_400} days"
            return self._changed(failing_since=since, failed_at=now).disable(reason).told()
        if self.failed_at is not None and now - self.failed_at < NOTED_EVERY_S:
            return self
        return self._changed(failing_since=since, failed_at=now)

    def notice(self, now: float) -> Notice:
        """That it was disabled."""
        return Notice(type=DISABLED, endpoint_id=self.id, tenant=self.tenant, sequence=self.sequence, at=now)

    def _failing_since(self, now: float) -> float:
        apart = self.failed_at is None or now - self.failed_at > APART_S
        return now if apart or self.failing_since is None else self.failing_since

    def _changed(self, **changes: object) -> Self:
        return self.model_copy(update={**changes, "revision": self.revision + 1})
