"""The client asks on until there is no more."""

from typing import Any

from cavendish_client.webhooks.routes import Webhooks

ENDPOINT = "ep_01KX0000000000000000000000"


class Asked:
    """Gives the answers that were laid out, and keeps what was asked."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = iter(answers)
        self.sent: list[dict[str, Any]] = []

    def __call__(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        self.sent.append({name: dict(value) for name, value in sent.items()})
        return next(self._answers)


def test_a_replay_goes_on_where_the_one_before_ended() -> None:
    asked = Asked({"sent": 500, "next": "a"}, {"sent": 500, "next": "b"}, {"sent": 2, "next": None})

    assert Webhooks(asked).replay_since(ENDPOINT, "2026-11-20T12:00:00Z") == 1002
    same = {"since": "2026-11-20T12:00:00Z", "everything": False}
    assert asked.sent == [{"json": same}, {"json": {**same, "after": "a"}}, {"json": {**same, "after": "b"}}]


def test_the_next_page_of_deliveries_is_asked_for_when_it_is_needed() -> None:
    asked = Asked({"deliveries": [{"id": "2"}], "next": "a"}, {"deliveries": [{"id": "1"}], "next": None})
    found = Webhooks(asked).deliveries(status="failed")

    assert (next(found), len(asked.sent)) == ({"id": "2"}, 1)
    assert list(found) == [{"id": "1"}]
    assert asked.sent[1] == {"params": {"status": "failed", "limit": "100", "after": "a"}}


def test_only_what_is_given_is_changed() -> None:
    asked = Asked({}, {})
    Webhooks(asked).change(ENDPOINT, events=[])
    Webhooks(asked).change(ENDPOINT, enabled=False)

    assert asked.sent == [{"json": {"events": []}}, {"json": {"enabled": False}}]
