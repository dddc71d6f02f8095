"""What a start of the door, or of a worker, does not load: somebody waits for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.resources import RESOURCES

ROOT = Path(__file__).parents[2]
LOADED = "import sys, api; print(*sys.modules)"


def modules(program: str, **settings: str) -> set[str]:
    """What a program that prints them has loaded, in the environment of a function."""
    paths = f"{ROOT / 'functions'}:{ROOT / 'layers' / 'core'}"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "AWS_DEFAULT_REGION": "us-east-1", **settings}
    return set(subprocess.check_output([sys.executable, "-c", program], env=environment, text=True).split())


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that the door has when it is ready for its first request."""
    return modules(LOADED)


@pytest.mark.parametrize(
    "module",
    [
        *("httpx", "boto3", "s3transfer", "pybase64", "aws_xray_sdk", "adapters.model_http"),
        *("httpcore", "cryptography", "standardwebhooks", "adapters.endpoints_table", "cavendish.webhook.delivery"),
    ],
)
def test_the_door_does_not_load_what_it_does_not_need(loaded: set[str], module: str) -> None:
    assert module not in loaded


@pytest.mark.parametrize(
    "module",
    [
        "cavendish.pipeline.call",
        "cavendish.answer.answer",
        "cavendish.openapi.document",
        "cavendish.advice.estimate",
        "cavendish.advice.recommend",
        "cavendish.health.standing",
        "cavendish.stats.stats",
    ],
)
def test_the_door_reads_no_answers_and_writes_no_document_before_it_is_asked(loaded: set[str], module: str) -> None:
    assert module not in loaded


@pytest.mark.parametrize("module", ["botocore.session", "cavendish.contract.fit", "adapters.keys_table"])
def test_the_door_has_what_every_submit_needs(loaded: set[str], module: str) -> None:
    assert module in loaded


#: The worker with everything that it needs for a call with a plain key, without an AWS: its secret is a value.
WORKER = """
import sys, types, generate
from wired import generator
from adapters.provider_keys import ProviderKeys
generator.generator()
secret = types.SimpleNamespace(get_secret_value=lambda **_: {"SecretString": '{"vertex": "AIza-key"}'})
assert ProviderKeys(secret, "keys", lambda: 0.0, print).get("vertex").value == "AIza-key"
print(*sys.modules)
"""
OWN = RESOURCES["GenerateFunction"]["Properties"]["Environment"]["Variables"]


@pytest.fixture(scope="module")
def worker() -> set[str]:
    """The modules that a worker has when its first call goes out."""
    return modules(WORKER, **dict.fromkeys({**OWN, "JOBS_TABLE": ""}, ""))


@pytest.mark.parametrize("module", ["adapters.google_token", "google.auth", "cryptography", "requests"])
def test_a_worker_does_not_load_what_only_googles_credentials_need(worker: set[str], module: str) -> None:
    assert module not in worker


def test_a_worker_has_what_every_call_needs(worker: set[str]) -> None:
    assert {"adapters.model_http", "cavendish.pipeline.call", "cavendish.wire.vertex"} <= worker
