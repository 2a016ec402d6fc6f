"""Names of resource types without the parts that change from version to version.

``azure-native:storage/v20240101:StorageAccount`` and ``azure-native:storage:StorageAccount`` are one kind to
a rule, and so are ``kubernetes:apps/v1:Deployment`` and ``kubernetes:apps/v1:DeploymentPatch``.
"""

import functools
import re
from typing import Final

from policies.engine import data

_VERSION: Final = re.compile(r"v\d[0-9a-z]*")


@functools.lru_cache(maxsize=4096)
def kind_of(token: str) -> str:
    """Return the kind of the type ``token``: without API version, under the newest name."""
    package, module, name = (*token.split(":", 2), "", "")[:3]
    if package in {"azure-native", "kubernetes"}:
        group, _, version = module.rpartition("/")
        if group and _VERSION.fullmatch(version):
            module = group
    if package == "kubernetes" and _built_in(module):
        name = name.removesuffix("Patch")
    kind = f"{package}:{module}:{name}" if name else token
    return _renamed().get(kind, kind)


def _built_in(group: str) -> bool:
    """Return whether ``group`` is Kubernetes' own; only those have ``Patch`` resources in the SDK."""
    return "." not in group or group.endswith(".k8s.io")


@functools.cache
def _renamed() -> dict[str, str]:
    return {old: new for new, olds in data.table("kinds")["renamed"].items() for old in olds}
