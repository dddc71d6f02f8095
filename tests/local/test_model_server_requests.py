"""What the server remembers of each call: who was asked, and with what, field by field."""

import hashlib

import httpx
import pytest

FLASH = "gemini-3.1-flash-image"


def test_a_request_is_kept_field_by_field_and_its_key_is_not(server):
    body = {"contents": [{"parts": [{"text": "kept"}]}], "generationConfig": {"imageConfig": {"imageSize": "2K"}}}
    headers = {"x-goog-api-key": "secret", "X-Server-Timeout": "60"}
    httpx.post(f"{server.url}/v1/models/{FLASH}:generateContent?alt=json&key=secret", json=body, headers=headers)

    (call,) = server.calls("kept")
    kept = server.get(f"requests/{call['n']}")
    assert (kept["n"], kept["method"], kept["path"]) == (call["n"], "POST", f"/v1/models/{FLASH}:generateContent")
    assert (kept["query"], kept["body"]) == ({"alt": "json"}, body)
    assert kept["headers"]["X-Server-Timeout"] == "60"
    assert "secret" not in str(kept)


def test_a_file_is_kept_as_its_digest(server):
    data = b"\xff\xd8 no picture"
    fields = {"model": "gpt-image-2", "prompt": "digested"}
    httpx.post(
        f"{server.url}/v1/images/edits",
        data=fields,
        files={"image": ("a.jpg", data, "image/jpeg")},
        headers={"Authorization": "Bearer secret"},
    )

    kept = server.get(f"requests/{server.get('calls')[-1]['n']}")
    assert "secret" not in str(kept)
    assert kept["body"] == fields | {
        "image": {"filename": "a.jpg", "mime": "image/jpeg", "bytes": 13, "sha256": hashlib.sha256(data).hexdigest()}
    }


def test_what_is_no_json_is_a_call_without_a_body(server):
    answer = httpx.post(f"{server.url}/v1/images/generations", content=b"{", headers={"Authorization": "Bearer k"})

    last = server.get("calls")[-1]
    assert (answer.status_code, last["status"], last["prompt"]) == (400, 400, None)
    assert server.get(f"requests/{last['n']}")["body"] is None


def test_a_call_that_never_was_is_not_found(server):
    assert httpx.get(f"{server.url}/_control/requests/999999").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "dialect"),
    [
        ("/v1/interactions", {"model": FLASH, "input": "told apart"}, "gemini-interactions"),
        ("/v1/images/generations", {"model": "gpt-image-2", "prompt": "told apart"}, "openai-images"),
        ("/v1/images/generations", {"model": "openoctopus/nano-banana", "prompt": "told apart"}, "openoctopus"),
        (
            "/v1/chat/completions",
            {"model": FLASH, "messages": [{"role": "user", "content": "told apart"}]},
            "openai-chat",
        ),
        ("/api/v1/images", {"model": FLASH, "prompt": "told apart"}, "openrouter-images"),
        ("/v1/images/generate", {"model": FLASH, "prompt": "told apart"}, "nanobananaapi"),
    ],
)
def test_each_call_says_which_dialect_it_was(server, path, body, dialect):
    server.post(path, body)

    last = server.calls("told apart")[-1]
    assert (last["dialect"], last["status"], last["answer"], last["pictures"]) == (dialect, 200, "ok", 1)
    assert server.get(f"requests/{last['n']}")["body"] == body
