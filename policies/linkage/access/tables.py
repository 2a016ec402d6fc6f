"""Facts about providers that the physical side rests on; each table names its sources."""

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from policies.engine.data import read
from policies.shapes import pods

_HERE: Final = Path(__file__).parent / "tables"

AWS: Final = read(_HERE / "aws.toml")
AZURE: Final = read(_HERE / "azure.toml")
KUBERNETES: Final = read(_HERE / "kubernetes.toml")
PLATFORM: Final = read(_HERE / "platform.toml")

AWS_DOORS: Final = cast("Mapping[str, Mapping[str, Any]]", AWS["doors"])
AZURE_DOORS: Final = cast("Mapping[str, Mapping[str, Any]]", AZURE["doors"])
CLUSTER_DOORS: Final[Mapping[str, Mapping[str, Any]]] = {
    f"kubernetes:{kind}": row for kind, row in cast("Mapping[str, Any]", KUBERNETES["doors"]).items()
}

_NO_STORES: Final = frozenset({"aws:kms/key:Key", "aws:iam/role:Role"})
DOORS: Final = tuple(sorted((AWS_DOORS.keys() - _NO_STORES) | AZURE_DOORS.keys() | CLUSTER_DOORS.keys()))
"""Kinds of resource that data lies in, or that open the way to it."""
DIRECT_DOORS: Final = frozenset(kind for kind, row in CLUSTER_DOORS.items() if row.get("direct"))
"""Those that count only where they are said to be the data themselves."""
WITH_PATHS: Final = frozenset(kind for kind, row in AWS_DOORS.items() if row.get("paths"))
"""Those that tell apart what lies in them by path."""

AWS_EVIDENCE: Final = (
    *(row["kind"] for row in AWS["identity_policies"]),
    *(place["kind"] for row in AWS["resource_policies"] if row["of"] in DOORS for place in row["at"]),
)
AZURE_EVIDENCE: Final = (
    "azure-native:authorization:RoleAssignment",
    "azure-native:keyvault:AccessPolicy",
    "azure-native:keyvault:Vault",
)
CLUSTER_EVIDENCE: Final = (
    "kubernetes:networking.k8s.io:NetworkPolicy",
    "kubernetes:rbac.authorization.k8s.io:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io:RoleBinding",
    *pods.PATHS,
)
"""Kinds of resource that can let somebody read a store."""


@functools.cache
def managed_policies() -> tuple[Mapping[str, Sequence[Mapping[str, Any]]], frozenset[str]]:
    """Return the statements of AWS's own policies, by name, and the names of those that open no store."""
    table = cast("dict[str, Any]", json.loads((_HERE / "aws_managed.json").read_text("utf-8")))
    return table["statements"], frozenset(table["harmless"])


@functools.cache
def azure_roles() -> tuple[Mapping[str, Mapping[str, Any]], frozenset[str]]:
    """Return Azure's built-in roles by id, and the ids of those that open no store."""
    table = cast("dict[str, Any]", json.loads((_HERE / "azure_roles.json").read_text("utf-8")))
    return table["roles"], frozenset(table["harmless"])
