"""A test gets the template, or each of its resources in turn: what its argument names."""

from typing import Any

import pytest

from tests.template.resources import Template, read_definition, read_source, translate

#: What a test is asked of, by the name of its argument.
KINDS = {
    "bucket": "AWS::S3::Bucket",
    "function": "AWS::Lambda::Function",
    "integration": "AWS::ApiGatewayV2::Integration",
    "layer": "AWS::Lambda::LayerVersion",
    "log_group": "AWS::Logs::LogGroup",
    "mapping": "AWS::Lambda::EventSourceMapping",
    "queue": "AWS::SQS::Queue",
    "role": "AWS::IAM::Role",
    "rule": "AWS::Events::Rule",
    "table": "AWS::DynamoDB::Table",
}


@pytest.fixture
def source() -> Template:
    return read_source()


@pytest.fixture
def deployed() -> Template:
    return translate()


@pytest.fixture
def definition() -> dict[str, Any]:
    return read_definition()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, kind in KINDS.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, translate().all(kind), ids=lambda one: one.id)
