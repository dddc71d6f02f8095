"""What a route cannot express costs nothing: it is a 422, or the plan goes another way and says why."""

from typing import Any, NamedTuple

import pytest

from cavendish.catalog.file import catalog
from cavendish.contract.misfits import misfits
from cavendish.health.doors import Doors
from cavendish.ladder.build import build
from tests.builders import NOW, a_request

NEW, PRO, FLASH, OLD = (
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
    "gemini-3.1-flash-image",
    "gemini-2.5-flash-image",
)
CATALOG = catalog()


class Refused(NamedTuple):
    fields: dict[str, Any]
    #: Where the faults are.
    pointers: set[str]


REFUSED = {
    "a ratio where a chat has no place for it": Refused(
        {"route": "apiyi-chat", "model": FLASH, "aspect_ratio": "16:9"}, {"/aspect_ratio"}
    ),
    "thinking where a chat has no place for it": Refused(
        {"route": "openrouter-chat", "model": NEW, "thinking": "high"}, {"/thinking"}
    ),
    "thinking at OpenRouter": Refused({"route": "openrouter", "model": NEW, "thinking": "high"}, {"/thinking"}),
    "thinking at a task": Refused({"route": "openoctopus", "model": NEW, "thinking": "high"}, {"/thinking"}),
    "thinking at a gateway": Refused({"route": "openai-compatible", "model": NEW, "thinking": "low"}, {"/thinking"}),
    "thinking in credits": Refused({"route": "nanobananaapi", "model": FLASH, "thinking": "high"}, {"/thinking"}),
    "thinking of a model without levels": Refused({"route": "gemini", "model": PRO, "thinking": "high"}, {"/thinking"}),
    "a size that OpenRouter does not name": Refused({"route": "openrouter", "model": FLASH, "size": "512"}, {"/size"}),
    "4K of GPT": Refused({"route": "openai", "model": "gpt-image-2", "size": "4K"}, {"/size"}),
    "a ratio of GPT": Refused(
        {"route": "openai", "model": "gpt-image-1.5", "size": "1K", "aspect_ratio": "16:9"}, {"/aspect_ratio"}
    ),
    "a size and a ratio": Refused(
        {"route": "apiyi-chat", "model": PRO, "size": "512", "aspect_ratio": "16:9"}, {"/size", "/aspect_ratio"}
    ),
    "2K of the old one": Refused({"route": "vertex", "model": OLD, "size": "2K"}, {"/size"}),
    "a ratio that the old one lost on the way": Refused(
        {"route": "nanobananaapi", "model": OLD, "size": "1K", "aspect_ratio": "21:9"}, {"/aspect_ratio"}
    ),
    "a model that is elsewhere": Refused({"route": "openai", "model": PRO}, {"/route"}),
    "a route without the policy's models": Refused({"route": "openai", "policy": "s0-speed"}, {"/route"}),
    "a route that is none": Refused({"route": "midjourney", "model": PRO}, {"/route"}),
}
WAYS = {
    "thinking that only one way has": ({"model": PRO, "route": "apiyi", "thinking": "high"}, "apiyi"),
    "a ratio that the chat lacks": ({"model": FLASH, "aspect_ratio": "16:9"}, "apiyi-gemini"),
    "a square, which the chat has too": ({"model": FLASH, "route": "apiyi-chat"}, "apiyi-chat"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_route_cannot_say_is_refused_before_anything_is_called(name: str) -> None:
    fields, pointers = REFUSED[name]

    assert {fault.pointer for fault in misfits(a_request(**fields), CATALOG)} == pointers


@pytest.mark.parametrize("name", WAYS)
def test_the_first_way_that_can_say_it_is_taken(name: str) -> None:
    fields, route = WAYS[name]
    request = a_request(**fields)
    doors = Doors(frozenset({"apiyi-chat", "apiyi-gemini", "apiyi"}))
    plan = build(request, CATALOG, deadline_at=NOW + 60, doors=doors)

    assert misfits(request, CATALOG) == []
    assert plan.first.route == route


@pytest.mark.parametrize(
    ("fields", "keyed", "skipped"),
    [
        ({"model": FLASH, "aspect_ratio": "16:9"}, "apiyi-chat", "no key is set for gemini, vertex"),
        ({"thinking": "high"}, "gemini", "it has no levels of thinking to choose"),
        ({"route": "apiyi-chat"}, "apiyi-chat", "it is not on the route apiyi-chat"),
        ({"aspect_ratio": "1:8", "model": FLASH}, "gemini", "it does not make 2K at 1:8"),
    ],
)
def test_a_model_that_is_passed_over_is_named_with_the_reason(fields: Any, keyed: str, skipped: str) -> None:
    plan = build(a_request(**fields), CATALOG, deadline_at=NOW + 60, doors=Doors(frozenset({keyed})))

    assert any(one.reason.startswith(skipped) for one in plan.skipped), plan.skipped
