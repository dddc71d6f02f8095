"""docs/webhooks.md is true: its tables are the code's, its commands and its program run, its rule matches."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.events.models import EventPattern

from adapters.event_bus import SOURCE
from adapters.signatures import Signatures
from cavendish.contract.view import view
from cavendish.job import Event
from cavendish.openapi.operations import OPERATIONS
from cavendish.webhook import endpoint, message, receiver, schedule
from cavendish.webhook.delivery import KEPT_S, Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.events import EVENT_TYPES, PING
from cavendish.webhook.secret import OVERLAP_S
from tests.builders import a_job
from tests.receivers.stub_api import stub_api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhooks.md").read_text()
CAVENDISH = str(Path(sys.executable).with_name("cavendish"))
COMMANDS = re.findall(r"^\.venv/bin/cavendish (webhooks .+)$", PAGE, re.MULTILINE)
ID, ENDPOINT, DELIVERY = "01KX0000000000000000000000", "ep_01KX0000000000000000000000", "dlv_01KX0000000000000000000000"
UNITS = {"s": 1, "min": 60, "h": 3600}


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_table_of_events_has_all_of_them() -> None:
    assert [row[0].strip("`") for row in rows("What arrives")] == [*EVENT_TYPES, PING]


def test_the_table_of_routes_is_the_apis() -> None:
    shown = [re.sub(r"{\w+}", "{id}", f"{one.method} {one.path}") for one in OPERATIONS]

    assert {row[0].strip("`") for row in rows("Register")} == {one for one in shown if "webhook" in one}


def test_the_table_of_tries_is_the_schedule() -> None:
    waits = [int(row[1].split()[0]) * UNITS[row[1].split()[1]] for row in rows("When it fails")]
    clocks = [f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}" for at in accumulate(schedule.DELAYS_S)]

    assert tuple(waits) == schedule.DELAYS_S
    assert [row[2] for row in rows("When it fails")] == clocks


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("at most {} endpoints", endpoint.MOST),
        ("within {} seconds", int(schedule.LIMIT_S)),
        ("below {} kB", message.LIMIT_BYTES // 1000),
        ("signs too for {} hours", OVERLAP_S // 3600),
        ("kept for {} days", KEPT_S // 86_400),
        ("up to {} hours", int(schedule.RETRY_AFTER_MAX_S) // 3600),
        ("At most {} messages", receiver.SLOTS),
        ("{} to all of your jobs' own webhooks on one host", receiver.HOST_SLOTS),
    ],
)
def test_a_number_is_the_codes(words: str, number: int) -> None:
    assert words.format(number) in PAGE


def test_what_cannot_be_found_by_its_digits_is_the_codes_too() -> None:
    assert (endpoint.DISABLE_AFTER_S, schedule.JITTER, schedule.SLOW_S) == (5 * 86_400, 0.1, 60)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", PAGE))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / "docs" / link).exists()


def test_the_example_has_the_fields_of_a_message() -> None:
    submit, arrived = map(json.loads, blocks("json"))
    event = Event(type="job.succeeded", job_id=ID, tenant="acme", sequence=7, at=1.0)
    data = view(a_job(), [], base_url="", link=lambda key, mime: key, now=1.0)
    written = json.loads(message.body(Delivery.of(event, ENDPOINT, 1.0), data))

    assert set(arrived) == set(written)
    assert set(arrived["data"]) <= set(written["data"])
    assert f"webhook-id: {Delivery.of(event, ENDPOINT, 1.0).message_id}" in PAGE
    assert set(submit["webhook"]["events"]) <= set(EVENT_TYPES)


def test_the_program_believes_the_deployments_key_and_nothing_else() -> None:
    (program,) = blocks("python")
    known: dict[str, Any] = {}
    exec(program, known)
    signer, at, body = Signatures(b"master"), int(time.time()), b'{"type": "job.failed"}'

    def told(public: Signatures, body: bytes, signed_at: int = at) -> bool:
        signature = signer.sign("msg_1", signed_at, b'{"type": "job.failed"}', ["whsec_" + "QUJD" * 8])
        names = {"webhook-id": "msg_1", "webhook-timestamp": str(signed_at), "webhook-signature": signature}
        return bool(known["verified"](public.public_key(), names, body))

    assert told(signer, body)
    assert not told(Signatures(b"other"), body)
    assert not told(signer, body.replace(b"failed", b"mailed"))
    assert not told(signer, body, at - 400)


@pytest.mark.parametrize(("event_type", "tenant", "wanted"), [("job.failed", "acme", True), ("job.failed", "x", False)])
def test_the_rule_matches_what_is_put_on_the_bus(event_type: str, tenant: str, wanted: bool) -> None:
    class Loader(yaml.SafeLoader):
        """Knows CloudFormation's functions by their names only."""

    Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)
    rule = yaml.load(blocks("yaml")[0], Loader)["FailedJobs"]["Properties"]
    detail = Detail.of(Event(type=event_type, job_id=ID, tenant=tenant, sequence=1, at=1.0))
    fields = json.loads(detail.model_dump_json(exclude_none=True))
    event: Any = {"source": SOURCE, "detail-type": detail.type, "detail": fields}

    assert EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(event) is wanted
    assert set(rule["EventPattern"]["detail-type"]) <= set(EVENT_TYPES)
    assert all(f"`{name}`" in PAGE for name in Detail.model_fields)


@pytest.mark.parametrize("command", [one for one in COMMANDS if "listen" not in one])
def test_a_command_of_the_page_asks_for_what_it_says(command: str) -> None:
    shown = {"id": ENDPOINT, "url": "https://x", "events": ["job.failed"], "enabled": True, "secret": "whsec_x"}
    endpoint_view = {**shown, "disabled_reason": None, "failing_since": None}
    delivery: dict[str, Any] = {
        "id": DELIVERY,
        "type": "job.failed",
        "job_id": ID,
        "endpoint": ENDPOINT,
        "url": None,
        "tries": [],
    }
    delivery_view = {**delivery, "status": "failed", "reason": "it failed 10 times", "next_at": None}
    with stub_api() as api:
        api.answers = {
            "POST /v1/webhooks/endpoints": (201, endpoint_view),
            "GET /v1/webhooks/endpoints": (200, {"endpoints": [endpoint_view]}),
            f"DELETE /v1/webhooks/endpoints/{ENDPOINT}": (204, None),
            f"POST /v1/webhooks/endpoints/{ENDPOINT}/ping": (202, delivery_view),
            f"POST /v1/webhooks/endpoints/{ENDPOINT}/replay": (202, {"sent": 3, "next": None}),
            f"POST /v1/webhooks/deliveries/{DELIVERY}/replay": (202, delivery_view),
            "GET /v1/webhooks/deliveries?limit=100&status=failed": (200, {"deliveries": [delivery_view], "next": None}),
            "GET /v1/webhooks/deliveries?status=failed&limit=100": (200, {"deliveries": [delivery_view], "next": None}),
        }
        known = {"PATH": os.environ["PATH"], "API": api.url, "KEY": "cav_example"}
        done = subprocess.run(
            [CAVENDISH, *shlex.split(command)], env=known, capture_output=True, check=False, text=True
        )

    assert done.returncode == 0, done.stderr
    assert len(api.requests) == 1
    assert done.stdout or "delete" in command
