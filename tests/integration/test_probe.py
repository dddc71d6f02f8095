"""A probe finds the API of a stack by the stack's own outputs, and goes no further without a yes."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from cavendish_client.cli import app
from tests.integration.gateway import gateway
from tests.integration.handlers import KEY, Functions
from tests.integration.sockets import Server

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
STACK = """<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName>
<Outputs>{}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
UNKNOWN = b"""<ErrorResponse><Error><Code>ValidationError</Code>
<Message>Stack with id s does not exist</Message></Error></ErrorResponse>"""

Stack = Callable[..., None]


@pytest.fixture
def stack(serve: Callable[..., Server], functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Lets CloudFormation answer with these outputs, or that it knows no such stack."""

    def stack(outputs: dict[str, str] | None) -> None:
        told = STACK.format("".join(OUTPUT.format(*one) for one in (outputs or {}).items())).encode()
        said = (UNKNOWN, "400 Bad Request") if outputs is None else (told, "200 OK")
        cloudformation = serve(lambda talk: talk.answer(said[0], status=said[1]))
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("KEY", KEY)
        monkeypatch.delenv("API", raising=False)

    functions.with_key()
    return stack


def test_the_address_is_the_one_that_the_stack_tells(stack: Stack) -> None:
    with gateway() as api:
        stack({"ApiUrl": api})
        done = CliRunner().invoke(app, ["probe", "--route", "gemini", "--stack", "s"])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "4 calls on the route gemini" in done.stderr
    assert "Nothing was sent" in done.stderr


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ({"Bucket": "b"}, "The stack s has no output ApiUrl; is it Cavendish's?"),
        (None, "AWS was not reached, or refused"),
    ],
)
def test_a_stack_that_is_none_of_ours_is_told_in_a_sentence(
    stack: Stack, outputs: dict[str, str] | None, sentence: str
) -> None:
    stack(outputs)
    done = CliRunner().invoke(app, ["probe", "--route", "gemini", "--stack", "s", "--yes"])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)


def test_keys_are_not_made_in_a_stack_that_is_none_of_ours(stack: Stack) -> None:
    stack({"Bucket": "b"})
    done = CliRunner().invoke(app, ["keys", "create", "--stack", "s"])

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("The stack s has no output JobsTable")
