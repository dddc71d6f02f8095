"""The local cloud: what it uploads, what it remembers, whom it refuses; and once, from start to end."""

import json
import os
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from local import change, cloud, models, package, process, state, template
from local.errors import AlreadyRunningError, CloudError, PortInUseError
from local.process import Process
from local.running import Running, UpOptions
from local.stack import Deployment
from local.state import CloudState, Home

ROOT = Path(__file__).parents[2]

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      RouteBases: { Type: String }
    Resources:
      HttpApi: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
      Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref HttpApi, StageName: $default } }
      Route:
        Type: AWS::ApiGatewayV2::Route
        Properties: { ApiId: !Ref HttpApi, RouteKey: $default, Target: !Sub "integrations/${Integration}" }
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties: { ApiId: !Ref HttpApi, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt ApiFunction.Arn }
      ApiFunction:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: api.handler
          CodeUri: functions
          Layers: [!Ref CoreLayer]
          Environment: { Variables: { ROUTE_BASES: !Ref RouteBases } }
      CoreLayer: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: layers/core } }
      Workflow:
        Type: AWS::Serverless::StateMachine
        Properties: { DefinitionUri: workflow.asl.yaml, Role: "arn:aws:iam::000000000000:role/workflow" }
      ImagesBucket: { Type: AWS::S3::Bucket }
      ProviderKeysSecret: { Type: AWS::SecretsManager::Secret, Properties: { Name: keys, SecretString: "{}" } }
    Outputs:
      HttpApi: { Value: !Ref HttpApi }
      ImagesBucket: { Value: !Ref ImagesBucket }
      ProviderKeysSecret: { Value: !Ref ProviderKeysSecret }
"""
WORKFLOW = """
    QueryLanguage: JSONata
    StartAt: Done
    States: { Done: { Type: Pass, End: true } }
"""
API = """
    import json, os
    from cavendish import VERSION

    def handler(event, context):
        print("answered")
        return {"statusCode": 200, "body": json.dumps({"version": VERSION, "bases": os.environ["ROUTE_BASES"]})}
"""
MODEL_SERVER = """
    import signal
    print('{"url": "http://127.0.0.1:9"}', flush=True)
    signal.pause()
"""
CATALOG = """
    [routes.gemini]
    base_url = "https://generativelanguage.googleapis.com"
    [routes.openai]
    base_url = "https://api.openai.com/v1"
