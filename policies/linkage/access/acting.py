"""Who may act as whom across clouds and clusters: workloads, service accounts, and what runs as a role.

Source: Amazon EKS User Guide, "EKS Pod Identities" and "IAM roles for service accounts"; Microsoft Entra
Workload ID documentation, "Workload identity federation".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import YES
from policies.engine.values import Absent
from policies.linkage.access.aws import Aws
from policies.linkage.access.aws.principals import identity_of
from policies.linkage.access.aws.statements import Statement
from policies.linkage.access.azure import Azure
from policies.linkage.access.cluster.objects import ACCOUNT, Objects
from policies.linkage.access.globs import matches
from policies.linkage.access.lookup import Lookup, made_from, reading
from policies.linkage.access.model import Act, Identity, IdentityKind, doubtful
from policies.linkage.access.tables import AWS, KUBERNETES

_RUNS_AS: Final = cast("Mapping[str, Sequence[str]]", AWS["runs_as"])
_ACTS_AS: Final = cast("Mapping[str, str]", KUBERNETES["acts_as"])
_PREFIX: Final = cast("str", KUBERNETES["subject"]["prefix"])
_ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_CLUSTER: Final = "aws:eks/cluster:Cluster"
_ADDON: Final = "aws:eks/addon:Addon"
_ROLE: Final = "aws:iam/role:Role"
_CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
_WEB: Final = "sts:AssumeRoleWithWebIdentity"
_EQUAL: Final = ("StringEquals", "StringLike")


class Acting:
    """Everything that lets one identity act as another, apart from policies of AWS that name it."""

    def __init__(self, inventory: Inventory, aws: Aws, azure: Azure, objects: Objects) -> None:
        self._inventory = inventory
        self._aws = aws
        self._azure = azure
        self._objects = objects
        self._clusters = Lookup(inventory, {_CLUSTER: ("name", "id", "arn")})

    def acts(self) -> Iterator[Act]:
        """Yield all of it."""
        yield from self._workloads()
        yield from self._annotated()
        yield from self._associated()
        yield from self._trusted()
        yield from self._federated()
        yield from self._resources()

    def _workloads(self) -> Iterator[Act]:
        for workload in self._objects.workloads:
            for account, holds in self._objects.runs_as(workload):
                evidence = reading(workload.pods[0][0]["serviceAccountName"])
                yield Act(identity=account, actor=workload.identity, holds=holds, evidence=evidence)

    def _annotated(self) -> Iterator[Act]:
        """Yield service accounts that an annotation ties to an identity of Azure; AWS asks its trust."""
        trusting = {act.identity for act in self._federated()}
        for resource in self._inventory.of(ACCOUNT):
            view = resource["metadata"]["annotations"][_ACTS_AS["azure"]]
            for identity, holds in self._azure.who(view):
                if identity.kind is IdentityKind.MANAGED and identity not in trusting:
                    # The identity must trust the account too, by a credential that is not in this stack.
                    yield Act(
                        identity=identity,
                        actor=self._objects.account_of(resource),
                        holds=holds.doubtful(),
                        evidence=reading(view),
                    )

    def _associated(self) -> Iterator[Act]:
        for resource in self._inventory.of(_ASSOCIATION):
            accounts = list(
                self._accounts(resource["clusterName"], resource["namespace"], resource["serviceAccount"])
            )
            for role, holds in self._aws.principals.who(resource["roleArn"]):
                for account, named in accounts:
                    yield Act(
                        identity=role,
                        actor=account,
                        holds=holds & named,
                        evidence=reading(resource["serviceAccount"]),
                    )
                for further, other in self._aws.principals.who(resource["targetRoleArn"]):
                    yield Act(
                        identity=further,
                        actor=role,
                        holds=holds & other,
                        evidence=reading(resource["targetRoleArn"]),
                    )
        for resource in self._inventory.of(_ADDON):
            for view in resource["podIdentityAssociations"].each():
                for role, holds in self._aws.principals.who(view["roleArn"]):
                    for account, named in self._of_addon(resource, view["serviceAccount"]):
                        yield Act(
                            identity=role,
                            actor=account,
                            holds=holds & named,
                            evidence=reading(view["serviceAccount"]),
                        )

    def _of_addon(self, addon: Resource, view: View) -> Iterator[tuple[Identity, Truth]]:
        """Yield the service account of an add-on; those of AWS's own run in ``kube-system`` unless told."""
        told = addon["namespaceConfig"]["namespace"].raw
        namespace = told if isinstance(told, str) else "kube-system"
        if isinstance(view.raw, str):
            yield self._objects.account(self._provider(addon["clusterName"]), namespace, view.raw), YES

    def _accounts(self, cluster: View, namespace: View, name: View) -> Iterator[tuple[Identity, Truth]]:
        if isinstance(namespace.raw, str) and isinstance(name.raw, str):
            yield self._objects.account(self._provider(cluster), namespace.raw, name.raw), YES
            return
        origins = made_from(name, self._inventory) | made_from(namespace, self._inventory)
        near = [account for account in self._objects.accounts() if account.urn and account.urn in origins]
        for account in near or self._objects.accounts():
            yield account, YES if len(near) == 1 else doubtful(reading(name), reading(namespace))

    def _provider(self, cluster: View) -> str:
        """Return the provider of the objects of a cluster of EKS; empty where nobody can tell it."""
        found = {resource.urn for resource, _ in self._clusters.find(cluster).resources}
        for provider in self._inventory.of("pulumi:providers:kubernetes"):
            origins = {urn for urns in provider.property_dependencies.values() for urn in urns}
            if found & (origins | provider.dependencies):
                return provider.urn
        providers = {account.cluster for account in self._objects.accounts() if account.urn}
        return next(iter(providers)) if len(providers) == 1 else ""

    def _trusted(self) -> Iterator[Act]:
        """Yield the service accounts whose tokens a role trusts."""
        for resource in self._inventory.of(_ROLE):
            for document in self._aws.trust(resource.urn):
                if document.open is not None and document.source is not None:
                    yield from self._unread(resource, document.source)
                for statement in document.statements:
                    if statement.allows is False or statement.does(_WEB.casefold()) is False:
                        continue
                    for account, holds in self._by_token(resource, statement):
                        yield Act(
                            identity=identity_of(resource),
                            actor=account,
                            holds=holds,
                            evidence=statement.reading,
                        )

    def _unread(self, role: Resource, view: View) -> Iterator[Act]:
        """Yield who may be meant by a trust policy that nobody can read yet."""
        for actor in (
            *filter(lambda one: self._is_annotated(one, role), self._objects.accounts()),
            self._token(view),
        ):
            yield Act(
                identity=identity_of(role),
                actor=actor,
                holds=doubtful(reading(view)),
                evidence=reading(view),
            )

    def _by_token(self, role: Resource, statement: Statement) -> Iterator[tuple[Identity, Truth]]:
        subjects = [
            item
            for operator in _EQUAL
            for key, values in statement.view["Condition"][operator].entries()
            if key.endswith(":sub")
            for item in values.listed().each()
        ]
        if not subjects:
            yield self._token(statement.view), doubtful(statement.reading)
        for item in subjects:
            if not isinstance(item.raw, str):
                yield self._token(item), doubtful(reading(item))
            elif not item.raw.startswith(_PREFIX):
                name = item.raw
                yield Identity(IdentityKind.PRINCIPAL, name, hidden=item.secret), YES
            else:
                yield from self._matching(role, item.raw.removeprefix(_PREFIX).replace(":", "/", 1))

    def _matching(self, role: Resource, pattern: str) -> Iterator[tuple[Identity, Truth]]:
        """Yield the service accounts that a role trusts: those annotated with it, else all so called."""
        found = [account for account in self._objects.accounts() if matches(pattern, (account.name,))]
        if not found:
            yield Identity(IdentityKind.SERVICE_ACCOUNT, pattern), YES
            return
        annotated = [account for account in found if self._is_annotated(account, role)]
        yield from ((account, YES) for account in annotated or found)

    def _is_annotated(self, account: Identity, role: Resource) -> bool:
        resource = self._inventory.get(account.urn)
        if resource is None:
            return False
        view = resource["metadata"]["annotations"][_ACTS_AS["aws"]]
        return any(
            identity.urn == role.urn and holds.state is True
            for identity, holds in self._aws.principals.who(view)
        )

    def _federated(self) -> Iterator[Act]:
        for resource in self._inventory.of(_CREDENTIAL):
            subject = resource["subject"]
            for identity, holds in self._azure.who(resource["resourceName"]):
                for actor, named in self._subject(subject):
                    yield Act(identity=identity, actor=actor, holds=holds & named, evidence=reading(subject))

    def _subject(self, view: View) -> Iterator[tuple[Identity, Truth]]:
        if not isinstance(view.raw, str):
            origins = made_from(view, self._inventory)
            near = [account for account in self._objects.accounts() if account.urn and account.urn in origins]
            for account in near:
                yield account, YES if len(near) == 1 else doubtful(reading(view))
            if not near:
                yield self._token(view), doubtful(reading(view))
        elif view.raw.startswith(_PREFIX):
            name = view.raw.removeprefix(_PREFIX).replace(":", "/", 1)
            found = [account for account in self._objects.accounts() if account.name == name]
            for account in found or [Identity(IdentityKind.SERVICE_ACCOUNT, name)]:
                yield account, YES
        else:
            yield Identity(IdentityKind.PRINCIPAL, view.raw, hidden=view.secret), YES

    def _resources(self) -> Iterator[Act]:
        """Yield cloud resources that run as a role, or as an identity of Azure."""
        for kind, paths in _RUNS_AS.items():
            for resource in self._inventory.of(kind):
                for path in paths:
                    for view in resource.properties.follow(path):
                        if not isinstance(view.raw, Absent):
                            for role, holds in self._aws.principals.who(view):
                                yield Act(
                                    identity=role, actor=itself(resource), holds=holds, evidence=reading(view)
                                )
        yield from self._azure.acts()

    @staticmethod
    def _token(view: View) -> Identity:
        return Identity(IdentityKind.SOMEBODY, f"{view.urn} {view.path}")


def itself(resource: Resource) -> Identity:
    """Return the identity that a cloud resource has by being there."""
    kind = resource.kind.rpartition(":")[2]
    return Identity(IdentityKind.RESOURCE, f"{kind} {resource.name}", resource.urn)
