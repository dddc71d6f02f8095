"""A client of the HTTP API: submit, read, wait. It never sends a submit twice."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

#: A job as the API shows it; the fields are those of the README.
JobView = dict[str, Any]

TERMINAL = frozenset({"succeeded", "partial", "failed", "cancelled", "expired"})


class Problem(Exception):
    """The API's own word on what was wrong (RFC 9457)."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        faults = "".join(f"\n  {fault['pointer'] or '/'}: {fault['detail']}" for fault in body.get("errors", []))
        super().__init__(f"{body.get('title', 'The API answered')} ({status}): {body.get('detail', '')}{faults}")
        self.status = status
        self.body = body


class Client:
    """Speaks to one deployment with one key."""

    def __init__(self, api: str, key: str, *, timeout_s: float = 30.0) -> None:
        self._api = api.rstrip("/")
        headers = {"authorization": f"Bearer {key}"}
        self._http = httpx.Client(headers=headers, timeout=timeout_s, trust_env=not _is_local(api))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def submit(self, prompt: str, **fields: Any) -> JobView:
        """Submit a job. Raises Problem."""
        return self._answer(self._http.post(f"{self._api}/v1/jobs", json={"prompt": prompt, **fields}))

    def get(self, job_id: str) -> JobView:
        """Read a job. Raises Problem."""
        return self._answer(self._http.get(f"{self._api}/v1/jobs/{job_id}"))

    def cancel(self, job_id: str) -> JobView:
        """Cancel a job. Raises Problem."""
        return self._answer(self._http.post(f"{self._api}/v1/jobs/{job_id}/cancel"))

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
        path.parent.mkdir(parents=True, exist_ok=True)
        url = image["url"]
        # A link is its own right: the caller's key has no business at the bucket.
        with httpx.stream("GET", url, timeout=60, trust_env=not _is_local(url)) as answer, path.open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
        return path

    def _answer(self, answer: httpx.Response) -> JobView:
        is_json = "json" in answer.headers.get("content-type", "")
        if answer.is_success and is_json:
            body: JobView = answer.json()
            return body
        raise Problem(answer.status_code, answer.json() if is_json else {"detail": answer.text[:200]})


def _is_local(url: str) -> bool:
    """Whether it is this machine, to which no proxy of the environment leads."""
    return httpx.URL(url).host in ("127.0.0.1", "localhost")
