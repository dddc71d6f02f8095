"""The Interactions API: an answer in steps, whole or as events. Source: model-apis.md section 1.8."""

import json
import time
from dataclasses import replace
from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming, Made, Reply, as_json, bent
from local.model_server.fate import Fate
from local.model_server.fault import Fault
from local.model_server.google import faults, interactions_request
from local.model_server.google.answer import EXCUSE, PLAN, WITHOUT_CONTENT, signature
from local.model_server.google.dialects import check_key
from local.model_server.google.usage import Count, counted

STATUSES = {
    *("in_progress", "requires_action", "completed", "failed", "cancelled", "incomplete", "budget_exceeded", "queued"),
    "requires_continuation",
}
UNSEEN_WORDS = 291
Block = dict[str, Any]


def _write(made: Made) -> Reply:
    count = _count(made)
    whole, usd = _interaction(made, count), count.usd(made.ask)
    if not made.ask.said["stream"]:
        return replace(as_json(whole), usd=usd)
    written = "".join(f"event: {event['event_type']}\ndata: {json.dumps(event)}\n\n" for event in _events(whole))
    return Reply(body=written.encode(), content_type="text/event-stream", usd=usd)


def _count(made: Made) -> Count:
    """As it was measured: words beside the picture that are nowhere to be seen."""
    return counted(made, len(EXCUSE) // 4 if made.fate.kind == "text-only" else UNSEEN_WORDS if made.shots else 0)


def _interaction(made: Made, count: Count) -> dict[str, Any]:
    ask, fate = made.ask, made.fate
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    status, error = _status(fate)
    whole: dict[str, Any] = {"id": f"v1_{made.identity}", "object": "interaction", "status": status, "role": "model"}
    whole |= {"model": fate.version or ask.model.id, "created": moment, "updated": moment, "steps": _steps(made)}
    if error:
        whole["errors"] = [error]
    return whole if fate.usage == "none" else whole | {"usage": bent(_usage(count), fate.usage)}


def _status(fate: Fate) -> tuple[str, dict[str, str] | None]:
    """No source says how a refusal looks here: it fails, and the reason is among its errors."""
    if fate.kind == "finish" and fate.reason in STATUSES:
        return str(fate.reason), None
    if fate.kind in ("blocked", "block"):
        return "failed", {"code": fate.reason or "PROHIBITED_CONTENT", "message": "The input was blocked."}
    if fate.kind in WITHOUT_CONTENT:
        code, message = WITHOUT_CONTENT[fate.kind]
        return "incomplete" if fate.kind == "no-image" else "failed", {"code": fate.reason or code, "message": message}
    return fate.reason or "completed", None


def _steps(made: Made) -> list[Block] | None:
    ask, kind = made.ask, made.fate.kind
    if kind == "list-null":
        return None
    if kind in ("blocked", "block"):
        return []
    summary: list[Block] = [{"type": "text", "text": PLAN}] if ask.thoughts_too else []
    thought: Block = {"type": "thought", "signature": signature(ask.prompt), "summary": summary}
    pictures = [_picture(made, nth) for nth in range(len(made.shots))]
    hidden = pictures if kind == "thought-only" else pictures[:-1] if kind == "drafts" else []
    thought["summary"] = [*summary, *hidden]
    content = [{"type": "text", "text": EXCUSE}] if kind == "text-only" else pictures[len(hidden) :]
    steps = [thought] if ask.model.thinks or hidden else []
    return [*steps, {"type": "model_output", "content": content}] if content else steps


def _picture(made: Made, nth: int) -> Block:
    shot = made.shots[nth]
    block: Block = {"type": "image", "mime_type": shot.mime}
    linked = made.ask.said["uri"] or made.fate.shape in ("url", "link")
    return block | ({"uri": made.link(shot)} if linked else {"data": made.encoded(shot)})


def _usage(count: Count) -> dict[str, Any]:
    given = [{"modality": "text", "tokens": count.words}]
    if count.pictures:
        given.append({"modality": "image", "tokens": count.pictures})
    return {
        "total_input_tokens": count.given,
        "input_tokens_by_modality": given,
        "total_cached_tokens": 0,
        "total_output_tokens": count.image + count.text,  # more than the sum of the modalities
        "output_tokens_by_modality": [{"modality": "image", "tokens": count.image}] if count.image else [],
        "total_thought_tokens": count.thoughts,
        "total_tool_use_tokens": 0,
        "total_tokens": count.total,
    }


def _events(whole: dict[str, Any]) -> list[Block]:
    brief = {key: value for key, value in whole.items() if key not in ("steps", "usage", "errors")}
    events: list[Block] = [{"event_type": "interaction.created", "interaction": brief | {"status": "in_progress"}}]
    for index, step in enumerate(whole["steps"] or []):
        events.append({"event_type": "step.start", "index": index, "step": {"type": step["type"]}})
        blocks = [{"type": "thought_summary", "content": block} for block in step.get("summary", [])]
        if "signature" in step:
            blocks.append({"type": "thought_signature", "signature": step["signature"]})
        deltas = [*blocks, *step.get("content", [])]
        events += [{"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"event_type": "step.stop", "index": index})
    events += [{"event_type": "error", "error": error} for error in whole.get("errors", [])]
    done = brief | ({"usage": whole["usage"]} if "usage" in whole else {})
    return [*events, {"event_type": "interaction.completed", "interaction": done}]


def _fail(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    return faults.scripted(fate, ask.model.id, incoming.param("version"))


INTERACTIONS = Dialect(
    name="gemini-interactions",
    check_key=check_key,
    unreadable=faults.unreadable,
    read=interactions_request.read,
    write=_write,
    fail=_fail,
)
