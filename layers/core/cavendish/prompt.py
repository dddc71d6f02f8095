"""Which text is a prompt: it has something to be seen, and no NUL, at which some models' servers end it."""

import unicodedata
from typing import Final

#: Letters and symbols that are drawn as nothing: four fillers of Hangul, and an empty cell of Braille.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
#: Kinds of characters of which nothing is seen: controls, formats, separators, and marks without a letter to stand on.
_UNSEEN: Final = ("Cc", "Cf", "Z", "M")


def checked(prompt: str) -> str:
    """The prompt as it came. Raises ValueError."""
    if "\0" in prompt:
        raise ValueError(f"character {prompt.index(chr(0)) + 1} is U+0000, which no prompt may hold; take it out")
    if not any(_seen(one) for one in prompt):
        raise ValueError("there is no visible character in it; say what the picture should show")
    return prompt


def _seen(character: str) -> bool:
    return character not in _BLANK and not unicodedata.category(character).startswith(_UNSEEN)
