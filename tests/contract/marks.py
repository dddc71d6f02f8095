"""What a failure tells besides its outcome: how long to wait, and what of it no table has."""

from tests.contract.failures import CHATS, DOORS

#: Seconds until another try, by word; elsewhere two. None: it is not told there.
WAITS: dict[str, dict[str, float | None]] = {"429 retryDelay=2s": {"nanobananaapi": None}}
_FINISH, _BLOCK = "finish_reason:{}", "block_reason:NEW"
#: The marks of what is new, by word and door; elsewhere there is no such thing to be marked.
UNKNOWN: dict[str, dict[str, str]] = {
    "status=418": dict.fromkeys(DOORS, "status:418"),
    "finish=UNKNOWN": {
        **dict.fromkeys(("gemini", "vertex"), _FINISH.format("UNKNOWN")),
        **dict.fromkeys(CHATS, _FINISH.format("unknown")),
        **dict.fromkeys(("openai", "apiyi"), "code:unknown"),
        "openoctopus": "code:generation_failed",
    },
    "block=NEW": {
        **dict.fromkeys(("gemini", "vertex"), _BLOCK),
        **dict.fromkeys(CHATS, _FINISH.format("NEW")),
        "gemini-interactions": "code:NEW",
    },
}
