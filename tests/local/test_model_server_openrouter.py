"""OpenRouter's Image API."""

import pytest

MODEL = "google/gemini-3.1-flash-image"
PATHS = ["/v1/images", "/api/v1/images", "/api/v1/images/generations"]


def ask(server, prompt="a heron", path="/api/v1/images", **more):
    return server.post(path, {"model": MODEL, "prompt": prompt, **more}, timeout_s=30)


@pytest.mark.parametrize("path", PATHS)
def test_it_is_at_each_address(server, measured, path):
    (entry,) = ask(server, path=path, output_format="webp").json()["data"]

    assert (measured(entry["b64_json"]), entry["media_type"]) == ((1024, 1024), "image/webp")


@pytest.mark.parametrize(
    ("size", "shape", "usd"), [("512", (448, 600), 0.045), ("2K", (1792, 2400), 0.101), ("4K", (3584, 4800), 0.151)]
)
def test_a_picture_has_exactly_the_pixels_and_the_cost_of_its_resolution(server, measured, size, shape, usd):
    answer = ask(server, resolution=size, aspect_ratio="3:4", output_format="jpeg").json()

    assert measured(answer["data"][0]["b64_json"]) == shape
    assert answer["usage"]["cost"] == usd


def test_several_pictures_are_several_costs(server):
    answer = ask(server, "several", n=3).json()

    assert len({entry["b64_json"] for entry in answer["data"]}) == 3
    assert answer["usage"]["cost"] == pytest.approx(0.201)
    assert server.calls("several")[0]["billed_usd"] == pytest.approx(0.201)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"size": "2K"}, "size"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"thinking_level": "low", "grid": "2x2"}, "grid, thinking_level"),
        ({"model": "google/nano-banana", "resolution": "2K"}, "resolution"),
        ({"resolution": "2k"}, "resolution"),
        ({"aspect_ratio": "7:5"}, "aspect_ratio"),
        ({"n": 99}, "n"),
        ({"output_format": "gif"}, "output_format"),
        ({"input_references": ["https://example.com/a.png"]}, "input_references"),
    ],
)
def test_a_parameter_that_is_not_supported_is_refused_by_name(server, more, named):
    answer = ask(server, **more)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)
    assert named in answer.json()["error"]["message"]


def test_references_are_links_or_data_urls(server):
    url = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}

    assert ask(server, input_references=[url]).status_code == 200


@pytest.mark.parametrize("path", ["/v1/images/models", "/api/v1/images/models"])
def test_models_tell_what_they_take(server, path):
    models = {model["id"]: model["supported_parameters"] for model in server.fetch(path).json()["data"]}

    assert models[MODEL]["resolution"]["values"] == ["512", "1K", "2K", "4K"]
    assert "resolution" not in models["google/gemini-2.5-flash-image"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("refused", 403),
        ("blocked", 403),
        ("finish=IMAGE_OTHER", 502),
        ("429", 429),
        ("billing", 402),
        ("bad-key", 401),
        ("503", 503),
        ("hang after=1s", 504),
    ],
)
def test_errors_have_the_status_as_their_code_and_cost_nothing(server, kind, status):
    server.script(f"router {kind}", kind)

    answer = ask(server, f"router {kind}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)
    if "hang" not in kind:
        assert server.calls(f"router {kind}")[0]["billed_usd"] == 0


def test_an_answer_without_a_picture_costs_nothing(server):
    server.script("router no picture", "no-image", "list-null")

    assert ask(server, "router no picture").json()["data"] == []
    assert ask(server, "router no picture").json()["data"] is None
    assert [call["billed_usd"] for call in server.calls("router no picture")] == [0, 0]
