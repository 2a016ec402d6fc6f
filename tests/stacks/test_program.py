"""The program itself, run as a language host runs it, against a recording engine."""

import asyncio
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
from pulumi.runtime import settings, stack
from pulumi.runtime.mocks import set_mocks

from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Cloud, Graph, Recorder

ROOT = Path(__file__).parents[2]


class Run:
    """A run of the program, with what it left to the SDK at its end."""

    def __init__(self) -> None:
        self.under_way: list[int] = []
        """The requests that the SDK found each time it began to wait for the program."""
        self._wait = stack.wait_for_rpcs

    async def wait_for_rpcs(self) -> None:
        """Count, then wait as ever."""
        self.under_way.append(len(settings._get_rpc_manager().rpcs))  # pyright: ignore[reportPrivateUsage]
        await self._wait()

    def graph(self) -> Graph:
        """Run it to its end."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            settings.reset_options()
            recorder = Recorder(Cloud(STATES, CALLS))
            set_mocks(recorder.mocks, project="trunkline", stack="test", monitor=recorder)
            settings.set_root_resource(cast("Any", None))  # the host makes its own
            pulumi.runtime.set_all_config({"trunkline:platform": "stacks/platforms/acme.yaml"})
            loop.run_until_complete(stack.run_in_stack(_program))
            return recorder.graph
        finally:
            loop.close()
            asyncio.set_event_loop(None)


def _program() -> None:
    runpy.run_path(str(ROOT / "stacks"), run_name="__main__")


@pytest.fixture(scope="module")
def finished() -> Iterator[tuple[Run, Graph]]:
    with pytest.MonkeyPatch.context() as patch:
        run = Run()
        patch.setattr(stack, "wait_for_rpcs", run.wait_for_rpcs)
        patch.setattr(pulumi, "get_root_directory", lambda: str(ROOT))
        yield run, run.graph()


def test_every_site_of_the_file_is_exported(finished: tuple[Run, Graph]) -> None:
    _, graph = finished
    assert set(graph.exports) == {"sites", "objectStores", "kubeconfigs"}
    assert set(graph.exports["sites"]) == {"aws", "az", "dc1"}


def test_the_program_is_done_when_its_requests_are_under_way(finished: tuple[Run, Graph]) -> None:
    """Otherwise the SDK's wait costs the square of what the platform has (docs/benchmarks.md)."""
    run, graph = finished
    assert run.under_way[0] > len(graph.resources)
