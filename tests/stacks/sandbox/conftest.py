"""A sandbox for the tests of this folder, and connections to its providers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stacks.sandbox import RunningSandbox, Sandbox, Store
from tests.stacks.sandbox.calls import Caller

CONFIGURATIONS = {
    "aws": {"region": "eu-central-1"},
    "azure-native": {"location": "westeurope"},
    "kubernetes": {"context": "dc1"},
}

Connect = Callable[..., Caller]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSandbox, Path]]:
    directory = tmp_path_factory.mktemp("sandbox")
    with Sandbox(directory).start() as running:
        yield running, directory


@pytest.fixture
def store(world: tuple[RunningSandbox, Path]) -> Iterator[Store]:
    """The sandbox's state, emptied before and after each test."""
    with Store(world[1]) as opened:
        yield opened
        opened.faults.clear()
        for item in opened.list():
            opened.remove(item)


@pytest.fixture
def connect(world: tuple[RunningSandbox, Path], store: Store) -> Iterator[Connect]:
    """Open a connection: ``connect("aws")``, ``connect("aws", run="2")``, ``connect("aws", region=...)``."""
    del store  # emptied around the test
    opened: list[Caller] = []

    def open_one(package: str, *, run: str = "run-1", **configuration: str) -> Caller:
        caller = Caller(
            package, world[0].ports[package], {**CONFIGURATIONS[package], **configuration}, run=run
        )
        opened.append(caller)
        return caller

    yield open_one
    for caller in opened:
        caller.close()


@pytest.fixture
def aws(connect: Connect) -> Caller:
    return connect("aws")


@pytest.fixture
def azure(connect: Connect) -> Caller:
    return connect("azure-native")


@pytest.fixture
def kubernetes(connect: Connect) -> Caller:
    return connect("kubernetes")
