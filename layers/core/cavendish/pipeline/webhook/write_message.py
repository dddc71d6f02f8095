"""What a delivery says: what its job, its batch or its endpoint is at the moment of sending."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from cavendish.batch.ports import Batches, Outbox
from cavendish.batch.view import batch_view
from cavendish.contract.view import LINK_EXPIRES_S, view
from cavendish.ports import Images, Jobs
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.message import body, gone
from cavendish.webhook.ports import Endpoints
from cavendish.webhook.view import endpoint_view


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessage:
    """The bytes of a delivery's body, with its ports."""

    jobs: Jobs
    images: Images
    batches: Batches
    outbox: Outbox
    endpoints: Endpoints
    #: Under which callers reach the API.
    base_url: str

    def __call__(self, delivery: Delivery, now: float) -> bytes:
        return body(delivery, self._data(delivery, now))

    def _data(self, delivery: Delivery, now: float) -> dict[str, Any]:
        if delivery.about_job:
            return self._job(delivery, now)
        if delivery.about_batch:
            return self._batch(delivery, now)
        endpoint = self.endpoints.get(delivery.tenant, delivery.subject)
        return endpoint_view(endpoint) if endpoint else gone(delivery)

    def _job(self, delivery: Delivery, now: float) -> dict[str, Any]:
        job = self.jobs.get(delivery.subject)
        if job is None or job.outdated(now):
            return gone(delivery)
        return view(job, self.jobs.attempts(job.id), base_url=self.base_url, link=self._link, now=now)

    def _batch(self, delivery: Delivery, now: float) -> dict[str, Any]:
        batch = self.batches.get(delivery.subject)
        if batch is None:
            return gone(delivery)
        link = partial(self.outbox.link, expires_s=LINK_EXPIRES_S)
        return batch_view(batch, self.batches.counts(batch.id), base_url=self.base_url, link=link, now=now)

    def _link(self, object_key: str, mime: str) -> str:
        return self.images.link(object_key, mime=mime, expires_s=LINK_EXPIRES_S)
