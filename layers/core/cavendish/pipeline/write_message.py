"""What a delivery says: what its job or its endpoint is at the moment of sending."""

from dataclasses import dataclass
from typing import Any

from cavendish.ports import Images, Jobs
from cavendish.view import LINK_EXPIRES_S, view
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.message import body, gone
from cavendish.webhook.ports import Endpoints
from cavendish.webhook.view import endpoint_view


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessage:
    """The bytes of a delivery's body, with its ports."""

    jobs: Jobs
    images: Images
    endpoints: Endpoints
    #: Under which callers reach the API.
    base_url: str

    def __call__(self, delivery: Delivery, now: float) -> bytes:
        return body(delivery, self._data(delivery, now))

    def _data(self, delivery: Delivery, now: float) -> dict[str, Any]:
        if not delivery.about_job:
            endpoint = self.endpoints.get(delivery.tenant, delivery.subject)
            return endpoint_view(endpoint) if endpoint else gone(delivery)
        job = self.jobs.get(delivery.subject)
        if job is None or job.outdated(now):
            return gone(delivery)
        return view(job, self.jobs.attempts(job.id), base_url=self.base_url, link=self._link, now=now)

    def _link(self, object_key: str, mime: str) -> str:
        return self.images.link(object_key, mime=mime, expires_s=LINK_EXPIRES_S)
