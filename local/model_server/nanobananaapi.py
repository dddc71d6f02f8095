"""nanobananaapi.dev: one envelope for all, with a code in it; errors come with status 200.

Source: model-apis.md section 5.8, and article S3 for the old model.
Which codes it has is not known: they are HTTP's here. Whether a failure costs credits is not known either: it does
not here. `url` is a string or a list, and nobody knows when: for one picture they take turns.
"""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming, Made, Reply, as_json, data_url
from local.model_server.fate import WITHOUT_PICTURE, Fate
from local.model_server.fault import Fault
from local.model_server.models import Model, sold_by_gateways
from local.model_server.references import shape_of
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, table
from local.model_server.studio import Shot

SUFFIXES = {"-512": "512", "-2k": "2K", "-4k": "4K"}
HD, HD_CREDITS = "gemini-2.5-flash-image-hd", {"1K": 5}  # 1K all the same
MOST, MOST_REFERENCES, MOST_REFERENCES_OF_OLD = 9, 10, 3
USD_PER_CREDIT = 0.01  # article S3: two credits are two cents
SENTENCES = {
    "400": (400, "invalid parameters"),
    "403": (403, "forbidden"),
    "404": (404, "model not found"),
    "bad-key": (401, "invalid api key"),
    "billing": (402, "insufficient credits"),
    "429": (429, "too many requests, please try again later"),
    "429-per-day": (429, "daily limit exceeded"),
    "429-limit-0": (402, "insufficient credits"),
    "500": (500, "internal error"),
    "503": (503, "service busy"),
    "504": (504, "generation timed out"),
    "hang": (504, "generation timed out"),
    "refused": (451, "image generation failed: content violates the policy (IMAGE_SAFETY)"),
    "blocked": (451, "prompt violates the policy (PROHIBITED_CONTENT)"),
    "block": (451, "prompt violates the policy"),
    "no-image": (500, "image generation failed: no image returned"),
    "text-only": (500, "image generation failed: the model answered with text"),
    "finish": (500, "image generation failed"),
}


def refuse(code: int, message: str) -> Fault:
    return Fault(200, {"code": code, "message": message, "data": None})


def _check_key(incoming: Incoming) -> None:
    if not incoming.bearer or incoming.bearer == "bad":
        raise refuse(401, "invalid api key")


def _read(incoming: Incoming) -> Ask:
    body = incoming.fields
    name = str(body.get("model") or "")
    model, size = _model(name.removesuffix("-hd") if name == HD else name)
    credits_ = HD_CREDITS if name == HD else model.credits
    prompt, n = body.get("prompt"), body.get("num", 1)
    if not isinstance(prompt, str) or not prompt:
        raise refuse(400, "prompt is required")
    if not isinstance(n, int) or not 1 <= n <= MOST:
        raise refuse(400, f"num must be between 1 and {MOST}")
    if body.get("service_tier", "default") not in ("default", "priority"):
        raise refuse(400, "service_tier must be default or priority")
    shapes = _references(body.get("ref_images") or [], MOST_REFERENCES if model.sized else MOST_REFERENCES_OF_OLD)
    ratio = body.get("image_size") or (nearest_ratio(model, shapes[-1]) if shapes else "1:1")
    ratios = [each for each in table(model) if model.sized or each != "21:9"]
    if ratio not in ratios:
        raise refuse(400, f"image_size must be one of {', '.join(ratios)}")
    return Ask(
        model=model,
        prompt=prompt,
        size=size,
        ratio=ratio,
        n=n,
        references=len(shapes),
        usd={tier: cost * USD_PER_CREDIT for tier, cost in credits_.items()},
        credits=credits_,
    )


def _references(links: Any, most: int) -> list[Pixels]:
    if not isinstance(links, list) or len(links) > most:
        raise refuse(400, f"ref_images must be a list of at most {most}")
    try:
        return [shape_of(str(link)) for link in links]
    except (ValueError, OSError):
        raise refuse(400, "ref_images: an image cannot be read") from None


def _model(name: str) -> tuple[Model, str]:
    """The resolution is a suffix of the name; none is 1K."""
    suffix = next((each for each in SUFFIXES if name.endswith(each)), "")
    model, size = sold_by_gateways().get(name.removesuffix(suffix)), SUFFIXES.get(suffix, "1K")
    if model is None or size not in SCALE or size not in model.tokens:
        raise refuse(404, f"model not found: {name}")
    return model, size


def _write(made: Made) -> Reply:
    links = [_address(made, shot) for shot in made.shots]
    listed = made.fate.shape == "url-list" or len(links) > 1 or (made.fate.shape is None and made.n % 2 == 1)
    data: Any = None if made.fate.kind == "list-null" else {"url": links if listed else "".join(links)}
    return as_json({"code": 0, "message": "", "data": data})


def _address(made: Made, shot: Shot) -> str:
    return data_url(shot) if made.fate.shape == "data-url" else made.link(shot)


def _fail(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    code, message = SENTENCES[fate.kind]
    return refuse(code, f"{message}: {fate.reason}" if fate.reason else message)


NANOBANANAAPI = Dialect(
    name="nanobananaapi",
    check_key=_check_key,
    unreadable=lambda: refuse(400, "invalid json"),
    read=_read,
    write=_write,
    fail=_fail,
    refusals=WITHOUT_PICTURE - {"list-null"},
)
