"""Pictures are seeded by their prompt, of exact size, and never fail for what the prompt contains."""

import io

import pytest
from PIL import Image, ImageStat

from local.model_server.models import models
from local.model_server.picture import compose, encode
from local.model_server.sizes import pixels, table

SMALL = (512, 512)


def test_the_same_prompt_brings_the_same_picture_and_another_take_another():
    first = compose("a heron", 0, SMALL, "caption").tobytes()

    assert compose("a heron", 0, SMALL, "caption").tobytes() == first
    assert compose("a heron", 1, SMALL, "caption").tobytes() != first


@pytest.mark.parametrize(
    "prompt", ["", "山水之间的一座小亭", "🦊🌲", "w" * 500, "one\ntwo\0three", "نخلة", "Ünïcödé ½"]
)
def test_any_prompt_can_be_set(prompt):
    assert compose(prompt, 0, (256, 1024), "caption").size == (256, 1024)


@pytest.mark.parametrize("ratio", table(models()["gemini-3.1-flash-image"]))
def test_every_ratio_is_a_picture_with_light_and_shade(ratio):
    size = pixels(models()["gemini-3.1-flash-image"], ratio, "512")
    image = compose("a lighthouse at dusk", 0, size, "caption")

    assert image.size == size
    assert ImageStat.Stat(image.convert("L")).stddev[0] > 20


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg"])
def test_the_bytes_are_of_the_type_asked_for(mime):
    image = Image.open(io.BytesIO(encode(compose("a heron", 0, SMALL, "caption"), mime)))

    assert Image.MIME[image.format] == mime


def test_the_title_is_light_on_a_dark_ground_whatever_the_palette():
    for take in range(30):
        ground = compose("", take, SMALL, "caption").crop((60, 470, 480, 485)).convert("L")

        assert ImageStat.Stat(ground).mean[0] < 90
