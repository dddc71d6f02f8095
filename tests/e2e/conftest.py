"""One cloud for the whole suite: real HTTP, real queues, real Lambda processes, and a model server that is told what to do."""

from collections.abc import Iterator

import pytest

from tests.e2e.cloud import Cloud, running_cloud

#: A hundred times faster: the ladder's two minutes are 1.2 s.
TIME_SCALE = 0.01


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("cloud"), time_scale=TIME_SCALE) as cloud:
        cloud.made()
        yield cloud
