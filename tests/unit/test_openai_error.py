"""Errors in OpenAI's manner: which outcome, billed or not, how long to wait, and what nobody knows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.outcome import TABLE, Billed, Outcome, Report
from cavendish.wire import google_error
from cavendish.wire.openai_codes import MEANING, SAY_NOTHING
from cavendish.wire.openai_error import read_error
from tests.builders import an_error
from tests.documents import JSON, STATUSES, near

PER_DAY = "Rate limit reached for gpt-image-2 in organization org-x on requests per day (RPD): Limit 100, Used 100."
SAFETY = "Your request was rejected by the safety system. safety_violations=[violence]. (request id: 2026)"
FILTERED = "The generated image was filtered by the safety policy."
UNSOLD = "not supported model for image generation (request id: 2026)"
NO_CHANNEL = "No available channel for model nano-banana-pro under group default (distributor)"


def error(code: Any = None, kind: Any = "invalid_request_error", message: str = "m", **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **fields}}


def said(status: int, document: Any = None, headers: dict[str, str] | None = None) -> Report:
    return read_error(status, headers or {}, document)


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        # OpenAI
        (429, error("insufficient_quota", "insufficient_quota"), "quota_zero"),
        (429, error(None, "insufficient_quota"), "quota_zero"),
        (400, error("billing_hard_limit_reached", message="Billing hard limit has been reached"), "quota_zero"),
        (400, error(None, "billing_limit_user_error"), "quota_zero"),
        (503, error("server_is_overloaded", "server_error"), "overloaded"),
        (429, error("rate_limit_exceeded", "requests"), "throttled"),
        (429, error("rate_limit_exceeded", "requests", PER_DAY), "quota_day"),
        (429, error(None, None, PER_DAY), "quota_day"),
        (401, error("invalid_api_key"), "bad_key"),
        (404, error("model_not_found"), "model_gone"),
        (403, error("model_not_found"), "model_gone"),
        (400, error("moderation_blocked", "image_generation_user_error", SAFETY), "refused_input"),
        (400, error("moderation_blocked", "image_generation_user_error", FILTERED), "refused_output"),
        (400, error("content_policy_violation"), "refused_input"),
        (400, error(None, "image_generation_user_error"), "refused_input"),
        (400, error("invalid_image_file", "image_generation_user_error"), "bad_request"),
        (400, error("unknown_parameter", message="Unknown parameter: 'response_format'."), "bad_request"),
        (400, error("unknown_parameter", message="Unknown parameter: 'output_format'."), "bad_request"),
        (400, error("invalid_size"), "bad_request"),
        (400, error(None), "bad_request"),
        (500, error(None, "server_error"), "overloaded"),
        (400, error(None, "server_error"), "bad_request"),
        # new-api, one-api and their kin
        (503, error("model_not_found", "new_api_error", NO_CHANNEL), "model_gone"),
        (503, error(None, "one_api_error", NO_CHANNEL), "model_gone"),
        (503, error("", "new_api_error", "当前分组 default 下对于模型 gpt-5 无可用渠道 (request id: 1)"), "model_gone"),
        (500, error("get_channel_failed", "new_api_error"), "overloaded"),
        (500, error("convert_request_failed", "new_api_error", UNSOLD), "model_gone"),
        (400, error("convert_request_failed", "new_api_error", "size"), "bad_request"),
        (403, error("insufficient_user_quota", "new_api_error", "用户额度不足"), "quota_zero"),
        (403, error(None, "new_api_error", "用户额度不足, 剩余额度: 0"), "quota_zero"),
        (429, error("entitlement_daily_limit_exceeded", "new_api_error"), "quota_day"),
        (429, error("bad_response_status_code", "upstream_error"), "throttled"),
        (524, error("bad_response_status_code", "openai_error"), "timed_out"),
        (500, error("do_request_failed", "new_api_error"), "overloaded"),
        (400, error("sensitive_words_detected", "new_api_error"), "refused_input"),
        (401, error("", "new_api_error", "无效的令牌"), "bad_key"),
        (500, error(None, "upstream_error", SAFETY), "refused_input"),
        # APIYI
        (451, error("image_safety", message=FILTERED), "refused_output"),
        (400, error("moderation_blocked", "shell_api_error", SAFETY), "refused_input"),
        # LiteLLM
        (429, error("429", "throttling_error", "litellm.RateLimitError: slow"), "throttled"),
        (401, error("401", "auth_error", "Authentication Error, Invalid proxy server token passed"), "bad_key"),
        (400, error("400", "None", "litellm.BadRequestError: size"), "bad_request"),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, "bad_request"),
        (404, {"detail": "Not Found"}, "model_gone"),
        (500, {"detail": {"error": {"message": "m", "code": "rate_limit_exceeded"}}}, "throttled"),
        (400, {"detail": {"error": UNSOLD}}, "model_gone"),
        # OpenRouter
        (402, error(402, None, "Insufficient credits"), "quota_zero"),
        (403, error(403, None, metadata={"reasons": ["violence"], "flagged_input": "x"}), "refused_input"),
        (403, error(403, None), "bad_key"),
        (502, error(502, None, metadata={"error_type": "provider_overloaded"}), "overloaded"),
        (400, error(400, None, metadata={"error_type": "content_policy_violation"}), "refused_input"),
        (400, error(400, None, "Provider returned error", metadata={"raw": SAFETY}), "refused_input"),
        (408, error(408, None), "overloaded"),
        (524, error(524, None), "timed_out"),
        (529, error(529, None), "overloaded"),
        # others
        (403, {"code": "insufficient_user_quota", "message": "m"}, "quota_zero"),
        (401, {"code": "INVALID_API_KEY", "message": "Invalid API key"}, "bad_key"),
        (400, {"error": "content policy"}, "refused_input"),
        (503, {"error": "upstream busy"}, "overloaded"),
        (503, [error(None, None)], "overloaded"),
        # without a body that can be read
        (400, None, "bad_request"),
        (401, None, "bad_key"),
        (402, None, "quota_zero"),
        (403, None, "bad_key"),
        (404, None, "model_gone"),
        (408, None, "overloaded"),
        (413, None, "bad_request"),
        (429, None, "throttled"),
        (500, None, "overloaded"),
        (502, None, "overloaded"),
        (503, None, "overloaded"),
        (504, None, "timed_out"),
        (522, None, "timed_out"),
        (524, None, "timed_out"),
        (504, error(None, "server_error"), "overloaded"),
    ],
)
def test_a_code_that_is_known_decides_then_the_words_then_the_status(status: int, document: Any, outcome: str) -> None:
    report = said(status, document)

    assert report.outcome == outcome
    assert report.billed is (Billed.UNKNOWN if outcome == "timed_out" else Billed.NO)


@pytest.mark.parametrize(
    ("document", "outcome"),
    [
        (error("rate_limit_exceeded"), "throttled"),
        (error(429, None), "throttled"),
        (error("503", None), "overloaded"),
        (error(502, None), "overloaded"),
        (error(404, None), "model_gone"),
        (error(None, None), "overloaded"),
        (error(99999, None), "overloaded"),
        ({"error": "busy"}, "overloaded"),
        ({"choices": [{"error": {"code": 429, "message": "slow"}}]}, "throttled"),
        (an_error(429, "quota"), "throttled"),
    ],
)
def test_an_error_with_status_200_is_what_it_says_of_itself(document: Any, outcome: str) -> None:
    assert said(200, document).outcome == outcome


ZERO = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDay", "quotaValue": "0"}],
}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        (429, an_error(429, "You exceeded your current quota", ZERO), "quota_zero"),
        (400, an_error(400, "API key not valid.", BAD_KEY), "bad_key"),
        (404, an_error(404, "models/X is not found for API version v1beta"), "model_gone"),
        (503, {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}, "overloaded"),
    ],
)
def test_googles_own_error_is_read_as_google_means_it(status: int, document: Any, outcome: str) -> None:
    assert said(status, document) == google_error.read_error(status, {}, document)
    assert said(status, document).outcome == outcome


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "30"}, "", 30.0),
        ({"retry-after": "0"}, "", 0.0),
        ({"retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after-ms": "1500", "retry-after": "30"}, "Please try again in 20s.", 1.5),
        ({"retry-after": "30"}, "Please try again in 20s.", 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, "", 30.0),
        ({"retry-after": "soon", "retry-after-ms": "-5"}, "", None),
        ({}, "Limit 5, Used 5. Please try again in 20s. Visit https://platform.example.", 20.0),
        ({}, "Please try again in 1.5s.", 1.5),
        ({}, "Please try again in 350ms.", 0.35),
        ({}, "Please try again in 6m0s.", 360.0),
        ({}, "Please try again in 1h2m3s", 3723.0),
        ({}, "Please retry in 41.258s.", 41.258),
        ({}, "Please retry after 26 seconds.", 26.0),
        ({}, "please try again after 15 minutes.", 900.0),
        ({}, "Try again in 1 minute 30 seconds", 90.0),
        ({}, "Please try again in a minute.", None),
        ({}, "Please try again in 20", None),
        ({}, "Please try again in 20 squares", None),
        ({}, "Please try again later.", None),
    ],
)
def test_how_long_to_wait_is_in_a_header_or_else_in_the_words(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    assert said(429, error("rate_limit_exceeded", "requests", message), headers).retry_after_s == seconds


@pytest.mark.parametrize(
    ("status", "document", "unknown"),
    [
        (400, error("weird"), "code:weird"),
        (400, error("WEIRD_Thing"), "code:weird_thing"),
        (500, error(None, "weird_error"), "type:weird_error"),
        (400, error("weird", "image_generation_user_error"), "code:weird"),
        (400, error("draw me a lighthouse"), "code:(unreadable)"),
        (200, error("weird"), "code:weird"),
        (400, error(400, None, metadata={"error_type": "new_type"}), "code:new_type"),
        (418, None, "status:418"),
        (418, error(None), "status:418"),
        (418, error("invalid_api_key"), ""),
        (200, error(418, None), "status:418"),
        (429, error("rate_limit_exceeded", "requests"), ""),
        (429, error("429", "throttling_error"), ""),
        (400, error(None, None), ""),
        (400, error([1], {"a": 1}), ""),
        (500, error("convert_request_failed", "new_api_error"), ""),
    ],
)
def test_what_no_table_has_is_marked_and_gets_an_outcome_by_its_status(
    status: int, document: Any, unknown: str
) -> None:
    assert said(status, document).unknown == unknown


def test_the_detail_names_status_code_and_message() -> None:
    weird = said(400, error("weird", message=" What? "))

    assert (weird.outcome, weird.detail) == (Outcome.BAD_REQUEST, "HTTP 400 weird: What?")
    assert said(500, error(None, "new_api_error", "busy")).detail == "HTTP 500 busy"
    assert said(502).detail == "HTTP 502"
    assert len(said(500, error("x" * 9000, message="y" * 9000)).detail) < 600


def test_no_name_both_means_something_and_says_nothing() -> None:
    assert not MEANING.keys() & SAY_NOTHING
    assert {*MEANING, *SAY_NOTHING} == {name.lower() for name in (*MEANING, *SAY_NOTHING)}
    assert {TABLE[outcome].billed for outcome in MEANING.values()} == {Billed.NO, Billed.UNKNOWN}


SHAPE = {
    "error": {
        "message": "try again in 20s",
        "type": "t",
        "param": None,
        "code": "c",
        "status": "UNAVAILABLE",
        "details": [{"@type": "t", "retryDelay": "5s"}],
        "metadata": {"raw": "r", "reasons": ["x"], "error_type": "t"},
    },
    "choices": [{"error": {"code": 429}}],
    "detail": {"error": "x"},
    "message": "m",
    "code": "c",
}
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=5))


@given(STATUSES, near(SHAPE) | near([SHAPE]) | JSON, HEADERS)
def test_no_error_makes_the_reader_raise_and_its_report_can_be_sent(
    status: int, document: Any, headers: dict[str, str]
) -> None:
    report = said(status, document, headers)

    assert report.outcome is not Outcome.OK
    assert report.model_dump_json()
    assert report.retry_after_s is None or report.retry_after_s >= 0


@pytest.mark.parametrize("code", ["server_is_overloaded", "billing_hard_limit_reached"])
def test_what_openai_says_of_itself_is_nothing_new(code: str) -> None:
    assert said(503, error(code, "billing_limit_user_error")).unknown == ""
    assert said(503, error(code, "server_error")).unknown == ""
