import pytest

from jobbridge.postgres import Cluster
from jobbridge.postgres.throwaway import throwaway_home


@pytest.fixture(scope="session")
def cluster():
    """A durable cluster like the product's own, in a throw-away folder. Tests may stop and kill it."""
    made = Cluster(throwaway_home())
    yield made
    made.destroy()
