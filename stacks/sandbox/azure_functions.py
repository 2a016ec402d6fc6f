"""The functions of the ``azure-native`` package that the sandbox answers."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from stacks.sandbox import templates
from stacks.sandbox.cloud import RefusedError
from stacks.sandbox.wire import Secret, reveal

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.sandbox.cloud import Cloud, Settings

_CLUSTER = "azure-native:containerservice:ManagedCluster"


def _client_config(_: Cloud, settings: Settings, __: dict[str, Any]) -> dict[str, Any]:
    return {
        "clientId": settings.options["client"],
        "objectId": settings.options["client"],
        "subscriptionId": settings.options["subscription"],
        "tenantId": settings.options["tenant"],
    }


def _cluster_credentials(cloud: Cloud, settings: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    group, name = reveal(arguments["resourceGroupName"]), reveal(arguments["resourceName"])
    identifier = (
        f"/subscriptions/{settings.options['subscription']}/resourceGroups/{group}"
        f"/providers/Microsoft.ContainerService/managedClusters/{name}"
    )
    cluster = cloud.store.get(cloud.package, settings.scope, _CLUSTER, identifier)
    if cluster is None:
        raise RefusedError(
            f"There is no managed cluster {name} in resource group {group} of subscription "
            f"{settings.options['subscription']}."
        )
    kubeconfig = _kubeconfig(name, str(reveal(cluster.outputs.get("fqdn"))), cluster.seed)
    return {
        "kubeconfigs": [
            {"name": "clusterUser", "value": Secret(base64.b64encode(kubeconfig.encode()).decode())}
        ]
    }


def _kubeconfig(name: str, server: str, seed: str) -> str:
    """Return a kubeconfig as AKS hands it out; JSON is YAML."""
    certificate = templates.Filler(seed, {}, {}).fill("{certificate}", "certificateAuthority")
    user = f"clusterUser_{name}"
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": f"https://{server}:443", "certificate-authority-data": certificate},
                }
            ],
            "users": [{"name": user, "user": {"token": templates.digest(f"{seed}/token", 32).hex()}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
            "current-context": name,
        },
        indent=2,
    )


FUNCTIONS: dict[str, Callable[[Cloud, Settings, dict[str, Any]], dict[str, Any]]] = {
    "azure-native:authorization:getClientConfig": _client_config,
    "azure-native:containerservice:listManagedClusterAdminCredentials": _cluster_credentials,
    "azure-native:containerservice:listManagedClusterUserCredentials": _cluster_credentials,
}
