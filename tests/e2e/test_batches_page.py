"""The catalogue recipe of docs/batches.md, as a newcomer pastes it: both doors, and the program that follows."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from local.aws import LOGIN, REGION
from tests.e2e.cloud import Cloud
from tests.e2e.inbox import Inbox

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "batches.md").read_text()
DROP, POST = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
(PROGRAM,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
Pairs = list[list[str]]
SKUS = {"chairs/oslo": "CH-1001", "chairs/bergen": "CH-1002", "lamps/tromso": "LA-2001"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which what is downloaded does not stay."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return tmp_path


def run(command: list[str], checkout: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **environment},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def paired(checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], Pairs]:
    """What the program says of each product, its SKU and its file, and of the cost."""
    monkeypatch.chdir(checkout)

    def run_program() -> Pairs:
        exec(PROGRAM, {})
        return [line.split() for line in capsys.readouterr().out.splitlines()]

    return run_program


def test_a_catalogue_is_dropped_and_posted_and_each_sku_has_its_file(
    cloud: Cloud, checkout: Path, paired: Callable[[], Pairs]
) -> None:
    aws = {"AWS_ENDPOINT_URL": cloud.running.endpoint_url, "AWS_DEFAULT_REGION": REGION}
    aws |= {"AWS_ACCESS_KEY_ID": LOGIN, "AWS_SECRET_ACCESS_KEY": LOGIN}
    inbox, results = Inbox(cloud), checkout / "pictures" / "products"

    said = run(["sh", "-c", DROP], checkout, aws)
    run(["sh", "-c", POST], checkout, {"API": cloud.running.api, "KEY": cloud.running.key})
    *posted, _ = paired()
    report = inbox.report("shop/products")

    assert f"s3://{cloud.outputs['OutboxBucket']}/shop/products/report.json, written last" in said
    assert sorted(one.name for one in results.iterdir()) == ["report.csv", "report.json", "results-001.zip"]
    kept = inbox.found("shop/products/report.json")
    assert kept
    (results / "report.json").write_bytes(kept)
    *dropped, (cost,) = paired()
    for pairs in (posted, dropped):
        assert [(sku, Path(file).with_suffix("").as_posix()) for sku, file in pairs] == [
            (sku, name) for name, sku in SKUS.items()
        ]
    assert all(inbox.found(f"shop/products/{file}") for _, file in dropped)
    assert cost == f"${report['totals']['cost_usd']:.4f}"
    assert [item["size_delivered"] for item in report["items"]] == ["1K", "1K", "512"]
    assert cloud.client.get(report["items"][0]["job_id"])["requested"]["tags"] == ["catalogue"]
