"""The run without an AWS account: started, kept, ended. What the `cavendish` command calls; nothing here prints."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local import change, emulator, models, process, stack, state
from local import logs as function_logs
from local.aws import Aws
from local.errors import AlreadyRunningError, CloudError
from local.interrupt import interruptible, undisturbed
from local.repair import repair
from local.running import TENANT, Running, UpOptions
from local.seed import MakeKey, seed
from local.stack import Deployment
from local.state import CloudState, Home

LOOK_EVERY_SECONDS = 0.5

#: What the emulator or a file that is just being saved may throw at us.
BREAKAGES = (BotoCoreError, ClientError, OSError)

#: Tells the user a line.
Say = Callable[[str], None]


def up(options: UpOptions, make_key: MakeKey) -> Running:
    """Start everything, return when it answers, leave it running. If that fails, nothing of it stays."""
    home = Home(options.root)
    models.check_routes(options.routes)
    with interruptible(), state.alone(home):
        _end_leftovers(home)
        port = emulator.free_port(options.port)
        with _all_or_nothing(home):
            return _start(home, port, options, make_key)


def run(options: UpOptions, make_key: MakeKey, announce: Callable[[Running], None], say: Say | None = None) -> None:
    """Start everything, stay until interrupted, end everything. With `say`, deploy each change and tell of it."""
    with interruptible():
        running = up(options, make_key)
        try:
            state.record(Home(options.root), process.current("up"))
            announce(running)
            watch(options.root, say)
        except KeyboardInterrupt:
            return
        finally:
            down(options.root)


def watch(root: Path, say: Say | None) -> None:
    """Look after a running cloud until interrupted: raise when a part of it died, deploy what changed if told to."""
    home = Home(root)
    before = change.stamps(root)
    while parts := state.read(home).processes:
        for part in parts:
            if not part.alive:
                raise CloudError(f"{part.name} ended on its own.", home.log(part.name))
        time.sleep(LOOK_EVERY_SECONDS)
        after = change.stamps(root)
        if say and (names := change.changed(before, after)):
            say(_told_reload(root, names))
        before = after


def reload(root: Path) -> Deployment:
    """Deploy what changed since the last time to the cloud that runs."""
    aws = _running_aws(root)
    deployment = stack.update(aws, root)
    repair(aws)
    return deployment


def down(root: Path) -> None:
    """End all of this checkout's cloud, also half of one, also none."""
    home = Home(root)
    others = [part for part in state.read(home).processes if part != process.current(part.name)]
    with undisturbed():
        process.stop(others, home.folder)
        home.tidy()


def logs(root: Path, *, follow: bool = True) -> Iterator[str]:
    """What the functions said, as `function  message`; with `follow` without end."""
    return function_logs.lines(_running_aws(root), follow=follow)


@contextmanager
def _all_or_nothing(home: Home) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        down(home.root)
        if isinstance(error, BREAKAGES):
            raise CloudError(f"The cloud did not start: {error}", home.log("ministack")) from error
        if isinstance(error, CloudError):
            error.log_path = error.log_path or home.log("ministack")
        raise


def _start(home: Home, port: int, options: UpOptions, make_key: MakeKey) -> Running:
    state.write(home, CloudState(processes=(process.current("up"),)))
    ministack = state.record(home, emulator.start(home, port, options.time_scale, check_rights=options.check_rights))
    server = state.record(home, models.start(home, options.weather, options.time_scale))
    endpoint_url = f"http://{emulator.HOST}:{port}"
    emulator.wait(home, ministack, endpoint_url)
    models_url = models.wait(home, server)
    aws = Aws(endpoint_url)
    deployment = stack.create(aws, home.root, _values(options, endpoint_url, models_url))
    repair(aws)
    running = Running.at(deployment, seed(deployment, make_key), models_url)
    _must_answer(running.api)
    state.write(home, CloudState(processes=(ministack, server), running=asdict(running)))
    return running


def _values(options: UpOptions, endpoint_url: str, models_url: str) -> dict[str, str]:
    """What the template may want to know of this machine; it gets what it declares as parameters."""
    bases = models.route_bases(options.root, models_url, options.routes)
    return {
        "RouteBases": ",".join(f"{name}={base}" for name, base in bases.items()),
        "Learning": "on" if options.learning else "off",
        "ApiOrigin": f"{endpoint_url}/_aws/execute-api",
        "LocalHttp": "true",
        "InboxTenant": TENANT,
        # Six calls at once: two cores play all of AWS here, and an interactive caller is not to feel it.
        "BulkConcurrency": "2",
        "BulkBatchSize": "3",
    }


def _must_answer(api: str) -> None:
    status, text = emulator.get(f"{api}/health")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CloudError(f"The API was deployed but answers {status}: {text[:300]}")


def _end_leftovers(home: Home) -> None:
    """Of a cloud that was killed while it started, or whose emulator died. One that runs is refused instead."""
    before = state.read(home)
    if before.running and all(part.alive for part in before.processes):
        raise AlreadyRunningError(f"A cloud runs already: {before.running['api']}; end it with `make down`.")
    down(home.root)


def _told_reload(root: Path, names: list[str]) -> str:
    started = time.monotonic()
    try:
        reload(root)
    except (CloudError, *BREAKAGES) as error:
        return f"not redeployed: {' '.join(str(error).split())}"
    return f"redeployed in {time.monotonic() - started:.1f} s: {', '.join(names)}"


def _running_aws(root: Path) -> Aws:
    running = state.read(Home(root)).running
    if not running:
        raise CloudError("No cloud of this checkout runs; start it with `cavendish up`.")
    return Aws(str(running["endpoint_url"]))
