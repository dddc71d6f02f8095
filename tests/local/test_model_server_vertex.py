"""generateContent on Vertex AI: the same answers at other addresses, with fields that the Developer API refuses."""

import httpx
import pytest
from google import genai
from google.genai import errors, types

FLASH, PRO = "gemini-3.1-flash-image", "gemini-3-pro-image"
PLACES = [
    "/v1/publishers/google/models",
    "/v1beta1/publishers/google/models",
    "/v1/projects/p/locations/global/publishers/google/models",
    "/v1beta1/projects/p/locations/us-central1/publishers/google/models",
]
ONLY_HERE = [
    {"personGeneration": "ALLOW_ADULT"},
    {"prominentPeople": "PROMINENT_PEOPLE_UNSPECIFIED"},
    {"outputMimeType": "image/png"},
    {"outputCompressionQuality": 80},
    {"imageOutputOptions": {"mimeType": "image/jpeg", "compressionQuality": 80}},
]


def body(prompt="a heron", **image):
    return {"contents": [{"parts": [{"text": prompt}]}], "generationConfig": {"imageConfig": image}}


def vertex(server):
    options = types.HttpOptions(base_url=server.url)
    return genai.Client(vertexai=True, api_key="k", http_options=options)


@pytest.mark.parametrize(
    ("place", "size", "side"), list(zip(PLACES, ("512", "1K", "2K", "4K"), (512, 1024, 2048, 4096), strict=True))
)
def test_every_address_answers_with_exactly_the_pixels(server, measured, place, size, side):
    answer = server.post(f"{place}/{FLASH}:generateContent", body(imageSize=size)).json()

    assert measured(answer["candidates"][0]["content"]["parts"][-1]["inlineData"]["data"]) == (side, side)
    assert answer["usageMetadata"]["trafficType"] == "ON_DEMAND"


@pytest.mark.parametrize("image", ONLY_HERE)
def test_fields_of_vertex_alone_are_taken_here_and_refused_by_the_developer_api(server, image):
    here = server.post(f"{PLACES[0]}/{FLASH}:generateContent", body(**image))
    there = server.post(f"/v1/models/{FLASH}:generateContent", body(**image))

    assert (here.status_code, there.status_code) == (200, 400)
    assert f'Unknown name "{next(iter(image))}"' in there.json()["error"]["message"]


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg"])
def test_the_format_can_be_chosen(server, mime):
    answer = server.post(f"{PLACES[0]}/{PRO}:generateContent", body(imageOutputOptions={"mimeType": mime})).json()

    assert answer["candidates"][0]["content"]["parts"][-1]["inlineData"]["mimeType"] == mime


def test_image_harms_are_known_here_only(server):
    asked = body() | {"safetySettings": [{"category": "HARM_CATEGORY_IMAGE_HATE", "threshold": "BLOCK_NONE"}]}
    known = body() | {"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]}

    assert server.post(f"{PLACES[0]}/{FLASH}:generateContent", asked).status_code == 200
    assert server.post(f"/v1/models/{FLASH}:generateContent", asked).status_code == 400
    assert server.post(f"/v1/models/{FLASH}:generateContent", known).status_code == 200


@pytest.mark.parametrize(
    ("key", "status"),
    [({}, 401), ({"headers": {"Authorization": "Bearer bad"}}, 401), ({"params": {"key": "bad"}}, 400)],
)
def test_a_wrong_key_is_refused_as_its_kind_is(server, key, status):
    answer = httpx.post(f"{server.url}{PLACES[2]}/{FLASH}:generateContent", json=body(), **key)

    assert answer.status_code == status


def test_a_model_that_is_gone_is_named_with_its_place(server):
    answer = server.post(f"{PLACES[2]}/gemini-3-pro-image-preview:generateContent", body())

    assert answer.status_code == 404
    named = "`projects/p/locations/global/publishers/google/models/gemini-3-pro-image-preview`"
    assert named in answer.json()["error"]["message"]


def test_the_sdk_is_answered_unmodified(server, measured):
    client = vertex(server)  # closed when it is let go
    answer = client.models.generate_content(model=FLASH, contents="a heron")

    assert measured(answer.candidates[0].content.parts[-1].inline_data.data) == (1024, 1024)


def test_the_sdk_streams_and_sees_errors(server):
    server.script("vertex is busy", "429")
    client = vertex(server)

    chunks = list(client.models.generate_content_stream(model=FLASH, contents="a heron"))
    assert chunks[-1].candidates[0].finish_reason == "STOP"
    with pytest.raises(errors.ClientError, match="Resource exhausted") as caught:
        client.models.generate_content(model=FLASH, contents="vertex is busy")
    assert caught.value.status == "RESOURCE_EXHAUSTED"


def test_the_ledger_tells_the_surfaces_apart(server):
    server.post(f"{PLACES[0]}/{FLASH}:generateContent", body("by vertex"))
    server.generate("by the developer API")

    assert server.calls("by vertex")[0]["dialect"] == "vertex"
    assert server.calls("by the developer API")[0]["dialect"] == "gemini"
