"""Answers that want to exhaust who reads them, in each dialect, and answers that nobody has documented."""

import gzip
import json
import time
import zlib

import httpx
import pytest

FLASH = "gemini-3.1-flash-image"
GOOGLE = f"/v1/models/{FLASH}:generateContent"
IMAGES, CHAT, ROUTER, BANANA = "/v1/images/generations", "/v1/chat/completions", "/v1/images", "/v1/images/generate"
MB = 1024 * 1024


def body(path, prompt):
    if path == GOOGLE:
        return {"contents": [{"parts": [{"text": prompt}]}]}
    if path == CHAT:
        return {"model": "nano-banana-2", "messages": [{"role": "user", "content": prompt}]}
    return {"model": "nano-banana-2", "prompt": prompt}


def read(server, path, prompt, most=64 * MB):
    """What arrives, as it is on the wire, and how much of it."""
    kept, size = bytearray(), 0
    headers = {"Authorization": "Bearer k"}
    with httpx.stream("POST", server.url + path, json=body(path, prompt), headers=headers, timeout=60) as answer:
        for piece in answer.iter_raw():
            size += len(piece)
            if len(kept) < most:
                kept += piece
    return answer, bytes(kept), size


@pytest.mark.parametrize("path", [GOOGLE, IMAGES, CHAT, ROUTER])
def test_a_picture_may_have_no_end(server, path):
    server.script(f"huge {path}", "huge bytes=8MB")

    _, text, size = read(server, path, f"huge {path}")
    assert size == pytest.approx(8 * MB, abs=8)
    assert "iVBORw0KGgo" in json.dumps(json.loads(text))


def test_two_gigabytes_are_streamed_and_not_built(own_server):
    own_server.script("really huge", "huge bytes=2GB")
    size, started = 0, time.monotonic()
    headers = {"x-goog-api-key": "k"}
    with httpx.stream("POST", own_server.url + GOOGLE, json=body(GOOGLE, "really huge"), headers=headers) as answer:
        for piece in answer.iter_raw():
            size += len(piece)
            if size > 64 * MB:
                break
    assert time.monotonic() - started < 20
    assert own_server.generate("still there").status_code == 200


def test_what_a_link_leads_to_may_have_no_end(server):
    server.script("huge link", "huge bytes=8MB")

    url = server.post(BANANA, body(BANANA, "huge link")).json()["data"]["url"]
    picture = httpx.get(url[0] if isinstance(url, list) else url).content
    assert (picture[:4], len(picture)) == (b"\x89PNG", 8 * MB)


@pytest.mark.parametrize("path", [GOOGLE, IMAGES, CHAT, ROUTER])
def test_a_small_body_may_unzip_to_a_large_one(server, path):
    server.script(f"bomb {path}", "gzip-bomb bytes=32MB")

    answer, zipped, size = read(server, path, f"bomb {path}")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert size < 256 * 1024
    assert len(json.dumps(json.loads(gzip.decompress(zipped)))) == pytest.approx(32 * MB, abs=4096)


@pytest.mark.parametrize("path", [GOOGLE, BANANA])
def test_lists_may_be_ten_million_deep(server, path):
    server.script(f"deep {path}", "deep")

    _, text, size = read(server, path, f"deep {path}")
    assert text.count(b"[") >= 10_000_000
    assert size > 20_000_000
    assert text.endswith(b"}")


def test_a_header_may_have_a_megabyte(server):
    server.script("big header", "big-header")

    with pytest.raises(httpx.RemoteProtocolError, match=r"header|line|large|trailing|Receive buffer too long"):
        server.generate("big header")


def test_a_drip_of_an_hour_is_a_byte_a_second(own_server):
    own_server.script("crawling", "drip over=3600s")
    seen, started = b"", time.monotonic()
    headers = {"x-goog-api-key": "k"}
    with httpx.stream("POST", own_server.url + GOOGLE, json=body(GOOGLE, "crawling"), headers=headers) as answer:
        for piece in answer.iter_raw():
            seen += piece
            if len(seen) == 10:
                break

    assert 0.3 < time.monotonic() - started < 5  # a second is a twentieth here


def test_the_way_of_delivery_may_concern_the_link_only(server):
    server.script("broken link", "drop-body on-link as-url")

    url = server.post(BANANA, body(BANANA, "broken link")).json()["data"]["url"]
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)


@pytest.mark.parametrize("path", [GOOGLE, IMAGES, CHAT, ROUTER, BANANA])
@pytest.mark.parametrize("status", [201, 302, 418, 451, 522])
def test_any_status_may_come_with_a_body_that_nobody_knows(server, path, status):
    prompt = f"{status} {path} once"
    server.script(prompt, f"status={status}")

    answer = server.post(path, body(path, prompt))
    assert answer.status_code == status
    assert "trace" in answer.json()


@pytest.mark.parametrize("reason", ["SAFETY", "MAX_TOKENS", "SOMETHING_NEW"])
def test_any_finish_reason_may_come_with_or_without_a_picture(server, reason):
    server.script(f"ends {reason}", f"finish={reason}", f"ok finish={reason}")

    without, with_ = (server.generate(f"ends {reason}").json()["candidates"][0] for _ in range(2))
    assert (without["finishReason"], with_["finishReason"]) == (reason, reason)
    assert "content" not in without
    assert "inlineData" in with_["content"]["parts"][-1]


def test_candidates_may_be_null_and_the_block_may_have_any_reason(server):
    server.script("strange blocks", "list-null", "block=JAILBREAK")

    assert server.generate("strange blocks").json()["candidates"] is None
    assert server.generate("strange blocks").json()["promptFeedback"] == {"blockReason": "JAILBREAK"}


@pytest.mark.parametrize(
    ("path", "field"), [(GOOGLE, "usageMetadata"), (IMAGES, "usage"), (CHAT, "usage"), (ROUTER, "usage")]
)
def test_usage_may_be_bent(server, path, field):
    server.script(f"bent {path}", *(f"usage={how}" for how in ("none", "strings", "negative", "huge")))

    none, strings, negative, huge = (server.post(path, body(path, f"bent {path}")).json() for _ in range(4))
    total = "totalTokenCount" if path == GOOGLE else "total_tokens"
    assert field not in none
    assert isinstance(strings[field][total], str)
    assert negative[field][total] < 0
    assert huge[field][total] == 10**30


def test_the_bomb_is_a_valid_stream(server):
    """Checked to its last byte: a reader that is careful must refuse it for its size alone."""
    server.script("sound bomb", "gzip-bomb bytes=3MB")

    _, zipped, _ = read(server, GOOGLE, "sound bomb")
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert len(reader.decompress(zipped)) == pytest.approx(3 * MB, abs=8)
    assert reader.eof
