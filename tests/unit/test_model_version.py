"""Which model an answer is from: only what contradicts the one that was asked is held against it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cavendish.answer.model_version import other_model
from cavendish.catalog.file import catalog
from tests.builders import FLASH, PRO

NANO, GPT = "gemini-nano-banana-2.1", "gpt-image-2"
MODELS = list(catalog().models.values())
NAMES = sorted((model.id, name) for model in MODELS for name in model.names)
PATHS = ("", "models/", "publishers/google/models/", "projects/p/locations/global/publishers/google/models/", "google/")
RELEASES = ("", "-001", "@001", "-preview", "-preview-06-17", "-2026-04-21", "-20260421", "-latest", "-exp", "-4k")
#: Names that nobody has given yet.
NEW = ("a-model-of-next-year", "gemini-9-pro-image", "gemini-nano-banana-9", "gpt-image-9", "nano-banana-9", "imagen")


@pytest.mark.parametrize(
    ("asked", "version", "other"),
    [
        (PRO, "gemini-2.5-flash-image", "gemini-2.5-flash-image"),
        (PRO, "gemini-2.5-flash-image-001", "gemini-2.5-flash-image"),
        (PRO, "Models/Gemini-2.5-Flash-Image-Preview", "gemini-2.5-flash-image"),
        (PRO, "publishers/google/models/gemini-3.1-flash-image@20260528", FLASH),
        (FLASH, "nano-banana-2-lite", "gemini-3.1-flash-lite-image"),
        (PRO, "gemini-2.0-flash-exp", "gemini-2.0-flash-exp"),
        (PRO, "gemini-2.5-flash", "gemini-2.5-flash"),
        (FLASH, "gemini-3-flash-image", "gemini-3-flash-image"),
        (NANO, "nano-banana-2.0-hd", "nano-banana-2.0-hd"),
        (NANO, "gemini-2.0-flash-exp", "gemini-2.0-flash-exp"),
        (GPT, "gpt-image-1", "gpt-image-1"),
        (GPT, "gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
        (GPT, "dall-e-3", "dall-e-3"),
        ("gpt-image-2.5-flare", "gpt-image-2-mini", "gpt-image-2-mini"),
        (PRO, "imagen-4.0-generate-001", "imagen-4.0-generate-001"),
    ],
)
def test_a_known_model_or_an_older_generation_is_another_model(asked: str, version: str, other: str) -> None:
    assert other_model(catalog(), asked, version) == other


@given(st.text(max_size=5000))
@example("x" * 48)
@example("-画像" * 700)
@example("")
def test_however_an_older_generation_is_called_its_name_can_be_stored(more: str) -> None:
    other = other_model(catalog(), PRO, f"gemini-2.0-flash-{more.replace('/', '')}")

    assert other
    assert len(other) <= 64
    assert other.isascii()


def test_an_older_generation_whose_name_is_none_is_another_model_all_the_same() -> None:
    assert other_model(catalog(), PRO, "gemini-2.0-flash-exp " * 200) == "(unreadable)"
    assert other_model(catalog(), PRO, "gemini-2.0-" + "x" * 54) == "(unreadable)"
    assert other_model(catalog(), PRO, "gemini-2.0-" + "x" * 53) == "gemini-2.0-" + "x" * 53


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        (PRO, None),
        (PRO, ""),
        (PRO, " "),
        (PRO, "/"),
        (PRO, "gemini-3.5-pro-image"),
        (PRO, "gemini-3-pro"),
        (PRO, "gemini-3-pro-image-thinking"),
        (FLASH, "gemini-3.1-flash"),
        (NANO, "gemini-3.2-flash-exp"),
        (NANO, "gemini-nano-banana-3"),
        ("gemini-2.5-flash-image", "nano-banana-9"),
        (GPT, "gpt-image-2-mini"),
        (GPT, "gpt-image-2026-01-01"),
        (GPT, "gpt-image-10"),
        (GPT, "gpt-5-mini"),
        (GPT, "chatgpt-image-latest"),
    ],
)
def test_what_is_new_or_of_another_family_proves_nothing(asked: str, version: str | None) -> None:
    assert other_model(catalog(), asked, version) is None


@given(st.sampled_from(NAMES), st.sampled_from(PATHS), st.sampled_from(RELEASES), st.booleans())
def test_a_model_is_itself_under_all_its_names_paths_and_releases(
    named: tuple[str, str], path: str, release: str, capitals: bool
) -> None:
    model, name = named
    version = f"{path}{name}{release}"

    assert other_model(catalog(), model, version.upper() if capitals else version) is None


@given(st.sampled_from(NAMES), st.sampled_from(PATHS), st.sampled_from(RELEASES))
def test_a_models_name_is_held_against_every_other_model(named: tuple[str, str], path: str, release: str) -> None:
    model, name = named
    for one in MODELS:
        expected = None if one.id == model else model
        assert other_model(catalog(), one.id, f"{path}{name}{release}") == expected


@given(st.sampled_from(NEW), st.sampled_from(PATHS))
def test_what_is_newer_than_everything_is_never_held_against_a_model(name: str, path: str) -> None:
    for one in MODELS:
        assert other_model(catalog(), one.id, path + name) is None


@given(st.text(max_size=60))
def test_no_words_at_all_are_held_against_a_model(version: str) -> None:
    assert other_model(catalog(), PRO, version) is None
