"""Batches of generateContent: pending for a while, then running, then ended; what they cost is billed as they run."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from local.model_server.google.batch_lines import Answered, Asked, answer
from local.model_server.google.batch_script import End, Ends
from local.model_server.google.faults import refuse
from local.model_server.google.files import File, Files, moment

MOST = 500
AT_ONCE = 4  # lines of one batch
PENDING_SHARE = 0.25  # of the time until its end
TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
PENDING, RUNNING, SUCCEEDED = "BATCH_STATE_PENDING", "BATCH_STATE_RUNNING", "BATCH_STATE_SUCCEEDED"
FAILED, CANCELLED, EXPIRED = "BATCH_STATE_FAILED", "BATCH_STATE_CANCELLED", "BATCH_STATE_EXPIRED"
PARTIAL = "JOB_STATE_PARTIALLY_SUCCEEDED"  # the SDK knows it under this name alone
INTERNAL = {"code": 13, "message": "An internal error has occurred."}
CANCELLED_ERROR = {"code": 1, "message": "The operation was cancelled."}
INVALID = {"code": 3, "message": "The input file is not valid JSONL."}


@dataclass(slots=True, kw_only=True)
class Batch:
    name: str
    model: str
    title: str
    asked: Sequence[Asked] | None  # None: the input cannot be read
    input_file: str | None
    end: End
    state: str = PENDING
    created: float = field(default_factory=time.time)
    ended: float | None = None
    results: File | None = None
    lines: list[Answered] = field(default_factory=list)
    work: "asyncio.Task[None] | None" = None  # kept, or it would be collected while it runs

    async def run(self, request: web.Request, files: Files, time_scale: float) -> None:
        wait = self.end.after_s * time_scale
        await asyncio.sleep(wait * PENDING_SHARE)
        self.state = RUNNING
        due = time.monotonic() + wait * (1 - PENDING_SHARE)
        if self.asked is None or self.end.has("fail"):
            state = FAILED
        elif self.end.has("expire"):
            state = EXPIRED
        else:
            self.lines = await self._answers(request, self.asked)
            state = PARTIAL if self.end.has("partial") else SUCCEEDED
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if state in (SUCCEEDED, PARTIAL):
            self._write(files)
        self._close(state)

    async def _answers(self, request: web.Request, asked: Sequence[Asked]) -> list[Answered]:
        error, turn = "status" if self.end.has("as-status") else "error", asyncio.Semaphore(AT_ONCE)

        async def one(each: Asked) -> Answered:
            async with turn:
                return await answer(request, each, error)

        return await asyncio.gather(*map(one, asked))

    def cancel(self) -> None:
        if self.ended is None and self.work:
            self.work.cancel()
            self._close(CANCELLED)

    def described(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {"@type": TYPE, "name": self.name, "model": f"models/{self.model}"}
        metadata |= {"displayName": self.title, "state": self.state, "batchStats": self._stats()}
        metadata |= {"createTime": moment(self.created), "updateTime": moment(self.ended or self.created)}
        metadata |= {"inputConfig": {"fileName": self.input_file}} if self.input_file else {}
        shown: dict[str, Any] = {"name": self.name, "metadata": metadata}
        if self.ended is None:
            return shown
        metadata["endTime"] = moment(self.ended)
        if self.state in (SUCCEEDED, PARTIAL):
            metadata["output"] = self._output()
            return shown | {"done": True, "response": {"@type": f"{TYPE}Output", **self._output()}}
        error = INVALID if self.asked is None else CANCELLED_ERROR if self.state == CANCELLED else INTERNAL
        return shown | {"done": True, "error": error}

    def _close(self, state: str) -> None:
        self.state, self.ended = state, time.time()

    def _output(self) -> dict[str, Any]:
        if self.results:
            return {"responsesFile": self.results.name}
        rows = [{**json.loads(line.text), "metadata": {"key": line.key}} for line in self._told() if line.text]
        return {"inlinedResponses": {"inlinedResponses": rows}}

    def _write(self, files: Files) -> None:
        """Inline requests are answered inline: there is no file."""
        if not self.input_file:
            return
        told = self._told()
        self.results = files.generated(self.title)
        for line in told:
            self.results.write(line.text + b"\n" if line.text else b"")
        pictures = sum(line.pictures for line in told)
        self.results.unreadable = self.end.has("unreadable") and pictures > self.end.most
        self.lines = []

    def _told(self) -> list[Answered]:
        told, end = list(self.lines), self.end
        told = told[: (len(told) + 1) // 2] if end.has("partial") else told
        told = told[1:] if end.has("missing") else told
        told += told[-1:] if end.has("duplicate") else []
        return told[::-1] if end.has("shuffled") else told

    def _stats(self) -> dict[str, str]:
        asked = len(self.asked or ())
        done = asked if self.state in (SUCCEEDED, PARTIAL) else 0
        return {"requestCount": str(asked), "pendingRequestCount": str(asked - done)}


@dataclass(slots=True)
class Batches:
    ends: Ends = field(default_factory=Ends)
    _kept: "OrderedDict[str, Batch]" = field(default_factory=OrderedDict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def begin(self, *, model: str, title: str, asked: Sequence[Asked] | None, input_file: str | None) -> Batch:
        name = "batches/" + hashlib.sha256(f"batch {next(self._numbers)}".encode()).hexdigest()[:24]
        end = self.ends.take(title)
        batch = Batch(name=name, model=model, title=title, asked=asked, input_file=input_file, end=end)
        self._kept[name] = batch
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return batch

    def get(self, name: str) -> Batch:
        """Raises Fault."""
        if name not in self._kept:
            raise refuse(404, "Requested entity was not found.")
        return self._kept[name]

    def delete(self, name: str) -> None:
        self.get(name).cancel()
        del self._kept[name]

    def all(self) -> list[Batch]:
        """The newest first."""
        return list(reversed(self._kept.values()))
