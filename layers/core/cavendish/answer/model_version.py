"""Which model an answer says it is from. That is spelled in many ways, so only a contradiction counts."""

import re
from collections.abc import Iterable
from typing import Final

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model

#: What follows a model's name and changes no model: dates, build numbers, stages, a gateway's sizes. All else may
#: name another model: gpt-image-2-mini is none of gpt-image-2, and nano-banana-9 is no nano-banana.
_RELEASE: Final = re.compile(r"(?:[-@](?:\d{2,8}|v\d+|preview|exp|experimental|latest|stable|default|512|[124]k))*")
#: A model's name looks like this; it is stored and told, and anything else may be words of any length.
_NAME: Final = re.compile(r"[a-z0-9_.:@-]{1,64}", re.ASCII)
#: The number after a family's name: gemini-3.1-..., gpt-image-2. More digits are a date.
_GENERATION: Final = re.compile(r"(?P<family>[a-z]+(?:-[a-z]+)*)-(?P<whole>\d{1,2})(?:\.(?P<part>\d{1,2}))?(?![\d.])")


def other_model(catalog: Catalog, asked: str, version: str | None) -> str | None:
    """The model that answered, if that can only be another one: known to the catalogue, or of an older generation.

    A version that is missing, or new, proves nothing.
    """
    name = _bare(version or "")
    if known := _known(catalog, name):
        return None if known.id == asked else known.id
    wanted = catalog.find(asked)
    if catalog.gone(name) or (wanted and _older(name, wanted, catalog)):
        return name if _NAME.fullmatch(name) else "(unreadable)"
    return None


def _bare(version: str) -> str:
    """Without the path before it (models/, publishers/google/models/, a gateway's name)."""
    return version.strip().lower().rsplit("/", 1)[-1]


def _known(catalog: Catalog, name: str) -> Model | None:
    """The model with the longest name that this one begins with and only adds a release to."""
    names = {one: model for model in catalog.models.values() for one in model.names}
    fitting = [one for one in names if name.startswith(one) and _RELEASE.fullmatch(name, len(one))]
    return names[max(fitting, key=len)] if fitting else None


def _older(name: str, wanted: Model, catalog: Catalog) -> bool:
    """Numbers are only compared under one family name: gemini-3 is not younger than nano-banana-2.1. But what is older
    than a model's predecessor is older than the model."""
    family, generation = _generation(name)
    before = (name for model in catalog.models.values() if model.successor == wanted.id for name in model.names)
    own, theirs = _numbers(wanted.names, family), _numbers(before, family)
    return family != "" and (generation < min(own) if own else bool(theirs) and generation < max(theirs))


def _numbers(names: Iterable[str], family: str) -> list[tuple[int, int]]:
    return [number for one, number in map(_generation, names) if one == family]


def _generation(name: str) -> tuple[str, tuple[int, int]]:
    found = _GENERATION.match(name)
    return (found["family"], (int(found["whole"]), int(found["part"] or 0))) if found else ("", (0, 0))
