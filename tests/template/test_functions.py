"""Functions: each is its module, has what it needs, and no more."""

import importlib
import json
from typing import Any

from tests.template import settings
from tests.template.resources import Resource, Template

#: Variables that are read by others than us, and who reads them.
FOREIGN = {
    "POWERTOOLS_SERVICE_NAME": "Powertools",
    "MALLOC_ARENA_MAX": "glibc",
}
#: What may be done to every resource there is, and why: Step Functions' log delivery knows no resources.
EVERYWHERE = {"WorkflowRole": "logs:"}


def module_of(function: Resource) -> str:
    return str(function["Handler"]).removesuffix(".handler")


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def test_a_function_is_called_after_its_module(function: Resource) -> None:
    words = module_of(function).split("_")

    assert function.id == "".join(word.capitalize() for word in words) + "Function"


def test_a_function_says_what_its_module_says(function: Resource) -> None:
    module = importlib.import_module(module_of(function))

    assert callable(module.handler)
    assert module.__doc__
    assert module.__doc__.startswith(function["Description"])


def test_every_handler_is_deployed(deployed: Template) -> None:
    files = [*settings.FUNCTIONS.glob("*.py"), *settings.FUNCTIONS.glob("*/__init__.py")]
    handlers = {
        file.parent.name if file.name == "__init__.py" else file.stem
        for file in files
        if "\ndef handler(" in file.read_text()
    }

    assert handlers == {module_of(one) for one in deployed.all("AWS::Lambda::Function")}


def test_a_function_gets_the_settings_that_it_reads_and_no_others(function: Resource) -> None:
    given = set(function["Environment"]["Variables"]) - set(FOREIGN)

    assert given == settings.reachable(module_of(function))


def test_no_secret_is_in_the_environment(function: Resource, deployed: Template) -> None:
    for value in function["Environment"]["Variables"].values():
        assert "{{resolve:" not in json.dumps(value)
        if isinstance(value, str):
            continue
        assert not deployed.body["Parameters"].get(value.get("Ref", ""), {}).get("NoEcho")
        secret = deployed.at(value)
        assert secret is None or secret.type != "AWS::SecretsManager::Secret" or value == secret.ref, "only its name"


def test_each_function_has_a_role_of_its_own(deployed: Template) -> None:
    functions = deployed.all("AWS::Lambda::Function")

    assert len({json.dumps(one["Role"]) for one in functions}) == len(functions)


def test_no_role_may_do_a_thing_to_everything(role: Resource, deployed: Template) -> None:
    for statement in deployed.statements(role):
        assert "*" not in actions(statement)
        if "*" in statement["Resource"]:
            assert all(action.startswith(EVERYWHERE.get(role.id, "nothing")) for action in actions(statement))


def test_only_the_workflows_tokens_may_be_answered(role: Resource, deployed: Template) -> None:
    for statement in deployed.statements(role):
        if any(action.startswith("states:SendTask") for action in actions(statement)):
            assert statement["Resource"] == {"Ref": "Workflow"}


def test_a_function_runs_on_the_processor_and_python_its_layers_are_built_for(function: Resource) -> None:
    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"


def test_a_layer_is_built_for_the_functions(layer: Resource, source: Template) -> None:
    name = next(one.id for one in source.all("AWS::Serverless::LayerVersion") if layer.id.startswith(one.id))

    assert source[name].rest["Metadata"] == {"BuildMethod": "python3.13", "BuildArchitecture": "arm64"}
    assert layer["CompatibleArchitectures"] == ["arm64"]
    assert layer["CompatibleRuntimes"] == ["python3.13"]


def test_no_function_takes_concurrency_from_others(function: Resource) -> None:
    """A new account may have ten in all."""
    assert function.get("ReservedConcurrentExecutions") is None


def test_a_function_logs_where_lines_are_deleted_some_day(function: Resource, deployed: Template) -> None:
    log_group = deployed.at(function["LoggingConfig"]["LogGroup"])

    assert log_group
    assert log_group["RetentionInDays"]


def test_the_watchdog_ends_before_it_is_woken_again(deployed: Template) -> None:
    assert deployed["WatchdogFunctionEveryMinute"]["ScheduleExpression"] == "rate(1 minute)"
    assert deployed["WatchdogFunction"]["Timeout"] < 60
