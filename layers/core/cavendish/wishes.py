"""What a use case and a quality stand for, for callers who would rather not choose a size and a level themselves."""

from typing import Any, Final, Literal

from cavendish.size import DEFAULT, RATIOS, Tier, canonical
from cavendish.thinking import Level

UseCase = Literal["preview", "web_display", "social_media", "print_design", "batch_process", "production", "premium"]
Quality = Literal["fast", "balanced", "premium"]

#: The size for each use: the maps of the articles' `choose_resolution` (row S0.05) and `choose_params` (row S0.21).
USE_CASES: Final[dict[UseCase, Tier]] = {
    "preview": "1K",
    "web_display": "2K",
    "social_media": "2K",
    "print_design": "4K",
    "batch_process": "1K",
    "production": "2K",
    "premium": "4K",
}
#: The thinking for each quality (rows S0.07, S0.21). A wish: a model without levels is asked all the same.
QUALITIES: Final[dict[Quality, Level]] = {"fast": "low", "balanced": "medium", "premium": "high"}


def spelled_out(fields: dict[str, Any]) -> dict[str, Any]:
    """The same request with its size as models know it: by its use case where none was sent, apart from its ratio."""
    use_case, size, ratio = fields.get("use_case"), fields.get("size"), fields.get("aspect_ratio")
    tier = USE_CASES.get(use_case, DEFAULT) if isinstance(use_case, str) else DEFAULT  # type: ignore[call-overload]
    if "size" not in fields:
        return {**fields, "size": tier}
    if not isinstance(size, str):
        return fields
    if size in RATIOS and ratio in (None, size):
        return {**fields, "size": tier, "aspect_ratio": size}
    return {**fields, "size": canonical(size)}
