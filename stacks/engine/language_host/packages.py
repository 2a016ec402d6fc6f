"""What is installed beside the program: provider SDKs and their plugin versions, and all dependencies."""

import base64
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import language_pb2, plugin_pb2


def required(paths: Iterable[str] | None = None) -> list[plugin_pb2.PackageDependency]:
    """The provider plugins of the installed SDKs, which each name theirs in a ``pulumi-plugin.json``.

    Providers that run already and are attached through PULUMI_DEBUG_PROVIDERS are left out: the engine would
    download their plugins all the same.
    """
    attached = _attached()
    found: dict[str, plugin_pb2.PackageDependency] = {}
    for entry in sys.path if paths is None else paths:
        for file in sorted(Path(entry or ".").glob("*/pulumi-plugin.json")):
            package = _read(file)
            if package is not None and package.name not in attached:
                found.setdefault(package.name, package)
    return [found[name] for name in sorted(found)]


def dependencies(*, transitive: bool) -> list[language_pb2.DependencyInfo]:
    """The installed distributions; unless ``transitive``, only those that no other one needs."""
    installed = {_normal(each.metadata["Name"]): each for each in metadata.distributions()}
    needed: set[str] = set()
    if not transitive:
        needed = {name for each in installed.values() for name in _requirements(each)}
    return [
        language_pb2.DependencyInfo(name=installed[name].metadata["Name"], version=installed[name].version)
        for name in sorted(installed.keys() - needed)
    ]


def _attached() -> set[str]:
    entries = os.environ.get("PULUMI_DEBUG_PROVIDERS", "").split(",")
    return {entry.partition(":")[0].strip() for entry in entries}


def _read(file: Path) -> plugin_pb2.PackageDependency | None:
    """The package that a ``pulumi-plugin.json`` describes; None when it is not a provider."""
    try:
        plugin: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not plugin.get("resource"):
        return None
    name = plugin.get("name") or file.parent.name.removeprefix("pulumi_").replace("_", "-")
    package = plugin_pb2.PackageDependency(
        name=name,
        kind="resource",
        version=_tagged(plugin.get("version") or _distribution_version(file.parent.name)),
        server=plugin.get("server") or "",
    )
    if parameterization := plugin.get("parameterization"):
        package.parameterization.CopyFrom(
            plugin_pb2.PackageParameterization(
                name=parameterization["name"],
                version=parameterization["version"],
                value=base64.b64decode(parameterization.get("value", "")),
            )
        )
    return package


def _distribution_version(module: str) -> str:
    try:
        return metadata.version(module.replace("_", "-"))
    except metadata.PackageNotFoundError:
        return ""


def _tagged(version: str) -> str:
    return f"v{version.removeprefix('v')}" if version else ""


def _requirements(distribution: metadata.Distribution) -> Iterator[str]:
    for requirement in distribution.requires or ():
        if "extra ==" not in requirement and (name := re.match(r"[\w.-]+", requirement)):
            yield _normal(name[0])


def _normal(name: str) -> str:
    """A distribution's name as PyPA's specification normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()
