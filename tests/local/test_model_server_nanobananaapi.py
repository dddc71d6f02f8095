"""nanobananaapi.dev: a code in every answer, a link or a list of links, and credits."""

import httpx
import pytest

PATH, MODEL = "/v1/images/generate", "gemini-3.1-flash-image-preview"


def ask(server, prompt="a heron", model=MODEL, **more):
    return server.post(PATH, {"model": model, "prompt": prompt, **more}, timeout_s=30)


def links(answer):
    url = answer.json()["data"]["url"]
    return url if isinstance(url, list) else [url]


@pytest.mark.parametrize(
    ("suffix", "shape", "cost"),
    [("-512", (688, 384), 4), ("", (1376, 768), 4), ("-2k", (2752, 1536), 6), ("-4k", (5504, 3072), 8)],
)
def test_the_size_is_in_the_name_of_the_model(server, measured, suffix, shape, cost):
    answer = ask(server, f"sized {suffix}", MODEL + suffix, image_size="16:9")

    assert (answer.json()["code"], answer.json()["message"]) == (0, "")
    assert [measured(httpx.get(link).content) for link in links(answer)] == [shape]
    (call,) = server.calls(f"sized {suffix}")
    assert (call["billed_credits"], call["dialect"], call["ratio"]) == (cost, "nanobananaapi", "16:9")


@pytest.mark.parametrize(("model", "usd"), [("gemini-2.5-flash-image", 0.02), ("gemini-2.5-flash-image-hd", 0.05)])
def test_the_old_model_is_1k_even_in_hd_and_takes_three_references(server, measured, model, usd):
    link = "https://example.com/a.png"
    answer = ask(server, f"old {model}", model, ref_images=[link] * 3)

    assert [measured(httpx.get(each).content) for each in links(answer)] == [(1024, 1024)]
    assert server.calls(f"old {model}")[0]["billed_usd"] == usd
    assert ask(server, "old", model, ref_images=[link] * 4).json()["code"] == 400
    assert ask(server, "old", model, image_size="21:9").json()["code"] == 400


def test_one_link_is_a_string_or_a_list(own_server):
    kinds = {type(ask(own_server, "a heron", f"{MODEL}-512").json()["data"]["url"]) for _ in range(2)}

    assert kinds == {str, list}


def test_a_script_decides_which(server, measured):
    server.script("decided", "as-url", "as-url-list", "as-data-url")

    text, listed, inline = (ask(server, "decided").json()["data"]["url"] for _ in range(3))
    assert text.startswith("http")
    assert len(listed) == 1
    assert measured(inline) == (1024, 1024)


def test_several_pictures_are_several_links_and_credits(server):
    answer = ask(server, "nine", f"{MODEL}-512", num=9)

    assert len(set(links(answer))) >= 4
    assert len(links(answer)) == 9
    assert server.calls("nine")[0]["billed_credits"] == 36


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("refused", 451),
        ("blocked", 451),
        ("no-image", 500),
        ("text-only", 500),
        ("finish=IMAGE_OTHER", 500),
        ("429", 429),
        ("429 limit-0", 402),
        ("billing", 402),
        ("bad-key", 401),
        ("404", 404),
        ("503", 503),
        ("hang after=1s", 504),
    ],
)
def test_a_failure_is_a_code_in_a_200(server, kind, code):
    prompt = f"banana {kind}"
    server.script(prompt, kind)

    answer = ask(server, prompt)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, code, None)
    assert answer.json()["message"]
    if "hang" not in kind:
        assert server.calls(prompt)[0]["billed_credits"] == 0


def test_a_fault_of_the_gateway_is_no_json(server):
    server.script("behind a proxy", "502", "garbled")

    answers = [ask(server, "behind a proxy") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [502, 200]
    assert all(answer.headers["Content-Type"] == "text/html" for answer in answers)


def test_a_success_may_have_no_data(server):
    server.script("empty banana", "list-null")

    assert ask(server, "empty banana").json() == {"code": 0, "message": "", "data": None}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"num": 10}, 400),
        ({"image_size": "2K"}, 400),
        ({"image_size": "7:5"}, 400),
        ({"prompt": ""}, 400),
        ({"service_tier": "fast"}, 400),
        ({"ref_images": ["https://example.com/a.png"] * 11}, 400),
        ({"ref_images": ["data:image/png;base64,AAAA"]}, 400),
        ({"model": "gemini-3.1-flash-image-preview-8k"}, 404),
        ({"model": "gemini-3.1-flash-lite-image-4k"}, 404),
    ],
)
def test_what_it_does_not_take_is_refused(server, more, code):
    answer = ask(server, **more)

    assert (answer.status_code, answer.json()["code"]) == (200, code)


@pytest.mark.parametrize("key", ["", "bad"])
def test_without_a_good_key_nobody_is_served(server, key):
    answer = server.post(PATH, {"model": MODEL, "prompt": "x"}, key=key)

    assert (answer.status_code, answer.json()["code"]) == (200, 401)
