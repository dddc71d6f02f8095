"""What is a prompt: text of which something can be seen, and that no server ends too early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.prompt import checked

UNSEEN = [
    " ",
    "\t\r\n",
    "\x01",
    "\x7f",
    "\u00a0",
    "\u2028",
    "\u200b",
    "\u200e\u200f",
    "\u202e",
    "\ufeff",
    "\u3000",
    "\u2060",
]
MORE_UNSEEN = ["\u00ad", "\ufe0f", "\u0301", "\U000e0041", "\u3164", "\u2800", "\u115f\u1160", "\uffa0"]


@pytest.mark.parametrize("prompt", [*UNSEEN, *MORE_UNSEEN, "".join([*UNSEEN, *MORE_UNSEEN])], ids=ascii)
def test_a_prompt_of_which_nothing_can_be_seen_is_none(prompt: str) -> None:
    with pytest.raises(ValueError, match="no visible character in it; say what the picture should show"):
        checked(prompt)


@pytest.mark.parametrize("prompt", ["\0", "a heron\0", "a\0heron\0"])
def test_a_prompt_with_nul_is_none_and_is_told_where(prompt: str) -> None:
    place = prompt.index("\0") + 1

    with pytest.raises(ValueError, match=rf"^character {place} is U\+0000, .*; take it out$"):
        checked(prompt)


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.sampled_from(".7aß鷺א\U0001f426€\ue000"),
)
def test_around_one_visible_character_everything_else_is_kept(rest: str, visible: str) -> None:
    for prompt in (rest + visible, visible + rest):
        assert checked(prompt) == prompt


def test_marks_that_turn_the_direction_are_kept_in_a_prompt() -> None:
    assert checked("\u200f\u202ea heron\u202c") == "\u200f\u202ea heron\u202c"
