"""The bill, the weather at run time, and the end of the process."""

import base64
import io
import signal
import time

import httpx
import pytest
from PIL import Image

FLASH, PRO = "gemini-3.1-flash-image", "gemini-3-pro-image"


def test_every_call_is_on_the_bill_at_the_price_of_what_it_delivers(own_server):
    own_server.script("smaller", "size=1K")
    for prompt in ("as asked", "smaller"):
        own_server.generate(prompt, PRO, generationConfig={"imageConfig": {"imageSize": "4K"}})

    assert own_server.get("bill") == {"total_usd": 0.374, "calls": 2}
    smaller = own_server.calls("smaller")[0]
    assert smaller.items() >= {"n": 1, "model": PRO, "size": "4K", "status": 200, "billed_usd": 0.134}.items()


def test_a_caller_that_hangs_up_is_billed_all_the_same(own_server):
    own_server.script("too slow", "ok after=100s")

    with pytest.raises(httpx.ReadTimeout):
        own_server.generate("too slow", timeout_s=0.3)

    assert own_server.get("bill")["total_usd"] == 0.067


def test_what_google_charges_by_the_token_is_counted_beside_the_list_price(own_server):
    usage = own_server.generate("counted", PRO).json()["usageMetadata"]
    own_server.script("free", "503")
    own_server.generate("free", PRO)

    (call,), text = own_server.calls("counted"), usage["candidatesTokenCount"] - 1120 + usage["thoughtsTokenCount"]
    assert call["counted_usd"] == pytest.approx((usage["promptTokenCount"] * 2 + text * 12 + 1120 * 120) / 1e6)
    assert own_server.calls("free")[0]["counted_usd"] is None


def test_who_shows_a_bearer_on_googles_path_pays_a_gateways_price(own_server):
    path = f"/v1beta/models/{PRO}:generateContent"
    own_server.post(path, {"contents": [{"parts": [{"text": "at a gateway"}]}]})

    (call,) = own_server.calls("at a gateway")
    assert (call["billed_usd"], call["counted_usd"]) == (0.09, None)


def test_the_server_stops_at_once_even_with_a_hanging_call(own_server):
    own_server.script("for ever", "stall")
    body = {"contents": [{"parts": [{"text": "for ever"}]}]}
    address = f"{own_server.url}/v1/models/{FLASH}:generateContent?key=k"
    with httpx.stream("POST", address, json=body):
        started = time.monotonic()
        own_server.process.send_signal(signal.SIGTERM)

        assert own_server.process.wait(timeout=5) == 0
        assert time.monotonic() - started < 1.0


def test_a_model_takes_so_many_calls_at_once_and_others_are_not_limited(own_server):
    httpx.put(f"{own_server.url}/_control/most", json={FLASH: 0}).raise_for_status()
    assert [own_server.generate("now", model).status_code for model in (FLASH, PRO)] == [429, 200]

    httpx.put(f"{own_server.url}/_control/most", json={FLASH: 1}).raise_for_status()
    own_server.script("held", "stall")
    address = f"{own_server.url}/v1/models/{FLASH}:generateContent?key=k"
    with httpx.stream("POST", address, json={"contents": [{"parts": [{"text": "held"}]}]}):
        assert own_server.generate("one too many", FLASH).status_code == 429

        httpx.put(f"{own_server.url}/_control/most", json={}).raise_for_status()
        assert own_server.generate("the next", FLASH).status_code == 200


def test_pictures_can_be_sketched_and_are_as_large_as_ever_and_each_another_one(own_server):
    httpx.put(f"{own_server.url}/_control/sketch", json=True).raise_for_status()
    answers = [own_server.generate(prompt, PRO).json() for prompt in ("one", "another")]
    inline = [answer["candidates"][0]["content"]["parts"][-1]["inlineData"]["data"] for answer in answers]
    pictures = [base64.b64decode(data) for data in inline]

    assert {Image.open(io.BytesIO(picture)).size for picture in pictures} == {(1024, 1024)}
    assert pictures[0] != pictures[1]
    assert httpx.put(f"{own_server.url}/_control/sketch", json="yes").status_code == 400


def test_a_limit_that_is_none_is_refused(own_server):
    refused = httpx.put(f"{own_server.url}/_control/most", json={FLASH: "four"})

    assert (refused.status_code, "{} takes all limits back" in refused.json()["error"]) == (400, True)


def test_the_weather_can_be_changed_while_it_runs(own_server):
    changed = httpx.post(f"{own_server.url}/_control/weather", json={"weather": "drift"})
    refused = httpx.post(f"{own_server.url}/_control/weather", json={"weather": "sunny"})

    assert changed.json() == {"weather": "drift"}
    assert refused.status_code == 400
    assert "calm, articles, outages, drift" in refused.json()["error"]
