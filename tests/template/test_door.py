"""The door: API Gateway may call the function behind it, and is the last to give up."""

from tests.template.resources import Resource, Template

#: HTTP APIs wait no longer than this, in milliseconds, whatever they are told.
HTTP_API_MAX_MS = 30_000


def test_the_door_may_call_the_function_behind_it(integration: Resource, deployed: Template) -> None:
    function = deployed.at(integration["IntegrationUri"])
    assert function
    permission = next(one for one in deployed.all("AWS::Lambda::Permission") if one["FunctionName"] == function.ref)

    assert permission["Action"] == "lambda:InvokeFunction"
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(f":${{{integration['ApiId']['Ref']}}}/*")


def test_the_function_gives_up_before_the_door_does(integration: Resource, deployed: Template) -> None:
    function = deployed.at(integration["IntegrationUri"])

    assert function
    assert function["Timeout"] * 1000 < integration["TimeoutInMillis"] <= HTTP_API_MAX_MS


def test_the_door_speaks_the_events_that_the_function_reads(integration: Resource) -> None:
    assert integration["PayloadFormatVersion"] == "2.0"


def test_every_path_leads_to_the_function(deployed: Template) -> None:
    (route,) = deployed.all("AWS::ApiGatewayV2::Route")

    assert route["RouteKey"] == "$default"
    assert route["Target"] == {"Fn::Sub": "integrations/${HttpApiIntegration}"}


def test_the_door_is_throttled_and_keeps_a_log(deployed: Template) -> None:
    (stage,) = deployed.all("AWS::ApiGatewayV2::Stage")

    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    log_group = deployed.at(stage["AccessLogSettings"]["DestinationArn"])
    assert log_group
    assert log_group.type == "AWS::Logs::LogGroup"
