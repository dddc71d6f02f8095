"""Where the picture of an answer is: decoded already, or behind a link; and which one, where there are several."""

import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias, TypeVar

from cavendish.answer.answer import Mixed, Picture

Shown: TypeAlias = Picture | str

_S = TypeVar("_S", bound=Shown)

_LINK: Final = re.compile(r"https?://\S+", re.IGNORECASE)
#: A link among words; what ends a sentence or a pair of brackets is no part of it.
_URL: Final = r"(https?://[^\s\"'<>()\[\]`]{0,4000}[^\s\"'<>()\[\]`.,;:!?*])"
_IN_WORDS: Final = re.compile(_URL, re.IGNORECASE)
_IN_MARKDOWN: Final = re.compile(r"!\[[^\]]{0,1000}\]\(\s*" + _URL, re.IGNORECASE)
_TO_PICTURE: Final = re.compile(r"[^?#]*\.(?:png|jpe?g|webp)(?:[?#]|$)", re.IGNORECASE)
#: A model says no more than this after its picture, in characters.
_WORDS_MAX: Final = 20_000
_MARKDOWN: Final = re.compile(r"!\[[^\]]{0,1000}\]\([^)]{0,4000}\)")


def shown(value: Any) -> Shown | None:
    """The picture or the link that a field holds. An empty string is none: gateways fill in the field not used."""
    if isinstance(value, Mixed):
        return value.pictures[-1]
    if isinstance(value, Picture):
        return value if value.bytes or value.fault else None
    link = value.strip() if isinstance(value, str) else ""
    return link if _LINK.fullmatch(link) else None


def shown_in_words(value: Any) -> Shown | None:
    """The picture, or else the link, among words: the last one of those that are the surest."""
    if not isinstance(value, str) or shown(value):
        return shown(value)
    words = value[-_WORDS_MAX:]
    links = _IN_WORDS.findall(words)
    kinds = (_IN_MARKDOWN.findall(words), list(filter(_TO_PICTURE.match, links)), links)
    return next((found[-1] for found in kinds if found), None)


def without_pictures(words: str) -> str:
    """The words alone, without the Markdown of pictures."""
    return _MARKDOWN.sub("", words).strip()


def last(found: Iterable[tuple[_S, bool]]) -> _S | None:
    """The last picture that is no draft, else the last draft: drafts come first, marked or not (model-apis 2.2)."""
    every = list(found)
    final = [one for one, is_draft in every if not is_draft]
    return final[-1] if final else every[-1][0] if every else None
