"""What is done with a tenant's batches: the routes' other half, loaded when the first of them is asked."""

import os
from functools import partial
from typing import Any

import wiring
from api.receivers import check
from cavendish.advice.articles import articles
from cavendish.batch.batch import UPLOAD_WITHIN_S, Batch
from cavendish.batch.counts import Counts
from cavendish.batch.listing import parse_batch_list, parse_item_list
from cavendish.batch.request import parse_plan, parse_post
from cavendish.batch.view import again_s, batch_brief, batch_view
from cavendish.catalog.file import catalog
from cavendish.contract.listing import cursor
from cavendish.contract.view import LINK_EXPIRES_S, timestamp
from cavendish.pipeline.batch import batches
from cavendish.pipeline.batch.plan import PlanBatch
from cavendish.pipeline.batch.retry import retry as retry_failed
from cavendish.ulid import ulid
from wired.estimating import estimator, modes

View = dict[str, Any]
Headers = dict[str, str]


def post(tenant: str, body: bytes, key_header: str | None, base_url: str) -> tuple[View, Headers]:
    """Raises RequestInvalid, RequestTooLarge, KeyReused."""
    request, key = parse_post(body, key_header, check)
    now = wiring.clock()
    posted = batches.post(
        request,
        tenant=tenant,
        batch_id=ulid(now, os.urandom(10)),
        batches=wiring.batches(),
        jobs=wiring.jobs(),
        inbox=wiring.inbox(),
        now=now,
        key=key,
    )
    batch = posted.batch
    wiring.logger.info("batch.accepted", batch_id=batch.id, tenant=tenant, replayed=posted.replayed)
    form = {**posted.upload, "expires_at": timestamp(now + UPLOAD_WITHIN_S)} if posted.upload else None
    shown = {**_view(batch, Counts(), base_url), "upload": form}
    return shown, {**_again(batch), **_replayed(posted.replayed)}


def page(tenant: str, parameters: list[tuple[str, str]], base_url: str) -> View:
    """Raises QueryInvalid."""
    asked = parse_batch_list(parameters)
    found = wiring.batches().page(tenant, asked.after, asked.limit + 1)
    shown = found[: asked.limit]
    after = cursor(shown[-1].id) if len(found) > asked.limit else None
    return {"batches": [batch_brief(one, base_url=base_url) for one in shown], "next": after}


def read(tenant: str, batch_id: str, base_url: str) -> tuple[View, Headers]:
    """Raises BatchUnknown."""
    batch = _own(tenant, batch_id)
    return _counted(batch, base_url), _again(batch)


def items(tenant: str, batch_id: str, parameters: list[tuple[str, str]], base_url: str) -> View:
    """Raises BatchUnknown, QueryInvalid."""
    batch = _own(tenant, batch_id)
    asked = parse_item_list(parameters)
    return batches.items(
        batch, asked, batches=wiring.batches(), jobs=wiring.jobs(), base_url=base_url, now=wiring.clock()
    )


def manifest(tenant: str, batch_id: str) -> View:
    """Raises BatchUnknown, NoResults."""
    return batches.manifest(_own(tenant, batch_id), outbox=wiring.outbox(), now=wiring.clock())


def cancel(tenant: str, batch_id: str, base_url: str) -> tuple[int, View, Headers]:
    """Raises BatchUnknown, Overtaken."""
    own = _own(tenant, batch_id)
    batch = batches.cancel(own, batches=wiring.batches(), queue=wiring.batch_queue(), now=wiring.clock())
    wiring.logger.info("batch.cancelled", batch_id=batch.id, tenant=tenant, status=batch.status)
    return 200 if batch.ended else 202, _counted(batch, base_url), _again(batch)


def retry(tenant: str, batch_id: str, base_url: str) -> tuple[View, Headers]:
    """Raises BatchUnknown, RetryRefused."""
    old = _own(tenant, batch_id)
    batch, replayed = retry_failed(old, batches=wiring.batches(), queue=wiring.batch_queue(), now=wiring.clock())
    wiring.logger.info("batch.retried", batch_id=batch.id, retry_of=old.id, tenant=tenant, replayed=replayed)
    return _counted(batch, base_url), {**_again(batch), **_replayed(replayed)}


def plan(body: bytes) -> View:
    """Raises RequestInvalid, RequestTooLarge."""
    asked = parse_plan(body, check)
    planned = PlanBatch(
        estimator=estimator(),
        modes=modes(),
        catalog=catalog(),
        articles=articles(),
        check=check,
        at_once=int(wiring.setting("BULK_CONCURRENCY")) * int(wiring.setting("BULK_BATCH_SIZE")),
    )
    return planned.plan(asked).model_dump(mode="json")


def _own(tenant: str, batch_id: str) -> Batch:
    return batches.find(batch_id, tenant=tenant, batches=wiring.batches())


def _counted(batch: Batch, base_url: str) -> View:
    return _view(batch, wiring.batches().counts(batch.id), base_url)


def _view(batch: Batch, counts: Counts, base_url: str) -> View:
    link = partial(wiring.outbox().link, expires_s=LINK_EXPIRES_S)
    return batch_view(batch, counts, base_url=base_url, link=link, now=wiring.clock())


def _again(batch: Batch) -> Headers:
    seconds = again_s(batch)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _replayed(replayed: bool) -> Headers:  # noqa: FBT001 - its only word
    return {"Idempotency-Replayed": "true"} if replayed else {}