"""
FILES = {
    "template.yaml": TEMPLATE,
    "workflow.asl.yaml": WORKFLOW,
    "functions/api.py": API,
    "layers/core/requirements.txt": "pydantic",
    "layers/core/cavendish/__init__.py": "VERSION = 'one'",
    "layers/core/cavendish/catalog/catalog.toml": CATALOG,
    "local/__init__.py": "",  # a package of its own, or the installed checkout's would win
    "local/model_server/__init__.py": "",
    "local/model_server/__main__.py": MODEL_SERVER,
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def running(checkout: Path) -> Iterator[Running]:
    try:
        yield cloud.up(UpOptions(root=checkout, routes={"openai": "http://127.0.0.1:8/v1"}), lambda deployment: "key")
    finally:
        cloud.down(checkout)


def answer(running: Running) -> dict[str, str]:
    with urllib.request.urlopen(running.api + "/v1/jobs") as said:
        content: dict[str, str] = json.load(said)
    return content


def no_key(deployment: Deployment) -> str:
    raise AssertionError("nothing was deployed")


def test_the_same_files_give_the_same_bytes_whenever_they_were_written(checkout: Path) -> None:
    before = package.functions(checkout / "functions")
    os.utime(checkout / "functions/api.py", (1, 1))
    assert package.functions(checkout / "functions") == before


def test_the_order_of_files_does_not_matter() -> None:
    assert package.zipped({"a": b"1", "b": b"2"}) == package.zipped({"b": b"2", "a": b"1"})


def test_a_changed_file_gives_another_name(checkout: Path) -> None:
    before = package.functions(checkout / "functions").key
    write(checkout / "functions/api.py", API + "\n")
    assert package.functions(checkout / "functions").key != before


@pytest.mark.parametrize("name", ["__pycache__/api.cpython-311.pyc", ".mypy_cache/x.json", "api.pyc"])
def test_byte_code_and_hidden_files_stay_at_home(checkout: Path, name: str) -> None:
    before = package.functions(checkout / "functions")
    write(checkout / "functions" / name, "")
    assert package.functions(checkout / "functions") == before


def test_a_layer_lies_where_python_looks_for_it_and_brings_no_requirements(checkout: Path) -> None:
    files = {
        "python/cavendish/__init__.py": b"VERSION = 'one'",
        "python/cavendish/catalog/catalog.toml": dedent(CATALOG).encode(),
    }
    assert package.layer(checkout / "layers/core").body == package.zipped(files)


def test_nothing_of_the_template_is_changed_but_where_the_code_lies() -> None:
    source = template.load(ROOT / "template.yaml")
    there = {path: f"s3://bucket/{path}" for path in template.artifacts(source, ROOT)}
    back = {url: path for path, url in there.items()}
    moved = template.with_code_at(source, there)
    assert moved != source
    assert template.with_code_at(moved, back) == source


def test_what_the_template_names_on_this_machine_is_uploaded() -> None:
    made = template.artifacts(template.load(ROOT / "template.yaml"), ROOT)
    assert set(made) == {"functions", "layers/core", "layers/vendor", "workflow.asl.yaml"}


def test_the_workflow_is_uploaded_as_json(checkout: Path) -> None:
    assert json.loads(template.workflow(checkout / "workflow.asl.yaml").body)["StartAt"] == "Done"


def test_short_tags_are_spelled_out(checkout: Path) -> None:
    resources = template.load(checkout / "template.yaml")["Resources"]
    assert resources["Integration"]["Properties"]["IntegrationUri"] == {"Fn::GetAtt": ["ApiFunction", "Arn"]}


def test_a_template_that_is_no_yaml_is_told_in_a_sentence(checkout: Path) -> None:
    write(checkout / "template.yaml", "a: b: c")
    with pytest.raises(CloudError, match=r"template\.yaml cannot be read"):
        template.load(checkout / "template.yaml")


def test_each_route_leads_to_the_model_server_in_its_providers_shape(checkout: Path) -> None:
    bases = models.route_bases(checkout, "http://127.0.0.1:9", {})
    assert bases == {"gemini": "http://127.0.0.1:9", "openai": "http://127.0.0.1:9/v1"}


def test_a_route_asked_for_leads_elsewhere(checkout: Path) -> None:
    bases = models.route_bases(checkout, "http://127.0.0.1:9", {"gemini": "http://127.0.0.1:8"})
    assert bases["gemini"] == "http://127.0.0.1:8"


@pytest.mark.parametrize("routes", [{"gemeni": "http://127.0.0.1:8"}, {"gemini": "127.0.0.1:8"}])
def test_a_route_that_cannot_be_meant_is_refused_before_anything_starts(checkout: Path, routes: dict[str, str]) -> None:
    with pytest.raises(CloudError):
        cloud.up(UpOptions(root=checkout, routes=routes), no_key)
    assert not Home(checkout).folder.exists()


def test_what_was_recorded_is_read_back(home: Home) -> None:
    recorded = CloudState(
        processes=(Process("ministack", 7, 99.5),), running={"api": "http://127.0.0.1:9", "compat": None}
    )
    state.write(home, recorded)
    assert state.read(home) == recorded


@pytest.mark.parametrize("torn", ["", '{"processes": [{"na', "[]", '{"processes": [{"pid": 7}], "running": null}'])
def test_a_torn_record_counts_as_none(home: Home, torn: str) -> None:
    write(home.state_file, torn)
    assert state.read(home) == CloudState()


def test_a_pid_that_was_used_again_is_not_ours() -> None:
    ours = process.current("up")
    assert ours.alive
    assert not Process("up", ours.pid, ours.started - 1).alive


def test_a_second_up_is_refused_while_one_runs(checkout: Path) -> None:
    state.write(Home(checkout), CloudState(processes=(process.current("up"),), running={"api": "http://127.0.0.1:9"}))
    with pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:9") as refused:
        cloud.up(UpOptions(root=checkout), no_key)
    assert refused.value.exit_code == 3


def test_a_second_up_is_refused_while_one_starts(checkout: Path) -> None:
    with state.alone(Home(checkout)), pytest.raises(AlreadyRunningError):
        cloud.up(UpOptions(root=checkout), no_key)


def test_a_port_that_is_taken_is_refused(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortInUseError) as refused:
        cloud.up(UpOptions(root=checkout, port=taken.getsockname()[1]), no_key)
    assert refused.value.exit_code == 4


def test_down_where_nothing_runs_does_nothing(checkout: Path) -> None:
    cloud.down(checkout)
    cloud.down(checkout)


def test_a_file_written_added_or_gone_is_a_change(checkout: Path) -> None:
    before = change.stamps(checkout)
    write(checkout / "functions/api.py", API + "\n")
    write(checkout / "functions/settle.py", "")
    (checkout / "workflow.asl.yaml").unlink()
    assert change.changed(before, change.stamps(checkout)) == [
        "functions/api.py",
        "functions/settle.py",
        "workflow.asl.yaml",
    ]


def test_the_line_that_up_prints_has_the_fields_of_the_contract() -> None:
    line = Running(
        api="a",
        compat=None,
        key="k",
        models="m",
        images_bucket="i",
        inbox_bucket=None,
        outbox_bucket=None,
        endpoint_url="e",
    ).as_json()
    fields = ["api", "compat", "key", "models", "images_bucket", "inbox_bucket", "outbox_bucket", "endpoint_url"]
    assert list(json.loads(line)) == fields
    assert "\n" not in line


def test_from_start_to_end(running: Running, checkout: Path) -> None:
    bases = "gemini=http://127.0.0.1:9,openai=http://127.0.0.1:8/v1"
    assert answer(running) == {"version": "one", "bases": bases}

    write(checkout / "layers/core/cavendish/__init__.py", "VERSION = 'two'")
    cloud.reload(checkout)
    assert answer(running) == {"version": "two", "bases": bases}

    assert "ApiFunction           answered" in list(cloud.logs(checkout, follow=False))

    cloud.down(checkout)
    assert not process.marked(Home(checkout).folder)
    assert not Home(checkout).state_file.exists()
