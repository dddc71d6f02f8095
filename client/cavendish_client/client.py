"""A client of the HTTP API: estimate, submit, read, wait, list, cancel, delete, count. It sends no submit twice."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Self, TypedDict
from urllib.parse import quote

import httpx

from cavendish_client.batches.routes import Batches
from cavendish_client.links import fetch, is_local
from cavendish_client.webhooks.routes import Webhooks

#: A job as the API shows it; the fields are those of the README.
JobView = dict[str, Any]
Status = Literal["queued", "running", "cancelling", "succeeded", "partial", "failed", "cancelled", "expired"]
Lane = Literal["interactive", "bulk"]

#: The most that the API gives at once.
_PAGE = 100

TERMINAL = frozenset({"succeeded", "partial", "failed", "cancelled", "expired"})


class Fault(TypedDict):
    """One thing that is wrong with a request, and where, as a JSON pointer."""

    pointer: str
    detail: str


class Problem(Exception):
    """The API's own word on what was wrong (RFC 9457): `body` is the whole document."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.errors: list[Fault] = body.get("errors", [])
        faults = "".join(f"\n  {fault['pointer'] or '/'}: {fault['detail']}" for fault in self.errors)
        super().__init__(f"{body.get('title', 'The API answered')} ({status}): {body.get('detail', '')}{faults}")
        self.status = status
        #: What programs look at; empty where something before the API answered in words of its own.
        self.code: str = body.get("code", "")
        self.body = body


class Client:
    """Speaks to one deployment with one key."""

    def __init__(self, api: str, key: str, *, timeout_s: float = 30.0) -> None:
        self._api = api.rstrip("/")
        headers = {"authorization": f"Bearer {key}"}
        self._http = httpx.Client(headers=headers, timeout=timeout_s, trust_env=not is_local(api))
        self.batches = Batches(self._ask)
        self.webhooks = Webhooks(self._ask)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def submit(self, prompt: str, **fields: Any) -> JobView:
        """Submit a job. Raises Problem."""
        return self._answer(self._http.post(f"{self._api}/v1/jobs", json={"prompt": prompt, **fields}))

    def estimate(self, prompt: str, **fields: Any) -> dict[str, Any]:
        """What a submit of the same would cost and take. Raises Problem, as the submit would."""
        return self._answer(self._http.post(f"{self._api}/v1/estimate", json={"prompt": prompt, **fields}))

    def recommend(self, **asked: str) -> dict[str, Any]:
        """What to ask for, by `use_case`, `needs` (with commas between), `critical` and `size`. Raises Problem."""
        return self._answer(self._http.get(f"{self._api}/v1/recommend", params=asked))

    def get(self, job_id: str) -> JobView:
        """Read a job. Raises Problem."""
        return self._answer(self._http.get(self._job(job_id)))

    def models(self) -> list[dict[str, Any]]:
        """All models, with what each of their routes offers and costs. Raises Problem."""
        models: list[dict[str, Any]] = self._answer(self._http.get(f"{self._api}/v1/models"))["models"]
        return models

    def providers(self) -> dict[str, Any]:
        """How every provider does now. Raises Problem."""
        return self._answer(self._http.get(f"{self._api}/v1/providers"))

    def stats(self, *, by: str = "model", since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """What the calls of the key's tenant came to, by what is named with commas between. Raises Problem."""
        asked = {"by": by, "since": since, "until": until}
        sent = {name: value for name, value in asked.items() if value is not None}
        return self._answer(self._http.get(f"{self._api}/v1/stats", params=sent))

    def jobs(
        self, *, status: Status | None = None, tag: str | None = None, lane: Lane | None = None
    ) -> Iterator[JobView]:
        """All jobs of the key's tenant, newest first, without what only a reading shows. Raises Problem.

        A page is asked for when the one before is used up. Jobs that are submitted meanwhile are not among them.
        """
        asked = {"status": status, "tag": tag, "lane": lane, "limit": str(_PAGE), "after": None}
        while True:
            sent = {name: value for name, value in asked.items() if value is not None}
            page = self._answer(self._http.get(f"{self._api}/v1/jobs", params=sent))
            yield from page["jobs"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def cancel(self, job_id: str) -> JobView:
        """Cancel a job. Raises Problem."""
        return self._answer(self._http.post(f"{self._job(job_id)}/cancel"))

    def delete(self, job_id: str) -> None:
        """Delete a job that has ended, with its pictures. Raises Problem, also where it was deleted before."""
        answer = self._http.delete(self._job(job_id))
        if not answer.is_success:
            raise _problem(answer)

    def wait(self, job_id: str, *, every_s: float = 1.0, seen: Callable[[JobView], None] | None = None) -> JobView:
        """Read a job until it ends; `seen` gets each reading."""
        while True:
            job = self.get(job_id)
            if seen:
                seen(job)
            if job["status"] in TERMINAL:
                return job
            time.sleep(every_s)

    def save(self, job: JobView, folder: Path) -> list[Path]:
        """Download the pictures of a job; gives their paths."""
        return [self._save(image, folder / f"{job['id']}-{image['index']}") for image in job["images"]]

    def _save(self, image: dict[str, Any], stem: Path) -> Path:
        path = stem.with_name(f"{stem.name}.{image['mime'].removeprefix('image/').replace('jpeg', 'jpg')}")
        return fetch(image["url"], path)

    def _job(self, job_id: str) -> str:
        """Whatever the id is, it stays one segment of the path: what is sent is never another request."""
        return f"{self._api}/v1/jobs/{quote(job_id, safe='')}"

    def _ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """The JSON of an answer, empty where there is none to give."""
        answer = self._http.request(method, f"{self._api}{path}", **sent)
        return {} if answer.status_code == 204 else self._answer(answer)

    def _answer(self, answer: httpx.Response) -> dict[str, Any]:
        if not (answer.is_success and _is_json(answer)):
            raise _problem(answer)
        body: dict[str, Any] = answer.json()
        return body


def _problem(answer: httpx.Response) -> Problem:
    return Problem(answer.status_code, answer.json() if _is_json(answer) else {"detail": answer.text[:200]})


def _is_json(answer: httpx.Response) -> bool:
    return "json" in answer.headers.get("content-type", "")
