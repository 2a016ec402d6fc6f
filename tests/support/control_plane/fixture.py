"""The pytest fixture ``control_plane``: one control plane for a whole test session."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.control_plane import manifests, programs
from tests.support.control_plane.errors import ControlPlaneError, Report
from tests.support.control_plane.plane import ControlPlane, start

_failure = pytest.StashKey[ControlPlaneError]()


def _reporter(config: pytest.Config) -> Report:
    """Write lines past pytest's capture, so that a terminal and a CI log show them when they happen."""

    def say(line: str) -> None:
        capture: Any = config.pluginmanager.getplugin("capturemanager")
        if capture is None:
            print(line, file=sys.stderr, flush=True)
            return
        with capture.global_and_fixture_disabled():
            print(line, file=sys.stderr, flush=True)

    return say


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Build what the selected tests need before the first one starts, outside of any test's time limit."""
    if session.config.option.collectonly:
        return
    if not any("control_plane" in getattr(item, "fixturenames", ()) for item in session.items):
        return
    report = _reporter(session.config)
    try:
        programs.built(report)
        manifests.custom_resources(manifests.custom_resource_sets(), report)
        manifests.stages(report)
    except ControlPlaneError as error:
        session.config.stash[_failure] = error


@pytest.fixture(scope="session")
def control_plane(pytestconfig: pytest.Config) -> Iterator[ControlPlane]:
    """A real control plane, shared by the session: keep to a namespace of your own in it.

    Custom resources are installed and simulated nodes added on request (``install_custom_resources``,
    ``add_nodes``). Mark tests that use it with ``control_plane``.
    """
    failure = pytestconfig.stash.get(_failure, None)
    if failure is not None:
        pytest.fail(str(failure), pytrace=False)
    try:
        with start(_reporter(pytestconfig)) as plane:
            yield plane
    except ControlPlaneError as error:
        pytest.fail(str(error), pytrace=False)
