"""Object store on the Ceph of one's own cluster, through Rook or OpenShift Data Foundation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes import apiextensions, batch, core, networking

from components.core import ClusterFacts, ComponentError, load
from components.core.tags import PREFIX
from components.object_store.base import ObjectStore

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

    from components.object_store.spec import ObjectStoreSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class CephStoreArgs:
    """Arguments of :class:`CephStore`; the provider comes with the options."""

    spec: ObjectStoreSpec
    facts: ClusterFacts
    namespace: Input[str]
    bucket_name: str
    """Name of the bucket; no other bucket of the object store may have it."""
    log_target: Input[str] | None = None
    """Name of the bucket that receives access logs."""


class CephStore(ObjectStore):
    """A bucket claim, and a task that switches on what a claim cannot ask for.

    Versioning is the task's everywhere: a claim has no word for it (https://github.com/rook/rook/issues/17318).
    With Rook, policy and lifecycle go into the claim, and the operator's setting
    ``ROOK_OBC_ALLOW_ADDITIONAL_CONFIG_FIELDS`` has to list ``bucketPolicy`` and ``bucketLifecycle``;
    otherwise Rook refuses the claim. ``choices.toml`` says what other provisioners take. Encryption at rest
    is switched on for a whole object store; no claim can ask for it, so this component does not promise it.
    """

    TYPE: ClassVar[str] = "trunkline:object_store:CephStore"

    def __init__(self, name: str, args: CephStoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._choices = load("components.object_store", "choices")
        if args.facts.bucket_class is None:
            msg = f"{name}: the cluster has no class for bucket claims; set bucketClass at its site"
            raise ComponentError(msg)

        self._takes = next(
            row
            for row in self._choices["onprem"]["provisioners"]
            if row["pattern"] in args.facts.bucket_class
        )
        in_claim = {
            "bucketPolicy": self._policy(args.spec) if self._takes["policy"] == "claim" else None,
            "bucketLifecycle": self._lifecycle(args.spec) if self._takes["lifecycle"] == "claim" else None,
        }
        self.claim = apiextensions.CustomResource(
            f"{name}-claim",
            api_version="objectbucket.io/v1alpha1",
            kind="ObjectBucketClaim",
            metadata=self._metadata(name, args),
            spec={
                "bucketName": args.bucket_name,
                "storageClassName": args.facts.bucket_class,
                "additionalConfig": {key: value for key, value in in_claim.items() if value is not None},
            },
            opts=self.child(protect=args.spec.protect),
        )
        self._task(args)

        self.uri = Output.from_input(f"s3://{args.bucket_name}")
        # Whoever logs here must find the bucket, and its policy, in place.
        self.log_target = self.claim.id.apply(lambda _: args.bucket_name)
        self.publish(uri=self.uri, bucket=args.bucket_name, claim=name, namespace=args.namespace)

    def _metadata(self, name: str | None, args: CephStoreArgs) -> ObjectMetaArgsDict:
        """Without a name the engine makes one up, and a replacement can stand beside what it replaces."""
        metadata: ObjectMetaArgsDict = {
            "namespace": args.namespace,
            "labels": args.spec.tags.as_labels(),
            "annotations": args.spec.tags.as_annotations(),
        }
        if name is not None:
            metadata["name"] = name
        return metadata

    def _policy(self, spec: ObjectStoreSpec) -> str:
        """TLS only; and the gateway may deliver logs (https://docs.ceph.com/en/latest/radosgw/bucket_logging/).

        A claim's policy holds for its own bucket, so naming every bucket names this one.
        """
        statements: list[dict[str, Any]] = [
            {
                "Sid": "DenyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
        if spec.receives_logs:
            statements.append(
                {
                    "Sid": "GatewayDeliversAccessLogs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logging.s3.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": ["arn:aws:s3:::*"],
                }
            )
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)

    def _lifecycle(self, spec: ObjectStoreSpec) -> str:
        """Rules sorted by id; otherwise Rook would apply them again and again."""
        rules: list[dict[str, Any]] = [
            {
                "ID": "remove-abandoned-uploads",
                "AbortIncompleteMultipartUpload": {
                    "DaysAfterInitiation": self._choices["abandoned_upload_days"]
                },
            },
            {
                "ID": "remove-old-versions",
                "NoncurrentVersionExpiration": {"NoncurrentDays": spec.noncurrent_after},
            },
        ]
        if spec.expire_after is not None:
            rules.insert(0, {"ID": "expire", "Expiration": {"Days": spec.expire_after}})
        return json.dumps({"Rules": [{"Status": "Enabled", "Prefix": "", **rule} for rule in rules]})

    def _task(self, args: CephStoreArgs) -> None:
        label = {f"{PREFIX}/task": self.name}
        account = core.v1.ServiceAccount(
            f"{self.name}-task-account",
            metadata=self._metadata(f"{self.name}-task", args),
            automount_service_account_token=False,
            opts=self.child(),
        )
        reach = networking.v1.NetworkPolicy(
            f"{self.name}-task-reach",
            metadata=self._metadata(f"{self.name}-task", args),
            spec={
                "pod_selector": {"match_labels": label},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [{"namespace_selector": {}}],
                        "ports": [
                            {"protocol": "TCP", "port": port}
                            for port in self._choices["onprem"]["task"]["ports"]
                        ],
                    }
                ],
            },
            opts=self.child(),
        )
        calls: dict[str, list[Input[str]]] = {
            "versioning": ["put-bucket-versioning", "--versioning-configuration", "Status=Enabled"]
        }
        if self._takes["lifecycle"] == "task":
            calls["lifecycle"] = [
                "put-bucket-lifecycle-configuration",
                "--lifecycle-configuration",
                self._lifecycle(args.spec),
            ]
        if args.log_target is not None:
            calls["logging"] = ["put-bucket-logging", "--bucket-logging-status", _logging(self.name, args)]
        pod: core.v1.PodSpecArgsDict = {
            "restart_policy": "OnFailure",
            "service_account_name": f"{self.name}-task",
            "automount_service_account_token": False,
            "security_context": self._user(args.facts),
            "containers": [self._container(role, call, args) for role, call in calls.items()],
            "volumes": _volumes(args.facts),
        }
        waits: list[Resource] = [self.claim, account, reach]
        batch.v1.Job(
            f"{self.name}-task",
            metadata=self._metadata(None, args),
            spec={
                "active_deadline_seconds": self._choices["onprem"]["task"]["deadline"],
                "template": {
                    "metadata": {
                        "labels": {**args.spec.tags.as_labels(), **label},
                        "annotations": args.spec.tags.as_annotations(),
                    },
                    "spec": pod,
                },
            },
            opts=self.child(depends_on=waits),
        )

    def _user(self, facts: ClusterFacts) -> core.v1.PodSecurityContextArgsDict:
        context: core.v1.PodSecurityContextArgsDict = {
            "run_as_non_root": True,
            "seccomp_profile": {"type": "RuntimeDefault"},
        }
        if not facts.assigns_uids:
            context["run_as_user"] = self._choices["onprem"]["task"]["user"]
        return context

    def _container(self, role: str, call: list[Input[str]], args: CephStoreArgs) -> core.v1.ContainerArgsDict:
        environment: list[core.v1.EnvVarArgsDict] = [
            {"name": "HOME", "value": "/tmp"},  # noqa: S108, an empty volume of this pod
            # The CLI signs for a region and Ceph takes any.
            {"name": "AWS_DEFAULT_REGION", "value": "us-east-1"},
            {"name": "AWS_EC2_METADATA_DISABLED", "value": "true"},
            # Servers that are not Amazon's know fewer checksums.
            {"name": "AWS_REQUEST_CHECKSUM_CALCULATION", "value": "when_required"},
        ]
        mounts: list[core.v1.VolumeMountArgsDict] = [{"name": "home", "mount_path": "/tmp"}]  # noqa: S108, as above
        if args.facts.trusted_ca is not None:
            environment.append({"name": "AWS_CA_BUNDLE", "value": "/trusted/service-ca.crt"})
            mounts.append({"name": "trusted", "mount_path": "/trusted", "read_only": True})
        return {
            "name": role,
            "image": self._choices["onprem"]["task"]["image"],
            "command": ["aws"],
            "args": [
                # The claim makes a ConfigMap and a Secret of its own name; the pod waits for both.
                "--endpoint-url",
                "https://$(BUCKET_HOST):$(BUCKET_PORT)",
                "s3api",
                *call,
                "--bucket",
                args.bucket_name,
            ],
            "env_from": [{"config_map_ref": {"name": self.name}}, {"secret_ref": {"name": self.name}}],
            "env": environment,
            "volume_mounts": mounts,
            "security_context": {
                "allow_privilege_escalation": False,
                "capabilities": {"drop": ["ALL"]},
                "privileged": False,
                "read_only_root_filesystem": True,
            },
            "resources": {
                "requests": {"cpu": "50m", "memory": "128Mi"},
                "limits": {"cpu": "500m", "memory": "256Mi"},
            },
        }


def _logging(name: str, args: CephStoreArgs) -> Output[str]:
    return Output.json_dumps(
        {"LoggingEnabled": {"TargetBucket": args.log_target, "TargetPrefix": f"{name}/"}}
    )


def _volumes(facts: ClusterFacts) -> list[core.v1.VolumeArgsDict]:
    volumes: list[core.v1.VolumeArgsDict] = [{"name": "home", "empty_dir": {"size_limit": "16Mi"}}]
    if facts.trusted_ca is not None:
        volumes.append({"name": "trusted", "config_map": {"name": facts.trusted_ca}})
    return volumes
