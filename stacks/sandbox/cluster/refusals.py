"""What an API server answers when it refuses, as sentences for the person who wrote the program.

The shape of a refusal is ``metav1.Status``; the texts that are taken apart here are those of server-side
apply in ``k8s.io/apimachinery/pkg/util/managedfields`` and of strict decoding, seen from Kubernetes 1.36.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from stacks.sandbox.cluster.connection import Answer
from stacks.sandbox.kubernetes_backend import ClusterRejected

UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
CONFLICT = 409

_TYPED = re.compile(r"(?:^\s*|: )\.(?P<path>\S+): (?P<fault>.+)$")
_GOT = re.compile(r", got &value\.\w+\{Value:(?P<value>.*)\}$")
_UNKNOWN = re.compile(r'unknown field "(?P<path>[^"]+)"')
_OTHER_MANAGER = re.compile(r"conflict with (?P<managers>.+?)(?: using \S+)?(?: at .+)?$")
_STEP = re.compile(r"\[(?P<key>[^\]]*)\]|(?P<name>[^.\[]+)")
_VALUE = re.compile(r'Invalid value: (?:"(?:[^"\\]|\\.)*"|[^:]*): ')


def refusal(answer: Answer, subject: str, manifest: Mapping[str, Any]) -> ClusterRejected:
    """Turn a refusal into a sentence about ``subject``, with the path of the field in ``manifest``.

    The values of a Secret are left out of it.
    """
    message = str(answer.body.get("message") or f"HTTP {answer.status}")
    causes: Sequence[Mapping[str, str]] = (answer.body.get("details") or {}).get("causes") or ()
    if answer.status == UNAUTHORIZED:
        return ClusterRejected(
            f"{subject}: the cluster does not accept the credentials of the kubeconfig. Sign in again, or "
            f"name a context with valid ones."
        )
    if answer.status == FORBIDDEN:
        return ClusterRejected(f"{subject}: not allowed: {message}. Ask for a role that allows it.")
    if any(cause.get("reason") == "FieldManagerConflict" for cause in causes):
        return _conflict(causes, subject, manifest)
    faults = _faults(message, causes)
    if manifest.get("kind") == "Secret":
        faults = [(path, _VALUE.sub("", fault).partition(", got ")[0]) for path, fault in faults]
    located = [(locate(path, manifest), fault) for path, fault in faults]
    told = "; ".join(f"{path}: {fault}" if path else fault for path, fault in located)
    return ClusterRejected(f"{subject}: refused by the cluster: {told}.", located[0][0])


def locate(path: str, manifest: Mapping[str, Any]) -> str:
    """Rewrite a server's path, ``.spec.containers[name="web"].image``, as ``spec.containers[0].image``.

    A list entry that the manifest does not hold keeps the server's name for it.
    """
    here: Any = manifest
    written = ""
    for step in _STEP.finditer(path):
        key, name = step["key"], step["name"]
        if name is not None:
            written += f".{name}" if written else name
            here = here.get(name) if isinstance(here, Mapping) else None
            continue
        entries: Sequence[Any] = here if isinstance(here, list) else ()
        number = next((n for n, entry in enumerate(entries) if _matches(key, n, entry)), None)
        written += f"[{key if number is None else number}]"
        here = None if number is None else entries[number]
    return written


def _matches(key: str, number: int, entry: object) -> bool:
    """Whether the server means this entry by ``0``, ``name="web"`` or ``port=80,protocol="TCP"``."""
    if key.isdigit():
        return number == int(key)
    if not isinstance(entry, Mapping):
        return key == f"={entry!r}".replace("'", '"')
    wanted = (part.partition("=") for part in key.split(","))
    return all(str(entry.get(name, value.strip('"'))) == value.strip('"') for name, _, value in wanted)


def _faults(message: str, causes: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return path and fault of each thing that is wrong; a path is empty where the server names none."""
    named = [(cause.get("field", ""), cause.get("message", "")) for cause in causes if cause.get("message")]
    if named:
        return named
    unknown = [(match["path"], "there is no such field") for match in _UNKNOWN.finditer(message)]
    if unknown:
        return unknown
    lines = [_TYPED.search(line) for line in message.splitlines()]
    told = [(line["path"], _plain(line["fault"])) for line in lines if line]
    return told or [("", message.rstrip("."))]


def _plain(fault: str) -> str:
    if fault == "field not declared in schema":
        return "there is no such field"
    return _GOT.sub(lambda match: f", got {match['value']}", fault)


def _conflict(
    causes: Sequence[Mapping[str, str]], subject: str, manifest: Mapping[str, Any]
) -> ClusterRejected:
    owned: defaultdict[str, list[str]] = defaultdict(list)
    for cause in causes:
        match = _OTHER_MANAGER.search(cause.get("message", ""))
        manager = match["managers"] if match else "another manager"
        owned[manager].append(locate(cause.get("field", ""), manifest))
    told = "; ".join(f"{manager} owns {', '.join(fields)}" for manager, fields in owned.items())
    first = next(iter(owned.values()))[0]
    return ClusterRejected(
        f"{subject}: {told}. Leave those fields out of the program, or take them over with the annotation "
        f'pulumi.com/patchForce: "true".',
        first,
    )
