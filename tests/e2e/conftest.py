"""One cloud for the whole suite: real HTTP, real queues, real Lambda processes, a model server that obeys scripts."""

import uuid
from collections.abc import Iterator

import pytest

from cavendish_client import Client, JobView
from tests.e2e.cloud import QUEUES, Cloud, running_cloud
from tests.e2e.detour import Detour
from tests.e2e.hooks import tenant
from tests.e2e.receiver import Receiver, receiver

#: A hundred times faster: the ladder's two minutes are 1.2 s.
TIME_SCALE = 0.01
#: How many attempts can be held in workers' hands when a test wants a queued job.
WARM_WORKERS = 4


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    # What one test makes of a model must not change another one's way: routing learns only where a test lets it.
    with running_cloud(tmp_path_factory.mktemp("cloud"), time_scale=TIME_SCALE, learning=False) as cloud:
        cloud.made()
        yield cloud


@pytest.fixture
def here() -> Iterator[Receiver]:
    """Somebody who is told."""
    with receiver() as one:
        yield one


@pytest.fixture
def client(cloud: Cloud) -> Iterator[Client]:
    """A caller of a tenant that nobody else is."""
    with tenant(cloud) as one:
        yield one


@pytest.fixture
def empty_queues(cloud: Cloud) -> None:
    """Nothing is left of the tests before."""
    for queue in QUEUES:
        cloud.purge(queue)


@pytest.fixture
def detour(cloud: Cloud) -> Detour:
    return Detour(cloud, cloud.aws("sqs").create_queue(QueueName=f"detour-{uuid.uuid4().hex}")["QueueUrl"])


@pytest.fixture
def queued(cloud: Cloud) -> Iterator[JobView]:
    """A job that is not started while the test lasts."""
    cloud.made(n=WARM_WORKERS, size="1K")
    with cloud.held("DispatchFunction"):
        yield cloud.submit(size="1K")
