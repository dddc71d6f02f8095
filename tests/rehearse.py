"""The README's deployment, rehearsed: what `sam build` built is deployed by `sam deploy`, to an emulated AWS.

`make rehearse` runs it, and ends with a caller's key in the deployed table. What was built is for arm64 and Python
3.13, so that its functions cannot run here; what they do is tested on the local cloud.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from adapters.keys_table import KeysTable
from cavendish.key import digest
from local import emulator, process
from local.aws import Aws
from local.state import Home

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
#: What an account's owner answers when `--guided` asks.
ANSWERS = (
    "--resolve-s3 --capabilities CAPABILITY_IAM --no-confirm-changeset --no-progressbar --no-fail-on-empty-changeset"
)


def commands() -> dict[str, str]:
    """The README's block on deployment, by what each does."""
    (block,) = [one for one in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) if "sam deploy" in one]
    return {line.removeprefix(".venv/bin/cavendish ").rpartition(" --stack")[0]: line for line in block.splitlines()}


def run(command: str, endpoint_url: str) -> str:
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PATH": f"{ROOT / '.sam' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The README's command failed: {command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def rehearse(endpoint_url: str) -> int:
    """Deploy, and make a key; gives the number of outputs."""
    readme = commands()
    deployed = run(readme["sam deploy --guided"].replace("--guided", ANSWERS), endpoint_url)
    run(f"echo paid-with-this | {readme['keys provider gemini']}", endpoint_url)
    key = run(readme["keys create"], endpoint_url).strip()
    table = re.search(r"Value +(cavendish-JobsTable-\S+)", deployed)
    assert table, f"no table in: {deployed[-2000:]}"
    assert KeysTable(Aws(endpoint_url).client("dynamodb"), table[1]).get(digest(key)), "the key is not in the table"
    assert "paid-with-this" in _secret(endpoint_url), "the provider's key is not in the secret"
    return len(re.findall(r"^Key ", deployed, re.MULTILINE))


def _secret(endpoint_url: str) -> str:
    client = Aws(endpoint_url).client("secretsmanager")
    return str(client.get_secret_value(SecretId="cavendish-provider-keys")["SecretString"])


def main() -> None:
    """Start an emulator of its own, and end it whatever happens."""
    home, port = Home(Path(tempfile.mkdtemp(prefix="cavendish-rehearsal-"))), emulator.free_port(None)
    endpoint_url = f"http://{emulator.HOST}:{port}"
    ministack = emulator.start(home, port, 1.0, check_rights=False)
    try:
        emulator.wait(home, ministack, endpoint_url)
        outputs = rehearse(endpoint_url)
    finally:
        process.stop([ministack], home.folder)
    sys.stdout.write(f"Rehearsed: sam deploy gives {outputs} outputs, and the keys are where they belong\n")


if __name__ == "__main__":
    main()
