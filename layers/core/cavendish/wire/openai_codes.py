"""What the codes and types in errors of OpenAI, and of those who speak like it, mean.

Sources: OpenAI as model-apis 3.2 has it; new-api, types/error.go; OpenRouter, APIErrorType of its Python SDK; LiteLLM's
proxy; APIYI, docs.apiyi.com on moderation (all read 2026-11-20).
"""

from typing import Final

from cavendish.outcome import Outcome

_MEANING: Final = {
    Outcome.QUOTA_ZERO: """
        insufficient_quota billing_hard_limit_reached billing_limit_user_error billing_not_active
        insufficient_user_quota pre_consume_token_quota_failed
        entitlement_required entitlement_inactive entitlement_total_limit_exceeded
        payment_required token_limit_exceeded
    """,
    Outcome.QUOTA_DAY: "entitlement_daily_limit_exceeded",
    Outcome.THROTTLED: "rate_limit_exceeded rate_limit_error throttling_error token_concurrency_limit_reached",
    Outcome.BAD_KEY: """
        invalid_api_key account_deactivated insufficient_permissions
        authentication authentication_error auth_error permission_denied access_denied
    """,
    # new-api says model_not_found also where only the channels are down: either way another route serves better.
    Outcome.MODEL_GONE: "model_not_found model_price_error not_found",
    # All channels of a gateway were tried, or it could not read their answers: that passes.
    Outcome.OVERLOADED: """
        get_channel_failed channel:no_available_key channel:invalid_key do_request_failed token_concurrency_unavailable
        bad_response bad_response_body empty_response read_response_body_failed
        provider_overloaded provider_unavailable server server_is_overloaded overloaded_error
    """,
    Outcome.TIMED_OUT: "timeout timeout_error channel:response_time_exceeded",
    Outcome.REFUSED_INPUT: """
        moderation_blocked content_policy_violation content_filter image_generation_user_error
        sensitive_words_detected prompt_blocked refusal
    """,
    Outcome.REFUSED_OUTPUT: "image_safety",
    Outcome.BAD_REQUEST: """
        unknown_parameter invalid_size invalid_image_file invalid_value missing_required_parameter
        unsupported_parameter unsupported_value context_length_exceeded
        invalid_request bad_request_body read_request_body_failed
        invalid_prompt precondition_failed payload_too_large unprocessable string_too_long max_tokens_exceeded
        invalid_image image_too_large image_too_small unsupported_image_format image_not_found image_download_failed
    """,
}
#: What each name means.
MEANING: Final = {name: outcome for outcome, names in _MEANING.items() for name in names.split()}

#: Names that say who speaks, or nothing at all: the words and the status say more.
SAY_NOTHING: Final = frozenset(
    [
        "invalid_request_error",
        "server_error",
        "api_error",
        "error",
        "requests",
        "tokens",
        "none",
        "null",
        "unknown_error",
        "unmapped",
        "new_api_error",
        "one_api_error",
        "shell_api_error",
        "upstream_error",
        "openai_error",
        "gemini_error",
        "claude_error",
        "bad_response_status_code",
        "convert_request_failed",
    ]
)
