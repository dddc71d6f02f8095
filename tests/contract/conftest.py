"""One model server for all routes, and the calls of a module, made beside each other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.contract.calling import TIME_SCALE, Calling, Case, Made
from tests.local.conftest import running

#: A call mostly waits for its answer.
AT_ONCE = 4


@pytest.fixture(scope="session")
def calling() -> Iterator[Calling]:
    with running("--time-scale", str(TIME_SCALE)) as server:
        httpx.put(f"{server.url}/_control/sketch", json=True).raise_for_status()
        calling = Calling.to(server)
        with calling.control, calling.models._client:
            yield calling


@pytest.fixture(scope="module")
def made(calling: Calling, request: pytest.FixtureRequest) -> Iterator[Callable[[Case], Made]]:
    """What came of a case. All cases of the module's tests that run are called at the first question."""
    calls = [item for item in request.session.items if isinstance(item, pytest.Function) and item.path == request.path]
    cases = [item.callspec.params["case"] for item in calls if "case" in getattr(item, "fixturenames", ())]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        coming = {case: pool.submit(calling.make, case) for case in dict.fromkeys(cases)}
        yield lambda case: coming[case].result()
