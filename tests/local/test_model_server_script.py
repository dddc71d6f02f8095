"""The grammar of scripts, and the order in which their answers are used."""

import httpx
import pytest

from local.model_server.fate import Fate
from local.model_server.script import KINDS, UnknownWordError, parse

FLASH, PRO, OLD = "gemini-3.1-flash-image", "gemini-3-pro-image", "gemini-2.5-flash-image"


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ("ok after=3s", Fate(kind="ok", after_s=3)),
        ("after=250ms", Fate(kind="ok", after_s=0.25)),
        ("429 retryDelay=1.5s after=2", Fate(kind="429", retry_s=1.5, after_s=2)),
        ("429 per-day retryDelay=41s after=0s", Fate(kind="429-per-day", retry_s=41, after_s=0)),
        ("503 Retry-After=5 after=0s", Fate(kind="503", header_s=5, after_s=0)),
        ("drip over=9s after=0s", Fate(kind="drip", over_s=9, after_s=0)),
        ("drafts size=1K after=0s", Fate(kind="drafts", size="1K", after_s=0)),
        ("version=gemini-2.5-flash-image after=0s", Fate(version=OLD, after_s=0)),
        ("finish=IMAGE_OTHER after=0s", Fate(kind="finish", reason="IMAGE_OTHER", after_s=0)),
        ("ok finish=MAX_TOKENS after=0s", Fate(reason="MAX_TOKENS", after_s=0)),
        ("block=JAILBREAK after=0s", Fate(kind="block", reason="JAILBREAK", after_s=0)),
        ("status=418 after=0s", Fate(kind="status", status=418, after_s=0)),
        ("as-url link=gone after=0s", Fate(shape="url", link="gone", after_s=0)),
        ("drip on-link over=9s after=0s", Fate(kind="drip", on_link=True, over_s=9, after_s=0)),
        ("usage=strings after=0s", Fate(usage="strings", after_s=0)),
        ("huge bytes=2GB after=0s", Fate(kind="huge", bytes=2 * 1024**3, after_s=0)),
    ],
)
def test_an_answer_is_a_kind_and_its_options(answer, fate):
    assert parse(answer) == fate


@pytest.mark.parametrize(
    "answer",
    [
        "5O3",
        "ok ok",
        "503 per-day",
        "after=soon",
        "size=3K",
        "429 limit-1",
        "version=",
        "status=99",
        "finish=",
        "bytes=2TB",
        "usage=odd",
        "as-text",
    ],
)
def test_a_word_that_is_not_in_the_grammar_is_refused(answer):
    with pytest.raises(UnknownWordError):
        parse(answer)


def test_the_refusal_of_a_script_lists_every_word_it_could_have_used(server):
    answer = httpx.post(f"{server.url}/_control/scripts", json={"match": "x", "answers": ["ok", "teapot"]})

    assert answer.status_code == 400
    assert "'teapot' is not a word of the script" in answer.json()["error"]
    assert all(kind in answer.json()["error"] for kind in KINDS)


def test_answers_are_used_up_in_their_order_and_then_the_weather_decides(server):
    server.script("three times", "503", "429")

    assert [server.generate("three times").status_code for _ in range(3)] == [503, 429, 200]


def test_a_script_may_be_meant_for_one_model(server):
    server.script("only pro", "503", model=PRO)

    assert server.generate("only pro", FLASH).status_code == 200
    assert server.generate("only pro", PRO).status_code == 503


def test_scripts_can_be_taken_back(own_server):
    own_server.script("a", "503")
    httpx.delete(f"{own_server.url}/_control/scripts").raise_for_status()

    assert own_server.generate("a").status_code == 200
