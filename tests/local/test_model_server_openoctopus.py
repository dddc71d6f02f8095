"""OpenOctopus: a task, its states, and its assets."""

import time

import httpx
import pytest

PATH, PRO = "/v1/images/generations", "openoctopus/nano-banana-pro"


def begin(server, prompt="a heron", model=PRO, **given):
    return server.post(PATH, {"model": model, "prompt": prompt, "input": {"size": "1024x1024", **given}})


def ended(server, begun):
    """Asks until the task is over."""
    for _ in range(400):
        task = server.fetch(f"/v1/tasks/{begun.json()['id']}").json()
        if task["status"] not in ("queued", "processing"):
            return task
        time.sleep(0.05)
    raise AssertionError(task)


def asset(task):
    (one,) = task["output_payload"]["assets"]
    return one


@pytest.mark.parametrize(
    ("size", "shape"), [("1024x1024", (1024, 1024)), ("2K", (2048, 2048)), ("5504x3072", (5504, 3072))]
)
def test_a_task_ends_with_a_picture_of_exactly_these_pixels(server, measured, size, shape):
    begun = begin(server, f"octopus {size}", size=size)
    task = ended(server, begun)

    assert begun.json() == {"id": task["id"], "status": "queued"}
    assert asset(task)["url"] == f"/v1/files/{task['id']}/assets/0"
    assert measured(server.fetch(asset(task)["url"]).content) == shape
    assert (asset(task)["width"], asset(task)["height"]) == shape


def test_it_is_queued_then_processed_and_billed_once(server):
    server.script("slow octopus", "ok after=20s")
    begun = begin(server, "slow octopus")
    seen = []
    while (status := server.fetch(f"/v1/tasks/{begun.json()['id']}").json()["status"]) != "succeeded":
        seen.append(status)
        time.sleep(0.02)

    assert list(dict.fromkeys(seen)) == ["queued", "processing"]
    (call,) = server.calls("slow octopus")
    assert (call["billed_usd"], call["dialect"], call["status"]) == (0.134, "openoctopus", 200)


def test_assets_may_be_anywhere(server, measured):
    server.script("anywhere", "as-data-url", "as-url", "as-url link=https://elsewhere.test/x.png")
    inline, absolute, elsewhere = (asset(ended(server, begin(server, "anywhere")))["url"] for _ in range(3))

    assert measured(inline) == (1024, 1024)
    assert measured(httpx.get(absolute).content) == (1024, 1024)
    assert elsewhere == "https://elsewhere.test/x.png"


def test_an_asset_needs_the_key(server):
    url = asset(ended(server, begin(server)))["url"]

    for key in ("", "bad"):
        answer = server.fetch(url, key=key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert server.fetch(url.replace("assets/0", "assets/1")).status_code == 404


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("refused", "content_policy_violation"),
        ("blocked", "content_policy_violation"),
        ("no-image", "no_image"),
        ("text-only", "no_image"),
        ("finish=IMAGE_OTHER", "generation_failed"),
    ],
)
def test_a_task_may_fail_and_costs_nothing_then(server, kind, code):
    server.script(f"octopus {kind}", kind)

    task = ended(server, begin(server, f"octopus {kind}"))
    assert (task["status"], task["error_code"], task["output_payload"]) == ("failed", code, None)
    assert task["error_message"]
    assert server.calls(f"octopus {kind}")[0]["billed_usd"] == 0


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429 retryDelay=3s", 429, "rate_limit_exceeded"),
        ("billing", 402, "insufficient_credits"),
        ("bad-key", 401, "invalid_api_key"),
        ("503", 503, "provider_unavailable"),
        ("404", 404, "model_not_found"),
    ],
)
def test_some_errors_come_at_once(server, kind, status, code):
    server.script(f"octopus {kind}", kind)

    answer = begin(server, f"octopus {kind}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_task_may_never_end(server):
    server.script("octopus for ever", "hang")
    begun = begin(server, "octopus for ever")

    time.sleep(0.3)
    assert server.fetch(f"/v1/tasks/{begun.json()['id']}").json()["status"] in ("queued", "processing")


def test_success_may_have_no_assets(server):
    server.script("octopus of nothing", "list-null")

    assert ended(server, begin(server, "octopus of nothing"))["output_payload"]["assets"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"prompt": "x", "model": "openoctopus/none"}, 404),
        ({"model": PRO}, 400),
        ({"model": PRO, "prompt": "x", "input": {"size": "big"}}, 400),
        ({"model": PRO, "prompt": "x", "input": 7}, 400),
    ],
)
def test_what_it_does_not_take_is_refused(server, body, status):
    answer = server.post(PATH, body)

    assert (answer.status_code, set(answer.json()["error"])) == (status, {"code", "message"})


def test_a_task_of_nobody_is_not_found(server):
    assert server.fetch("/v1/tasks/00000000-0000-4000-8000-000000000000").status_code == 404
