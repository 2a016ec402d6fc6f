"""SEC-015: nothing but a listed driver or device plugin mounts a directory of its node."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    forbid,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.security import pods

_DAEMON_SET: Final = "kubernetes:apps:DaemonSet"
_LISTED: Final = list(read(Path(__file__).parent / "tables" / "host_paths.toml")["daemon_sets"])


def _pods(resource: Resource, settings: Settings) -> Iterator[Claim]:
    for spec in pods.specs(resource):
        for volume in spec["volumes"].each():
            path = volume["hostPath"]["path"]
            yield require(
                volume["hostPath"].present().implies(_listed(resource, path, settings)),
                f"volume {volume['name']} is the directory {path} of the node, which the rule does not list "
                "for this workload",
                at=path,
            )


def _listed(resource: Resource, path: View, settings: Settings) -> Truth:
    if resource.kind != _DAEMON_SET:
        return NO
    metadata = resource["metadata"]
    return any_of(
        metadata["namespace"].satisfies(partial(_matches, namespace))
        & metadata["name"].satisfies(partial(_matches, name))
        & path.satisfies(partial(_is_below, directory))
        for namespace, name, directory in map(_parts, settings.texts("allowed"))
    )


def _parts(entry: str) -> tuple[str, str, str]:
    workload, _, directory = entry.partition(":")
    namespace, _, name = workload.partition("/")
    return namespace, name, directory


def _matches(pattern: str, value: Plain) -> bool:
    return fnmatchcase(str(value), pattern)


def _is_below(directory: str, path: Plain) -> bool:
    """Return whether ``path`` is ``directory`` or in it; ".." could lead out again."""
    text = str(path)
    return ".." not in text.split("/") and f"{text.rstrip('/')}/".startswith(f"{directory.rstrip('/')}/")


def _volume(volume: Resource, _: Settings) -> Iterator[Claim]:
    path = volume["spec"]["hostPath"]
    yield forbid(path.present(), f"the volume is the directory {path['path']} of whichever node a pod is on")


RULE = Rule(
    id="SEC-015",
    version=1,
    title="Host directories only for listed drivers",
    why="A pod that writes to its node's disk can change what runs there next, and read what others left.",
    fix="Use a PersistentVolumeClaim, an emptyDir or a device plugin; list a driver that needs the "
    "directory under allowed.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={**dict.fromkeys(pods.PATHS, _pods), "kubernetes:core:PersistentVolume": _volume},
    parameters={
        "allowed": Parameter(
            about='DaemonSets that may mount a directory of their node, as "namespace/name:directory"; "*" '
            "in a name stands for any text.",
            schema={"type": "array", "items": {"type": "string", "pattern": "^[^/:]+/[^/:]+:/.*$"}},
            default=_LISTED,
        )
    },
)
