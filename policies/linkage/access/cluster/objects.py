"""Objects of clusters: where they are, what they are called, and what they open."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import YES
from policies.engine.values import Absent
from policies.linkage.access.lookup import Lookup, made_from, reading
from policies.linkage.access.model import Identity, IdentityKind, doubtful
from policies.linkage.access.tables import CLUSTER_DOORS, KUBERNETES
from policies.linkage.access.targets import Targets
from policies.shapes import pods

ACCOUNT: Final = "kubernetes:core:ServiceAccount"
CLAIM: Final = "kubernetes:core:PersistentVolumeClaim"
VOLUME: Final = "kubernetes:core:PersistentVolume"
NAMESPACE: Final = "kubernetes:core:Namespace"
_CLOUD_NAMES: Final = {
    "aws:s3/bucket:Bucket": ("bucket", "id", "arn"),
    "azure-native:storage:BlobContainer": ("containerName", "name"),
    "azure-native:storage:FileShare": ("shareName", "name"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """Something inside a cluster that opens a store."""

    urn: str
    """The resource whose data it opens."""
    name: str | None
    """What it is called; ``None`` where nobody knows yet."""
    namespace: str | None
    made_up: bool
    """Whether the provider makes up its name, so that no text in a program can mean it."""
    opens: Truth


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Something that makes pods."""

    resource: Resource
    identity: Identity
    namespace: str | None
    pods: tuple[tuple[View, View], ...]
    """Of each kind of pod that it makes, the specification and the labels."""

    @property
    def cluster(self) -> str:
        """URN of the provider of its cluster."""
        return self.resource.provider


