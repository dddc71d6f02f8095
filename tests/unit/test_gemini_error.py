"""Google's errors, and those of the gateways before it: which outcome, billed or not, and how long to wait."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.outcome import Billed, Outcome, Report
from cavendish.wire.gemini import read
from tests.builders import an_error
from tests.documents import STATUSES, near

TYPE = "type.googleapis.com/google.rpc."
LIMIT = "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0"
GONE = "models/X is not found for API version v1beta, or is not supported for generateContent."


def said(status: int, document: object = None, headers: dict[str, str] | None = None) -> Report:
    reading = read(status, headers or {}, document)
    assert reading.report is not None
    assert reading.picture is None
    return reading.report


def quota(**violation: str) -> dict[str, Any]:
    return {"@type": f"{TYPE}QuotaFailure", "violations": [violation]}


def info(reason: str) -> dict[str, Any]:
    return {"@type": f"{TYPE}ErrorInfo", "reason": reason, "domain": "googleapis.com"}


PER_MINUTE = quota(quotaId="GenerateRequestsPerMinutePerProjectPerModel", quotaValue="10")
PER_DAY = quota(quotaId="GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue="100")
ZERO = quota(quotaId="GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue="0")
SNAKE = quota(quota_id="GenerateRequestsPerDayPerProject", quota_value="5")


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        (400, an_error(400, "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID")), "bad_key"),
        (400, an_error(400, "Something", info("API_KEY_INVALID")), "bad_key"),
        (400, an_error(400, "API key expired. Please renew the API key."), "bad_key"),
        (400, an_error(400, "Image part is missing a thought_signature in content position 3"), "bad_request"),
        (400, an_error(400, "User location is not supported for the API use."), "bad_request"),
        (400, an_error(400, "Gemini API free tier is not available here. Please enable billing."), "quota_zero"),
        (400, None, "bad_request"),
        (401, an_error(401, "Request had invalid authentication credentials."), "bad_key"),
        (402, an_error(402, "Insufficient balance"), "quota_zero"),
        (403, an_error(403, "Your API key was reported as leaked."), "bad_key"),
        (404, an_error(404, GONE), "model_gone"),
        (404, None, "model_gone"),
        (408, None, "overloaded"),
        (409, None, "overloaded"),
        (413, None, "bad_request"),
        (425, None, "overloaded"),
        (429, an_error(429, "Resource exhausted", PER_MINUTE), "throttled"),
        (429, an_error(429, "No capacity available for model X"), "throttled"),
        (429, None, "throttled"),
        (429, an_error(429, "You exceeded your current quota", PER_DAY), "quota_day"),
        (429, an_error(429, "You exceeded your current quota", PER_MINUTE, PER_DAY), "quota_day"),
        (429, an_error(429, "You exceeded your current quota", SNAKE), "quota_day"),
        (429, an_error(429, "You exceeded your current quota", ZERO), "quota_zero"),
        (429, an_error(429, LIMIT), "quota_zero"),
        (451, None, "refused_input"),
        (499, an_error(499, "cancelled"), "bad_request"),
        (500, an_error(500, "An internal error has occurred."), "overloaded"),
        (501, None, "model_gone"),
        (502, None, "overloaded"),
        (503, an_error(503, "The model is overloaded. Please try again later."), "overloaded"),
        (504, an_error(504, "Deadline expired"), "overloaded"),
        (529, None, "overloaded"),
    ],
)
def test_each_status_of_google_and_its_gateways_has_its_outcome_and_costs_nothing(
    status: int, document: object, outcome: str
) -> None:
    assert (said(status, document).outcome, said(status, document).billed) == (outcome, Billed.NO)


@pytest.mark.parametrize(
    ("status", "document"),
    [(504, None), (522, None), (524, None), (522, an_error(522, "m")), (524, an_error(524, "m"))],
)
def test_a_gateway_that_gave_up_waiting_may_be_billed(status: int, document: object) -> None:
    report = said(status, document)

    assert (report.outcome, report.billed) == (Outcome.TIMED_OUT, Billed.UNKNOWN)


@pytest.mark.parametrize("status", [100, 204, 301, 302, 418, 460])
def test_any_other_status_ends_without_a_picture(status: int) -> None:
    assert said(status).outcome in (Outcome.BAD_REQUEST, Outcome.GARBLED)


@pytest.mark.parametrize(
    ("status", "document", "unknown"),
    [
        (418, None, "status:418"),
        (301, None, "status:301"),
        (599, None, "status:599"),
        (200, {"error": {"code": 418}}, "status:418"),
        (429, None, ""),
        (529, None, ""),
        (200, {"error": {"code": 503}}, ""),
    ],
)
def test_a_status_that_no_table_has_is_marked(status: int, document: object, unknown: str) -> None:
    assert said(status, document).unknown == unknown


def test_an_error_in_a_list_of_one_is_read_like_the_error_itself() -> None:
    error = an_error(429, "quota", PER_DAY)

    assert said(429, [error]) == said(429, error)
    assert said(429, [error]).outcome is Outcome.QUOTA_DAY


@pytest.mark.parametrize(("code", "outcome"), [(429, "throttled"), (503, "overloaded"), (400, "bad_request")])
def test_an_error_inside_a_200_counts_as_what_it_says_of_itself(code: int, outcome: str) -> None:
    assert said(200, an_error(code)).outcome == outcome
    assert said(200, [an_error(code)]).outcome == outcome


@pytest.mark.parametrize(
    ("number", "name", "outcome"),
    [
        (1, "CANCELLED", "bad_request"),
        (2, "UNKNOWN", "overloaded"),
        (3, "INVALID_ARGUMENT", "bad_request"),
        (4, "DEADLINE_EXCEEDED", "overloaded"),
        (5, "NOT_FOUND", "model_gone"),
        (6, "ALREADY_EXISTS", "overloaded"),
        (7, "PERMISSION_DENIED", "bad_key"),
        (8, "RESOURCE_EXHAUSTED", "throttled"),
        (9, "FAILED_PRECONDITION", "bad_request"),
        (10, "ABORTED", "overloaded"),
        (11, "OUT_OF_RANGE", "bad_request"),
        (12, "UNIMPLEMENTED", "model_gone"),
        (13, "INTERNAL", "overloaded"),
        (14, "UNAVAILABLE", "overloaded"),
        (15, "DATA_LOSS", "overloaded"),
        (16, "UNAUTHENTICATED", "bad_key"),
    ],
)
def test_a_code_of_googles_rpc_counts_as_the_status_that_it_stands_for(number: int, name: str, outcome: str) -> None:
    errors = (
        {"code": number},
        {"code": str(number)},
        {"code": name.lower()},
        {"status": name},
        {"code": 0, "status": name},
    )

    assert {said(200, {"error": error}).outcome for error in errors} == {outcome}
    assert not said(200, {"error": {"code": number}}).unknown


def test_a_status_counts_for_more_than_the_code_in_the_body() -> None:
    assert said(429, {"error": {"code": 3, "message": "m"}}).outcome is Outcome.THROTTLED


@pytest.mark.parametrize("code", [None, "rate_limited", [], 0, 17, True])
def test_an_error_inside_a_200_without_a_code_is_the_models_fault(code: object) -> None:
    assert said(200, {"error": {"code": code}}).outcome is Outcome.OVERLOADED


RETRY = {"@type": f"{TYPE}RetryInfo", "retryDelay": "41s"}


@pytest.mark.parametrize(
    ("details", "headers", "seconds"),
    [
        ([RETRY], {}, 41.0),
        ([PER_MINUTE, RETRY], {}, 41.0),
        ([{"retryDelay": "1.5s"}], {}, 1.5),
        ([{"retry_delay": "7s"}], {}, 7.0),
        ([], {"retry-after": "30"}, 30.0),
        ([RETRY], {"retry-after": "30"}, 41.0),
        ([{"retryDelay": "soon"}], {"retry-after": "30"}, 30.0),
        ([], {"retry-after": "Fri, 20 Nov 2026 10:00:00 GMT"}, None),
        ([], {"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ([], {"retry-after": "Fri, 20 Nov 2026 09:00:00 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 0.0),
        ([{"retryDelay": "-5s"}], {"retry-after": ""}, None),
        ([{"retryDelay": "99999999999999s"}], {}, None),
        ([{"retryDelay": {"seconds": 5}}], {}, None),
    ],
)
def test_what_the_model_asks_to_wait_is_in_the_body_or_else_in_the_header(
    details: list[dict[str, Any]], headers: dict[str, str], seconds: float | None
) -> None:
    assert said(429, an_error(429, "slow", *details), headers).retry_after_s == seconds


def test_a_report_quotes_the_status_and_at_most_500_characters_of_the_message() -> None:
    assert said(503, an_error(503, " The model is overloaded. ")).detail == "HTTP 503 The model is overloaded."
    assert said(502).detail == "HTTP 502"
    assert len(said(500, an_error(500, "x" * 9000)).detail) == 509


DETAIL = {"retryDelay": "41s", "violations": [{"quotaId": "PerDay", "quotaValue": "0"}], "reason": "API_KEY_INVALID"}
ANSWER = {
    "candidates": [{"content": {"parts": [{"inlineData": {"data": "x"}, "text": "t"}]}, "finishReason": "STOP"}],
    "promptFeedback": {"blockReason": "SAFETY"},
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 5}]},
    "modelVersion": "m",
}


@given(STATUSES, near(ANSWER))
def test_no_answer_makes_the_codec_raise(status: int, document: Any) -> None:
    reading = read(status, {}, document)

    assert (reading.picture is None) is (reading.report is not None)


ERROR = {"error": {"code": 429, "message": "m", "status": "S", "details": [DETAIL]}}


@given(STATUSES, near(ERROR), st.dictionaries(st.just("retry-after"), st.text(max_size=5)))
def test_no_error_makes_the_codec_raise(status: int, document: Any, headers: dict[str, str]) -> None:
    assert read(status, headers, document).picture is None


@pytest.mark.parametrize(
    ("status", "detail"),
    [(429, {"violations": 5}), (429, {"violations": True}), (400, {"reason": []}), (400, {"reason": {}})],
)
def test_details_that_are_not_well_formed_say_nothing(status: int, detail: dict[str, Any]) -> None:
    assert said(status, an_error(status, "m", detail)).outcome in (Outcome.THROTTLED, Outcome.BAD_REQUEST)


@pytest.mark.parametrize(
    ("status", "document"),
    [(503, an_error(503, "\ud800")), (200, {"candidates": [{"finishReason": "STOP", "finishMessage": "\udfff"}]})],
)
def test_whatever_the_model_says_its_report_can_be_sent(status: int, document: Any) -> None:
    assert said(status, document).model_dump_json()
