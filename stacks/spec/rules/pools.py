"""Node pools: of sizes that exist, named within limits, and enough for what the cluster runs by itself."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stacks.spec import tables
from stacks.spec.problems import Problem, nearest, shown
from stacks.spec.rules.parts import Parts
from stacks.spec.types import NodePool

_VM_SIZE: Final = re.compile(
    r"Standard_(?P<family>[A-Z]+)(?P<cpus>[0-9]+)(?:-(?P<constrained>[0-9]+))?[a-z]*(?:_\w+)*"
)
"""https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions"""

_SYSTEM_POOL: Final = "system"
"""What the pool for AKS's own pods is called, here and in ``components/cluster``."""

_SYSTEM_CPUS: Final = 4
_SYSTEM_NODES: Final = 2
"""What a pool for system pods needs: https://learn.microsoft.com/azure/aks/use-system-pools."""


def instance_types_exist(parts: Parts) -> Iterator[Problem]:
    """A node pool's size on EKS is an EC2 instance type that botocore knows."""
    for name, site in parts.eks():
        for pool_name, pool in (site.node_pools or {}).items():
            if pool.size not in tables.instance_types():
                near = nearest(pool.size, _alike(pool.size, tables.instance_types()))
                yield parts.problem(
                    ("sites", name, "nodePools", pool_name, "size"),
                    "instance-type",
                    f"{shown(pool.size)} is not an EC2 instance type.",
                    allowed="an instance type such as m7i.xlarge (https://aws.amazon.com/ec2/instance-types/)",
                    fix=f"Write {near!r}."
                    if near
                    else "Look the type up; family and size are joined by a dot.",
                    near=near,
                )


def _alike(size: str, types: Iterable[str]) -> list[str]:
    """Types that begin like ``size``: comparing with all 1,400 would take as long as the rest of a check."""
    begins = size[:1].lower()
    return sorted(name for name in types if name.startswith(begins))


def vm_sizes_are_possible(parts: Parts) -> Iterator[Problem]:
    """A node pool's size on AKS is written as Azure names VM sizes; which exist depends on the subscription.

    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
    """
    for name, site in parts.aks():
        for pool_name, pool in (site.node_pools or {}).items():
            if _VM_SIZE.fullmatch(pool.size) is None:
                guess = re.sub(r"(?i)^(?:standard[_ -]?)?", "Standard_", pool.size, count=1)
                near = guess if _VM_SIZE.fullmatch(guess) else None
                yield parts.problem(
                    ("sites", name, "nodePools", pool_name, "size"),
                    "vm-size",
                    f"{shown(pool.size)} is not the name of an Azure VM size.",
                    allowed="names such as Standard_D4s_v5: `az vm list-sizes` lists them",
                    fix=f"Write {near!r}." if near else "Look the size up; capitals count.",
                    near=near,
                )


def addons_have_nodes(parts: Parts) -> Iterator[Problem]:
    """EKS runs its add-ons, DNS among them, on nodes of the site: one pool is untainted and never empty.

    Without one the add-ons never become active, and `up` waits for them until it fails:
    https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
    """
    for name, site in parts.eks():
        pools = site.node_pools or {}
        if pools and not any(pool.nodes.fewest and not pool.taints for pool in pools.values()):
            yield parts.problem(
                ("sites", name, "nodePools"),
                "addon-nodes",
                "No pool can hold the add-ons of the cluster: each is tainted or may be empty.",
                allowed="one pool without taints and with at least 1 node",
                fix="Raise the lower bound of an untainted pool, or add "
                "`general: {size: m7i.xlarge, nodes: 2..4}`.",
            )


def node_groups_can_be_named(parts: Parts) -> Iterator[Problem]:
    """EKS takes a node group's name, which is made of the site's and the pool's; kinds.json says how long."""
    room = tables.kinds()["eks"].pool_name_room
    for name, site in parts.eks():
        for pool_name in site.node_pools or {}:
            long = len(name) + len(pool_name)
            if room is not None and long > room:
                yield parts.problem(
                    ("sites", name, "nodePools", pool_name),
                    "pool-name",
                    f"{name} and {pool_name} have {long} characters together, too many for the name of a "
                    "node group.",
                    allowed=f"{room} characters for the names of a site and its pool together",
                    fix=f"Shorten the name of the pool or of the site by {long - room}.",
                )


def system_pods_have_a_pool(parts: Parts) -> Iterator[Problem]:
    """AKS runs its own pods on the pool called ``system``: untainted, two nodes, four vCPU, no B-series.

    The name is fixed so that no other pool, added or removed, makes AKS move to it.
    https://learn.microsoft.com/azure/aks/use-system-pools
    """
    for name, site in parts.aks():
        if site.node_pools is None:
            continue
        if _SYSTEM_POOL in site.node_pools:
            yield from _system_pool(parts, name, site.node_pools[_SYSTEM_POOL])
        else:
            yield parts.problem(
                ("sites", name, "nodePools"),
                "system-pool",
                f"No pool is called {_SYSTEM_POOL}, so AKS has none for its own pods.",
                allowed=f"one pool called {_SYSTEM_POOL}, untainted, with {_SYSTEM_NODES} nodes or more",
                fix=f"Add `{_SYSTEM_POOL}: {{size: Standard_D4s_v5, nodes: 2..4}}`.",
            )


def _system_pool(parts: Parts, name: str, pool: NodePool) -> Iterator[Problem]:
    path = ("sites", name, "nodePools", _SYSTEM_POOL)
    if pool.taints:
        yield parts.problem(
            (*path, "taints"),
            "system-pool",
            "A taint keeps the pods of AKS itself off the pool that is there for them.",
            allowed="a system pool without taints",
            fix="Remove `taints` here, and taint another pool.",
        )
    if pool.nodes.fewest < _SYSTEM_NODES:
        yield parts.problem(
            (*path, "nodes"),
            "system-pool",
            f"{pool.nodes} lets the pool of the system pods shrink below {_SYSTEM_NODES} nodes.",
            allowed=f"{_SYSTEM_NODES} nodes or more (https://learn.microsoft.com/azure/aks/use-system-pools)",
            fix=f"Write `nodes: {_SYSTEM_NODES}..{max(_SYSTEM_NODES, pool.nodes.most)}`.",
        )
    size = _VM_SIZE.fullmatch(pool.size)
    if size is None:
        return
    cpus = int(size["constrained"] or size["cpus"])
    if cpus < _SYSTEM_CPUS or size["family"].startswith("B"):
        yield parts.problem(
            (*path, "size"),
            "system-pool",
            f"{shown(pool.size)} is too weak for the pool of the system pods.",
            allowed=f"{_SYSTEM_CPUS} vCPU or more, not of the B-series "
            "(https://learn.microsoft.com/azure/aks/use-system-pools)",
            fix="Write `size: Standard_D4s_v5`.",
        )