class Objects:
    """The objects of all clusters of a stack."""

    def __init__(self, inventory: Inventory, targets: Targets) -> None:
        self.inventory = inventory
        self._doors: defaultdict[tuple[str, str], list[Door]] = defaultdict(list)
        self._accounts: dict[tuple[str, str, str], Identity] = {}
        self._account_of: dict[str, Identity] = {}
        held = {target.urn for target in targets}
        for kind, row in CLUSTER_DOORS.items():
            for resource in inventory.of(kind):
                if resource.urn in held:
                    self._open(resource, row)
        self._open_volumes(held)
        for resource in inventory.of(ACCOUNT):
            self._account(resource)

    # -- where and what ------------------------------------------------------------------------------------

    def namespace(self, resource: Resource) -> str | None:
        """Return the namespace of an object; ``None`` where nobody knows yet."""
        view = resource["metadata"]["namespace"]
        if isinstance(view.raw, str):
            return view.raw
        if isinstance(view.raw, Absent):
            provider = self.inventory.get(resource.provider)
            own = provider["namespace"].raw if provider is not None else None
            return own if isinstance(own, str) else "default"
        for urn in sorted(made_from(view, self.inventory)):
            origin = self.inventory.get(urn)
            if origin is not None and origin.kind == NAMESPACE:
                name = origin["metadata"]["name"].raw
                return name if isinstance(name, str) else None
        return None

    @cached_property
    def workloads(self) -> Sequence[Workload]:
        """Everything that makes pods."""
        return [self._workload(resource) for resource in self.inventory.of(*pods.PATHS)]

    # -- service accounts ----------------------------------------------------------------------------------

    def account(self, cluster: str, namespace: str, name: str) -> Identity:
        """Return the service account of that name; the stack need not have made it."""
        key = (cluster, namespace, name)
        if key not in self._accounts:
            full = f"{namespace}/{name}"
            self._accounts[key] = Identity(IdentityKind.SERVICE_ACCOUNT, full, cluster=cluster)
        return self._accounts[key]

    def accounts(self) -> Iterator[Identity]:
        """Yield every service account that anything speaks of."""
        yield from sorted({*self._accounts.values(), *self._account_of.values()})

    def account_of(self, resource: Resource) -> Identity:
        """Return the service account that a resource is."""
        return self._account_of[resource.urn]

    def runs_as(self, workload: Workload) -> Iterator[tuple[Identity, Truth]]:
        """Yield the service accounts of the pods of a workload."""
        for spec, _ in workload.pods:
            view = spec["serviceAccountName"]
            if isinstance(view.raw, Absent):
                view = spec["serviceAccount"]  # its old name
            if isinstance(view.raw, str) and workload.namespace is not None:
                yield self.account(workload.cluster, workload.namespace, view.raw), YES
            elif isinstance(view.raw, Absent) and workload.namespace is not None:
                yield self.account(workload.cluster, workload.namespace, "default"), YES
            else:
                yield from self._perhaps(workload, view)

    def _perhaps(self, workload: Workload, view: View) -> Iterator[tuple[Identity, Truth]]:
        origins = [urn for urn in sorted(made_from(view, self.inventory)) if urn in self._account_of]
        if len(origins) == 1:
            yield self._account_of[origins[0]], YES
            return
        near = [self._account_of[urn] for urn in origins or sorted(self._account_of)]
        for account in near:
            if account.cluster == workload.cluster:
                yield account, doubtful(reading(view))
        if not origins and workload.namespace is not None:
            yield self.account(workload.cluster, workload.namespace, "default"), doubtful(reading(view))

    # -- doors ---------------------------------------------------------------------------------------------

    def doors(self, of: str, cluster: str) -> Sequence[Door]:
        """Return the doors of a sort (``secrets``, ``configmaps``, ``claims``, ``services``) in a cluster."""
        return self._doors[of, cluster]

    def named(self, of: str, workload: Workload, name: View) -> Iterator[tuple[Door, Truth]]:
        """Yield the doors that a property of a pod names."""
        near = [
            door
            for door in self._doors[of, workload.cluster]
            if door.namespace is None or workload.namespace in {None, door.namespace}
        ]
        origins = made_from(name, self.inventory)
        from_origins = [door for door in near if door.urn in origins]
        for door in near:
            sure = YES if None not in {door.namespace, workload.namespace} else doubtful(reading(name))
            if isinstance(name.raw, str):
                if door.name == name.raw:
                    yield door, sure & door.opens
                elif door.name is None and not door.made_up:
                    yield door, doubtful(reading(name))
            elif not from_origins:
                yield door, doubtful(reading(name))
            elif door in from_origins:
                yield door, (sure if len(from_origins) == 1 else doubtful(reading(name))) & door.opens

    def _open(self, resource: Resource, row: Mapping[str, Any]) -> None:
        name = resource["metadata"]["name"]
        if "at" in row:
            other = next(resource.properties.follow(row["at"]))
            name = name if isinstance(other.raw, Absent) else other
        for of in ("secrets", "configmaps", "claims", "services"):
            for form in cast("Sequence[str]", row.get(of, ())):
                self._put(of, resource, name, form)

    def _put(self, of: str, resource: Resource, name: View, form: str = "{}", opens: Truth = YES) -> None:
        door = Door(
            urn=resource.urn,
            name=form.format(name.raw) if isinstance(name.raw, str) else None,
            namespace=self.namespace(resource),
            made_up=isinstance(name.raw, Absent),
            opens=opens,
        )
        self._doors[of, resource.provider].append(door)

    def _open_volumes(self, held: set[str]) -> None:
        """Let claims open the cloud's stores that their volumes are."""
        rows = cast("Mapping[str, Mapping[str, str]]", KUBERNETES["volumes"])
        stores = Lookup(self.inventory, _CLOUD_NAMES)
        volumes = Lookup(self.inventory, {VOLUME: ("metadata.name",)})
        for claim in self.inventory.of(CLAIM):
            for volume, bound in volumes.find(claim["spec"]["volumeName"]).resources:
                driver = volume.properties.at("spec", "csi", "driver").raw
                row = rows.get(driver) if isinstance(driver, str) else None
                if row is None or volume.provider != claim.provider:
                    continue
                for view in volume.properties.follow(row["attribute"]):
                    for store, names in stores.find(view).resources:
                        if store.urn in held and store.kind == row["kind"]:
                            self._alias(claim, store, bound & names)

    def _alias(self, claim: Resource, store: Resource, opens: Truth) -> None:
        name = claim["metadata"]["name"]
        self._doors["claims", claim.provider].append(
            Door(
                urn=store.urn,
                name=name.raw if isinstance(name.raw, str) else None,
                namespace=self.namespace(claim),
                made_up=isinstance(name.raw, Absent),
                opens=opens,
            )
        )

    # -- reading -------------------------------------------------------------------------------------------

    def _account(self, resource: Resource) -> None:
        namespace, name = self.namespace(resource), resource["metadata"]["name"]
        known = isinstance(name.raw, str) and namespace is not None
        identity = Identity(
            IdentityKind.SERVICE_ACCOUNT,
            f"{namespace}/{name.raw}" if known else resource.name,
            resource.urn,
            resource.provider,
        )
        self._account_of[resource.urn] = identity
        if known:
            self._accounts[resource.provider, cast("str", namespace), cast("str", name.raw)] = identity

    def _workload(self, resource: Resource) -> Workload:
        namespace, name = self.namespace(resource), resource["metadata"]["name"]
        where = f"{namespace}/" if namespace is not None else ""
        called = name.raw if isinstance(name.raw, str) and not name.secret else resource.name
        return Workload(
            resource=resource,
            identity=Identity(
                IdentityKind.WORKLOAD,
                f"{resource.kind.rpartition(':')[2]} {where}{called}",
                resource.urn,
                resource.provider,
            ),
            namespace=namespace,
            pods=tuple(_pods(resource)),
        )


def _pods(resource: Resource) -> Iterator[tuple[View, View]]:
    """Yield the pod specifications of a workload, each with the labels that stand beside it."""
    for path in pods.PATHS[resource.kind]:
        above, _, last = path.rpartition(".")
        if last != "spec":
            for view in resource.properties.follow(path):
                yield view, view["metadata"]["labels"]
            continue
        for template in resource.properties.follow(above):
            yield template["spec"], template["metadata"]["labels"]
