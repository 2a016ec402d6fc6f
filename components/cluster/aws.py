"""A cluster on Amazon EKS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_aws import cloudwatch, ec2, eks, iam, kms
from pulumi_kubernetes import Provider, storage

from components.cloud.aws import key, trust
from components.cluster.base import Cluster
from components.cluster.images import ami_type
from components.cluster.kubeconfig import with_aws_cli
from components.core import ComponentError, Tags, cluster_facts, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from ipaddress import IPv4Network

    from components.cluster.spec import ClusterSpec, Pool


@dataclass(frozen=True, kw_only=True, slots=True)
class EksClusterArgs:
    """Arguments of :class:`EksCluster`."""

    spec: ClusterSpec
    region: str
    cluster_name: str
    """The physical name: logs need it before the cluster exists."""
    version: str
    """Kubernetes minor version."""
    services: IPv4Network
    admins: tuple[str, ...]
    """IAM principals that may administer the cluster."""
    deployer: str
    """ARN of the IAM principal that runs the engine; it administers the cluster too, named or not."""
    api_from: tuple[IPv4Network, ...]
    """Ranges that may reach the API from outside the VPC; without any, it is private."""
    pools: Mapping[str, Pool]
    account: Input[str]
    partition: Input[str]
    subnet_ids: Sequence[Input[str]]
    logs_key: Input[str]
    protect: bool = True
    """Refuse to delete the cluster, its key and its logs."""


class EksCluster(Cluster):
    """A private control plane that logs everything, encrypts its secrets, and knows who administers it."""

    TYPE: ClassVar[str] = "trunkline:cluster:EksCluster"

    def __init__(self, name: str, args: EksClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._facts = load("components.cluster", "eks")
        self._tags = args.spec.tags.as_cloud_tags()

        self.cluster = self._control_plane(args)
        access = self._access(args)
        early = self._addons(args, before_nodes=True, depends_on=[])
        nodes = self._nodes(args, depends_on=early)
        self._addons(args, before_nodes=False, depends_on=nodes)

        self.identifier = self.cluster.arn
        self.kubeconfig = Output.secret(
            with_aws_cli(
                self.cluster.name,
                endpoint=self.cluster.endpoint,
                authority=self.cluster.certificate_authority.apply(lambda authority: authority.data),
                region=args.region,
            )
        )
        self.provider = Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            cluster_identifier=self.identifier,
            # Whoever is let in by these entries must still be in when objects are deleted.
            opts=self.child(depends_on=access),
        )
        self.facts = cluster_facts("eks", issuer=self.cluster.identities.apply(_issuer))
        self._storage_class(args.spec.tags, depends_on=nodes)
        self.publish(
            cluster_name=self.cluster.name,
            endpoint=self.cluster.endpoint,
            identifier=self.identifier,
            issuer=self.facts.issuer,
            version=args.version,
        )

    def _control_plane(self, args: EksClusterArgs) -> eks.Cluster:
        logs = cloudwatch.LogGroup(
            f"{self.name}-logs",
            # EKS writes to this name and would otherwise create it, unencrypted and kept for ever.
            name=f"/aws/eks/{args.cluster_name}/cluster",
            kms_key_id=args.logs_key,
            retention_in_days=load("components.core", "defaults")["log_retention_days"],
            tags=self._tags,
            opts=self.child(protect=args.protect),
        )
        role = self._role("control-plane", "eks.amazonaws.com", ["sts:AssumeRole"], args, own=True)
        attached = self._attach("control-plane", role, self._facts["cluster_policies"], args)
        secrets = self._secrets_key(args, role)
        return eks.Cluster(
            f"{self.name}-control-plane",
            name=args.cluster_name,
            version=args.version,
            role_arn=role.arn,
            access_config={
                "authentication_mode": "API",
                # Everybody who is let in has an entry that can be seen and taken away, the deployer too.
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            # The unmanaged network plugin, DNS and proxy; the managed add-ons take their place.
            bootstrap_self_managed_addons=False,
            deletion_protection=args.protect,
            enabled_cluster_log_types=self._facts["log_types"],
            encryption_config={"provider": {"key_arn": secrets.arn}, "resources": ["secrets"]},
            kubernetes_network_config={"service_ipv4_cidr": str(args.services), "ip_family": "ipv4"},
            upgrade_policy={"support_type": self._facts["support_type"]},
            vpc_config={
                "subnet_ids": args.subnet_ids,
                "endpoint_private_access": True,
                "endpoint_public_access": bool(args.api_from),
                "public_access_cidrs": [str(cidr) for cidr in args.api_from] or None,
            },
            zonal_shift_config={"enabled": True},
            tags=self._tags,
            opts=self.child(
                protect=args.protect,
                depends_on=[logs, *attached],
                # The name is fixed, so a replacement cannot stand beside the cluster it replaces.
                delete_before_replace=True,
            ),
        )

    def _secrets_key(self, args: EksClusterArgs, role: iam.Role) -> kms.Key:
        return key(
            self,
            f"{self.name}-secrets-key",
            description=f"Encrypts the Kubernetes secrets of {args.cluster_name}",
            partition=args.partition,
            account=args.account,
            tags=self._tags,
            protect=args.protect,
            statements=[
                {
                    "Sid": "ControlPlaneUsesTheKey",
                    "Effect": "Allow",
                    "Principal": {"AWS": role.arn},
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:DescribeKey",
                        "kms:ListGrants",
                        "kms:CreateGrant",
                    ],
                    "Resource": "*",
                }
            ],
        )

    def _access(self, args: EksClusterArgs) -> list[Resource]:
        """One entry for each administrator, named by position-free text so that order does not matter.

        The deployer makes the objects in the cluster. EKS takes one entry for a principal, so a deployer that
        is an administrator by name has no second one.
        """
        associations: list[Resource] = []
        for principal in sorted({*args.admins, args.deployer}):
            label = principal.partition("::")[2].replace(":", "-").replace("/", "-")
            entry = eks.AccessEntry(
                f"{self.name}-admin-{label}",
                cluster_name=self.cluster.name,
                principal_arn=principal,
                tags=self._tags,
                opts=self.child(),
            )
            associations.append(
                eks.AccessPolicyAssociation(
                    f"{self.name}-admin-{label}-policy",
                    cluster_name=self.cluster.name,
                    principal_arn=entry.principal_arn,
                    policy_arn=Output.from_input(args.partition).apply(
                        lambda partition: self._facts["admin_policy"].format(partition=partition)
                    ),
                    access_scope={"type": "cluster"},
                    opts=self.child(),
                )
            )
        return associations

    def _addons(
        self, args: EksClusterArgs, *, before_nodes: bool, depends_on: Sequence[Resource]
    ) -> list[Resource]:
        if args.version not in self._facts["versions"]:
            known = ", ".join(sorted(self._facts["versions"]))
            msg = (
                f"{self.name}: no add-on versions are known for Kubernetes {args.version}; use one of {known}"
            )
            raise ComponentError(msg)
        return [
            self._addon(args, addon, facts, depends_on)
            for addon, facts in self._facts["addons"].items()
            if facts["before_nodes"] is before_nodes
        ]

    def _addon(
        self, args: EksClusterArgs, addon: str, facts: Mapping[str, Any], depends_on: Sequence[Resource]
    ) -> Resource:
        identities: list[eks.AddonPodIdentityAssociationArgsDict] = []
        waits = list(depends_on)
        if "role" in facts:
            role = self._role(
                addon, "pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"], args, own=True
            )
            waits += self._attach(addon, role, [facts["role"]], args)
            identities = [{"role_arn": role.arn, "service_account": facts["service_account"]}]
        return eks.Addon(
            f"{self.name}-{addon}",
            cluster_name=self.cluster.name,
            addon_name=addon,
            addon_version=facts.get("version") or self._facts["versions"][args.version][addon],
            configuration_values=json.dumps(facts["configuration"]) if "configuration" in facts else None,
            pod_identity_associations=identities or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=self._tags,
            opts=self.child(depends_on=waits),
        )

    def _nodes(self, args: EksClusterArgs, *, depends_on: Sequence[Resource]) -> list[Resource]:
        role = self._role("nodes", "ec2.amazonaws.com", ["sts:AssumeRole"], args)
        attached = self._attach("nodes", role, self._facts["node_policies"], args)
        return [
            self._pool(args, pool_name, pool, role, [*depends_on, *attached])
            for pool_name, pool in sorted(args.pools.items())
        ]

    def _pool(
        self, args: EksClusterArgs, pool_name: str, pool: Pool, role: iam.Role, depends_on: list[Resource]
    ) -> Resource:
        template = ec2.LaunchTemplate(
            f"{self.name}-{pool_name}-template",
            description=f"Nodes of pool {pool_name} of {args.cluster_name}",
            update_default_version=True,
            # Pods cannot reach the credentials of the node: they need a token, and it dies after one hop.
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
            },
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_type": "gp3",
                        "volume_size": pool.disk_gib,
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            tag_specifications=[
                {"resource_type": kind, "tags": self._tags | {"Name": f"{args.cluster_name}-{pool_name}"}}
                for kind in ("instance", "volume")
            ],
            tags=self._tags,
            opts=self.child(),
        )
        return eks.NodeGroup(
            f"{self.name}-{pool_name}-nodes",
            cluster_name=self.cluster.name,
            # Without it a node group keeps for ever the version that it was made with.
            version=self.cluster.version,
            node_role_arn=role.arn,
            subnet_ids=args.subnet_ids,
            ami_type=ami_type(pool.size),
            instance_types=[pool.size],
            capacity_type="ON_DEMAND",
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={"min_size": pool.fewest, "max_size": pool.most, "desired_size": pool.fewest},
            update_config={"max_unavailable_percentage": self._facts["max_unavailable_percent"]},
            node_repair_config={"enabled": True},
            labels=dict(pool.labels),
            taints=[
                {"key": taint.key, "value": taint.value, "effect": _TAINT_EFFECTS[taint.effect]}
                for taint in pool.taints
            ],
            tags=self._tags,
            # Nothing here scales the pool, so its size follows the lower bound; EKS refuses a size below it.
            opts=self.child(depends_on=depends_on),
        )

    def _storage_class(self, tags: Tags, *, depends_on: Sequence[Resource]) -> None:
        storage.v1.StorageClass(
            f"{self.name}-storage-class",
            metadata={
                "name": self.facts.storage_class,
                "labels": tags.as_labels(),
                "annotations": {
                    **tags.as_annotations(),
                    "storageclass.kubernetes.io/is-default-class": "true",
                },
            },
            provisioner="ebs.csi.aws.com",
            parameters={"type": "gp3", "encrypted": "true"},
            # A volume lives in one zone: wait until the pod's zone is known.
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            opts=self.child(provider=self.provider, depends_on=depends_on),
        )

    def _role(
        self, noun: str, service: str, actions: list[str], args: EksClusterArgs, *, own: bool = False
    ) -> iam.Role:
        """A role; with ``own``, for when the service acts for this cluster and no other.

        EKS says so for the control plane and for pods, EC2 says nothing for nodes:
        https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html,
        https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html.
        """
        cluster = Output.format(
            "arn:{0}:eks:{1}:{2}:cluster/{3}", args.partition, args.region, args.account, args.cluster_name
        )
        return iam.Role(
            f"{self.name}-{noun}-role",
            description=f"{noun} of {args.cluster_name}",
            assume_role_policy=trust(
                service,
                *actions,
                account=args.account if own else None,
                source=cluster if own else None,
            ),
            tags=self._tags,
            opts=self.child(),
        )

    def _attach(
        self, noun: str, role: iam.Role, policies: Sequence[str], args: EksClusterArgs
    ) -> list[Resource]:
        return [
            iam.RolePolicyAttachment(
                f"{self.name}-{noun}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=Output.format("arn:{0}:iam::aws:policy/{1}", args.partition, policy),
                opts=self.child(),
            )
            for policy in policies
        ]


_TAINT_EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html"""


def _issuer(identities: Sequence[Any]) -> str:
    return identities[0].oidcs[0].issuer
