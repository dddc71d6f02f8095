"""Receivers that hang, babble, break off or are somebody else, over real sockets: what a delivery makes of each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from cavendish.outbound import WebReply
from cavendish.webhook.delivery import Delivery, State
from cavendish.webhook.schedule import LIMIT_S
from tests.integration.calls import taking
from tests.integration.internet import PUBLIC, Internet
from tests.integration.sockets import Act, Talk
from tests.integration.tls import TlsServer
from tests.webhook_world import WebhookWorld

#: So long a try takes here at most, in seconds.
SHORT_S = 1.0
OK = b"HTTP/1.1 200 OK\r\n"


class Hurried:
    """The port Web with less patience."""

    def __init__(self, web: Any) -> None:
        self._web = web
        self.limits: list[float] = []

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float, max_bytes: int) -> WebReply:
        self.limits.append(limit_s)
        reply: WebReply = self._web.post(url, headers=headers, body=body, limit_s=SHORT_S, max_bytes=max_bytes)
        return reply


class Receiver(NamedTuple):
    """A receiver that stands at the endpoint's address, and what is sent to it."""

    world: WebhookWorld
    server: TlsServer
    web: Hurried

    def tried(self) -> Delivery:
        """What becomes of one delivery after one try."""
        self.world.ended()
        row = self.world.deliver(self.world.only().id)
        assert row is not None
        assert self.web.limits == [LIMIT_S]
        return row


Stands = Callable[..., Receiver]


@pytest.fixture
def stands() -> Iterator[Stands]:
    with ExitStack() as stack:

        def start(act: Act = Talk.answer, **certificate: Any) -> Receiver:
            server = stack.enter_context(TlsServer([act], **{"names": ("hooks.test",), **certificate}))
            world = WebhookWorld()
            web = Hurried(Internet({"hooks.test": [[PUBLIC]]}, {PUBLIC: server.port}).fetch())
            world.web = web  # type: ignore[assignment]
            world.endpoint()
            return Receiver(world, server, web)

        yield start


def endless(talk: Talk) -> None:
    talk.say(OK + b"\r\n")
    while not talk.stopped.is_set():
        talk.say(b"x" * 10_000)


def breaking_off(talk: Talk) -> None:
    talk.say(OK + b"content-length: 999\r\n\r\nthan")
    talk.close()


def half_a_head(talk: Talk) -> None:
    talk.say(OK + b"content-le")
    talk.close()


def dripping(talk: Talk) -> None:
    talk.say(OK, *[b"x: y\r\n"] * 99, every_s=0.1)


def dripping_behind_its_status(talk: Talk) -> None:
    talk.say(OK + b"content-length: 99\r\n\r\n", *[b"x"] * 99, every_s=0.1)


@pytest.mark.parametrize(("act", "answer"), [(endless, "x" * 500), (breaking_off, "than")])
def test_a_status_of_success_is_all_that_is_waited_for(stands: Stands, act: Act, answer: str) -> None:
    with taking(0, SHORT_S):
        row = stands(act).tried()

    assert (row.state, row.tries[0].status, row.tries[0].answer) == (State.DELIVERED, 200, answer)


def test_who_drips_behind_a_success_is_left_at_the_limit(stands: Stands) -> None:
    with taking(SHORT_S, SHORT_S + 2):
        row = stands(dripping_behind_its_status).tried()

    assert (row.state, row.tries[0].status) == (State.DELIVERED, 200)
    assert 0 < len(row.tries[0].answer) < 99


@pytest.mark.parametrize("act", [Talk.hang, dripping])
def test_who_hangs_or_drips_is_left_at_the_limit_and_gets_one_at_a_time(stands: Stands, act: Act) -> None:
    receiver = stands(act)
    with taking(SHORT_S, SHORT_S + 2):
        row = receiver.tried()

    assert (row.state, row.tries[0].status) == (State.PENDING, None)
    assert str(row.tries[0].error).startswith("timed out")
    assert "it may have seen the message" in str(row.tries[0].error)
    now, slots = receiver.world.clock(), receiver.world.slots
    assert [slots.take(row.receiver, name, now=now, until=now + 30) for name in "ab"] == [0, None]


@pytest.mark.parametrize("act", [Talk.close, Talk.reset, half_a_head])
def test_who_breaks_off_before_its_status_stands_may_have_seen_the_message(stands: Stands, act: Act) -> None:
    row = stands(act).tried()

    assert (row.state, row.tries[0].status) == (State.PENDING, None)
    assert str(row.tries[0].error).startswith("connection lost")
    assert "it may have seen the message" in str(row.tries[0].error)


@pytest.mark.parametrize(
    ("certificate", "words"), [({"expired": True}, "expired"), ({"names": ("other.test",)}, "hooks.test")]
)
def test_who_shows_a_wrong_certificate_is_told_nothing(stands: Stands, certificate: dict[str, Any], words: str) -> None:
    receiver = stands(**certificate)
    row = receiver.tried()

    assert (row.state, receiver.server.requests) == (State.PENDING, [])
    assert words in str(row.tries[0].error)
    assert "may have seen" not in str(row.tries[0].error)


@pytest.mark.parametrize("status", ["301 Moved", "307 Again"])
def test_a_redirect_is_a_failure_that_says_where_it_pointed_and_nobody_goes_there(stands: Stands, status: str) -> None:
    receiver = stands(lambda talk: talk.answer(status=status, headers="location: https://hooks.test/new\r\n"))
    row = receiver.tried()

    assert (row.state, row.tries[0].status, receiver.server.connections) == (State.PENDING, int(status[:3]), 1)
    assert "pointed to https://hooks.test/new; redirects are not followed" in str(row.tries[0].error)


def test_the_same_message_arrives_when_the_receiver_is_well_again(stands: Stands) -> None:
    receiver = stands(Talk.close)
    row = receiver.tried()
    receiver.server.acts = [Talk.answer]
    receiver.world.run(10)

    after = receiver.world.only()
    assert (after.state, [one.status for one in after.tries]) == (State.DELIVERED, [None, 200])
    assert [request.count(row.message_id.encode()) for request in receiver.server.requests] == [1, 1]
