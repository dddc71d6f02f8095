"""What a start of the door does not load: a caller waits for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = "import sys, api; print(*sys.modules)"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that the door has when it is ready for its first request."""
    paths = f"{ROOT / 'functions'}:{ROOT / 'layers' / 'core'}"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "AWS_DEFAULT_REGION": "us-east-1"}
    return set(subprocess.check_output([sys.executable, "-c", LOADED], env=environment, text=True).split())


@pytest.mark.parametrize("module", ["httpx", "boto3", "s3transfer", "pybase64", "aws_xray_sdk", "adapters.model_http"])
def test_the_door_does_not_load_what_it_does_not_need(loaded: set[str], module: str) -> None:
    assert module not in loaded


@pytest.mark.parametrize("module", ["cavendish.pipeline.call", "cavendish.answer", "cavendish.openapi.document"])
def test_the_door_reads_no_answers_and_writes_no_document_before_it_is_asked(loaded: set[str], module: str) -> None:
    assert module not in loaded


@pytest.mark.parametrize("module", ["botocore.session", "cavendish.fit", "adapters.keys_table"])
def test_the_door_has_what_every_submit_needs(loaded: set[str], module: str) -> None:
    assert module in loaded
