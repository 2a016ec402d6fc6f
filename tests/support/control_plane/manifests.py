"""Manifests out of pinned Go modules: CustomResourceDefinitions, and the stages that kwok plays.

``manifests.yaml`` says which file of which module. Parsed once, they are cached as JSON, so that starting a
control plane needs neither Go nor half a megabyte of YAML.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache as remembered
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.support.control_plane import cache
from tests.support.control_plane.errors import ControlPlaneError, Report
from tests.support.control_plane.programs import go

_SOURCE = Path(__file__).with_name("manifests.yaml")

Manifest = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """PyYAML reads a lone ``=`` (an operator in Prometheus's schemas) as a tag it then does not know."""


_Loader.add_constructor("tag:yaml.org,2002:value", yaml.CSafeLoader.construct_yaml_str)


@remembered
def _sources() -> dict[str, dict[str, dict[str, Any]]]:
    return yaml.safe_load(_SOURCE.read_text())


def custom_resource_sets() -> tuple[str, ...]:
    """Return the names of the sets of CustomResourceDefinitions on offer."""
    return tuple(_sources()["custom-resources"])


def custom_resources(names: Sequence[str], report: Report) -> list[Manifest]:
    """Return the CustomResourceDefinitions of these sets.

    Raises:
        ControlPlaneError: there is no such set, or its module cannot be had.
    """
    known = custom_resource_sets()
    for name in names:
        if name not in known:
            raise ControlPlaneError(
                f"There is no set of custom resources called {name!r}. Known: {', '.join(known)}."
            )
    return [manifest for name in names for manifest in _read("custom-resources", name, report)]


def stages(report: Report) -> list[Manifest]:
    """Return the stages by which kwok plays a kubelet."""
    return _read("stages", "kwok", report)


def _read(group: str, name: str, report: Report) -> list[Manifest]:
    source = _sources()[group][name]
    key = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:16]
    home = cache.made(f"{group}-{name}-{key}", partial(_extract, source, report), report)
    return json.loads((home / "manifests.json").read_text())


def _extract(source: dict[str, Any], report: Report, home: Path) -> None:
    module = _download(source, report)
    manifests: list[Manifest] = []
    for name in source["files"]:
        with (module / name).open() as stream:
            manifests += [each for each in yaml.load_all(stream, _Loader) if each]
    (home / "manifests.json").write_text(json.dumps(manifests))


def _download(source: dict[str, Any], report: Report) -> Path:
    """Return the folder of a module in Go's module cache, once its checksum is the pinned one."""
    wanted = f"{source['module']}@{source['version']}"
    report(f"Reading manifests from the Go module {wanted}.")
    with tempfile.TemporaryDirectory() as elsewhere:  # Outside of any module, which would judge the request.
        answer = subprocess.run(
            [go(), "mod", "download", "-json", wanted],
            cwd=elsewhere,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        told: dict[str, str] = json.loads(answer.stdout)
    except ValueError:
        told = {"Error": answer.stderr.strip()}
    if "Dir" not in told:
        raise ControlPlaneError(
            f"The Go module {wanted} cannot be had: {told.get('Error', 'no reason given')}. Check that the "
            f"module proxy can be reached (`go env GOPROXY`), or pin another version in {_SOURCE.name}."
        )
    if told.get("Sum") != source["sum"]:
        raise ControlPlaneError(
            f"The Go module {wanted} has the checksum {told.get('Sum')}, and {_SOURCE.name} pins "
            f"{source['sum']}. Do not use it before you know why they differ."
        )
    return Path(told["Dir"])
