"""Node pools of AKS that change: what becomes a new pool, and what is refused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import ResourceHook, ResourceHookArgs

from components.cluster import AksClusterArgs, Pool
from components.cluster.pools import kept_as_it_is, pool_name
from components.core import ComponentError, load
from tests.components.builds import AKS_POOLS, ROWS, built
from tests.support.deploy import Registration, deploy

AKS: AksClusterArgs = ROWS["cluster/azure"].args
FIXED: Mapping[str, str] = load("components.cluster", "aks")["fixed"]


def pool(**changes: Any) -> Registration:
    """The user pool, with changes of what the platform file says about it."""
    changed: Pool = replace(AKS_POOLS["arm"], **changes)
    graph = built("cluster/azure", replace(AKS, pools={**AKS_POOLS, "arm": changed}))
    return graph.one("azure-native:containerservice:AgentPool")


@pytest.mark.parametrize("change", [{"size": "Standard_D8ps_v6"}, {"disk_gib": 200}], ids=["size", "disk"])
def test_what_a_pool_keeps_for_ever_makes_a_new_one_beside_it(change: dict[str, Any]) -> None:
    old, new = pool(), pool(**change)
    assert new.urn == old.urn
    assert new.inputs["agentPoolName"] != old.inputs["agentPoolName"]
    # azure-native would delete the old pool first, and its pods would have nowhere to go.
    assert (new.delete_before_replace_given, new.delete_before_replace) == (True, False)


@pytest.mark.parametrize(
    "change",
    [{"fewest": 1}, {"most": 9}, {"labels": {"a": "b"}}, {"taints": ()}],
    ids=lambda change: next(iter(change)),
)
def test_what_can_change_keeps_its_pool(change: dict[str, Any]) -> None:
    assert pool(**change).inputs["agentPoolName"] == pool().inputs["agentPoolName"]


@given(
    name=st.from_regex(r"[a-z]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True),
    size=st.sampled_from(["Standard_D4s_v5", "Standard_D8s_v5"]),
)
def test_every_pool_has_a_name_that_aks_takes(name: str, size: str) -> None:
    found = pool_name(name, {"vm_size": size}, fixed={"vm_size": "vmSize"}, limit=12)
    assert len(found) <= 12
    assert found[0] == name[0]
    assert found.isascii()
    assert found.isalnum()
    assert found.islower()


def check(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """What happens when the cluster's inputs change."""
    hooks: list[ResourceHook] = []

    def program() -> None:
        made = kept_as_it_is("az", "system", fixed=FIXED).before_update or []
        hooks.extend(hook for hook in made if isinstance(hook, ResourceHook))

    deploy(program)
    (hook,) = hooks
    assert hook.opts is not None
    assert hook.opts.on_dry_run, "a preview has to show it"
    hook.callback(ResourceHookArgs(urn="", id="", name="", type="", old_inputs=old, new_inputs=new))


def cluster(*profiles: Mapping[str, Any]) -> dict[str, Any]:
    return {"agentPoolProfiles": list(profiles)}


SYSTEM = {
    "name": "system",
    "vmSize": "Standard_D4s_v5",
    "osDiskSizeGB": 100,
    "availabilityZones": ["1", "2"],
    "minCount": 2,
}


@pytest.mark.parametrize(
    ("key", "value"), [("vmSize", "Standard_D8s_v5"), ("osDiskSizeGB", 200), ("availabilityZones", ["1"])]
)
def test_what_the_system_pool_keeps_for_ever_is_refused(key: str, value: object) -> None:
    with pytest.raises(ComponentError, match=rf"az: {key} of the node pool system .* add another pool"):
        check(cluster(SYSTEM), cluster({**SYSTEM, key: value}))


def test_what_can_change_in_the_system_pool_may() -> None:
    check(cluster(SYSTEM), cluster({**SYSTEM, "minCount": 3, "availabilityZones": ["2", "1"]}))


def test_pools_that_a_refresh_brought_in_are_not_mistaken_for_the_system_pool() -> None:
    user = {**SYSTEM, "name": "arm1234567", "vmSize": "Standard_D4ps_v6"}
    check(cluster(user, SYSTEM), cluster(SYSTEM))


def test_the_cluster_is_guarded() -> None:
    cluster = built("cluster/azure").one("azure-native:containerservice:ManagedCluster")
    assert cluster.hooks == {"before_update": ("unit-system-pool",)}
