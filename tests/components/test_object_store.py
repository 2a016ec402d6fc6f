"""What an object store is made of, kind of site by kind of site."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from components.core import ComponentError, cluster_facts
from components.object_store import BlobStoreArgs, CephStoreArgs, S3StoreArgs, object_store
from tests.components.builds import ROWS, built
from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Graph, deploy

S3: S3StoreArgs = ROWS["object_store/aws"].args
BLOB: BlobStoreArgs = ROWS["object_store/azure"].args
CEPH: CephStoreArgs = ROWS["object_store/onprem"].args
CLAIM = "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim"


def receiving(args: Any) -> Any:
    """The same store as one that others send their logs to."""
    return replace(args, log_target=None, spec=replace(args.spec, receives_logs=True))


def pod(graph: Graph) -> dict[str, Any]:
    return graph.one("kubernetes:batch/v1:Job").inputs["spec"]["template"]["spec"]


def test_an_s3_store_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("object_store/aws").table()) == {
        "aws:kms/key:Key": 1,
        "aws:s3/bucket:Bucket": 1,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
        "aws:s3/bucketLogging:BucketLogging": 1,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
        "aws:s3/bucketPolicy:BucketPolicy": 1,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
        "aws:s3/bucketVersioning:BucketVersioning": 1,
    }


def test_an_s3_store_is_private_versioned_and_logged() -> None:
    graph = built("object_store/aws")
    private = graph.named("unit-private").inputs
    assert all(
        private[key]
        for key in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    assert graph.named("unit-ownership").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    assert graph.named("unit-versions").inputs["versioningConfiguration"] == {"status": "Enabled"}
    logging = graph.named("unit-logging").inputs
    assert (logging["targetBucket"], logging["targetPrefix"]) == ("logs-bucket", "unit/")


def test_an_s3_store_is_encrypted_with_its_own_key_that_rotates() -> None:
    graph = built("object_store/aws")
    (rule,) = graph.named("unit-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["bucketKeyEnabled"] is True
    assert graph.one("aws:kms/key:Key").inputs["enableKeyRotation"] is True


def test_an_s3_store_speaks_tls_1_2_only() -> None:
    policy: Any = json.loads(built("object_store/aws").named("unit-policy").inputs["policy"])
    plain, old = policy["Statement"]
    assert (plain["Effect"], plain["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (old["Effect"], old["Condition"]) == ("Deny", {"NumericLessThan": {"s3:TlsVersion": "1.2"}})
    assert plain["Resource"] == ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]


def test_an_s3_store_forgets_what_it_promised_to() -> None:
    rules = {r["id"]: r for r in built("object_store/aws").named("unit-lifecycle").inputs["rules"]}
    assert rules["expire"]["expiration"] == {"days": 400}
    assert rules["remove-old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rules["remove-abandoned-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


def test_without_an_end_s3_objects_are_kept() -> None:
    graph = built("object_store/aws", replace(S3, spec=replace(S3.spec, expire_after=None)))
    assert "expire" not in {r["id"] for r in graph.named("unit-lifecycle").inputs["rules"]}


def test_s3_can_deliver_logs_to_a_store_that_receives_them() -> None:
    graph = built("object_store/aws", receiving(S3))
    assert graph.of_type("aws:kms/key:Key") == []
    (rule,) = graph.named("unit-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    policy: Any = json.loads(graph.named("unit-policy").inputs["policy"])
    deliver = policy["Statement"][-1]
    assert deliver["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert deliver["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_s3_logs_into_no_bucket_that_does_not_let_it_in_yet() -> None:
    """Without the target's policy S3 refuses to switch logging on."""

    def program() -> None:
        target = object_store("target", receiving(S3))
        object_store("unit", replace(S3, log_target=target.log_target))

    graph = deploy(program, calls=CALLS, states=STATES)
    assert graph.named("target-policy").urn in graph.named("unit-logging").dependencies


def test_no_deprecated_s3_type_is_used() -> None:
    assert [kind for kind, _ in built("object_store/aws").table() if "V2" in kind] == []


def test_only_a_throw_away_bucket_goes_with_its_data() -> None:
    kept = built("object_store/aws").one("aws:s3/bucket:Bucket")
    assert (kept.protect, kept.inputs["forceDestroy"]) == (True, False)
    gone = built("object_store/aws", replace(S3, spec=replace(S3.spec, protect=False))).one(
        "aws:s3/bucket:Bucket"
    )
    assert (gone.protect, gone.inputs["forceDestroy"]) == (False, True)


def test_a_blob_store_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("object_store/azure").table()) == {
        "azure-native:authorization:RoleAssignment": 1,
        "azure-native:keyvault:Key": 1,
        "azure-native:keyvault:Vault": 1,
        "azure-native:managedidentity:UserAssignedIdentity": 1,
        "azure-native:monitor:DiagnosticSetting": 2,
        "azure-native:network:PrivateDnsZoneGroup": 1,
        "azure-native:network:PrivateEndpoint": 1,
        "azure-native:storage:BlobContainer": 1,
        "azure-native:storage:BlobServiceProperties": 1,
        "azure-native:storage:ManagementPolicy": 1,
        "azure-native:storage:StorageAccount": 1,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("allowBlobPublicAccess", False),
        ("allowSharedKeyAccess", False),
        ("allowCrossTenantReplication", False),
        ("enableHttpsTrafficOnly", True),
        ("minimumTlsVersion", "TLS1_2"),
        ("publicNetworkAccess", "Disabled"),
        ("networkRuleSet", {"defaultAction": "Deny", "bypass": "None"}),
    ],
)
def test_a_storage_account_lets_nobody_in_by_accident(field: str, value: object) -> None:
    assert built("object_store/azure").one("azure-native:storage:StorageAccount").inputs[field] == value


def test_a_blob_store_is_encrypted_twice_and_once_with_its_own_key() -> None:
    account = built("object_store/azure").one("azure-native:storage:StorageAccount")
    encryption = account.inputs["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["requireInfrastructureEncryption"] is True
    assert "keyVersion" not in encryption["keyVaultProperties"]
    grant = built("object_store/azure").one("azure-native:authorization:RoleAssignment")
    assert grant.urn in account.dependencies


def test_a_blob_store_follows_its_key_to_versions_that_end() -> None:
    policy = (
        built("object_store/azure").one("azure-native:keyvault:Key").inputs["properties"]["rotationPolicy"]
    )
    assert policy["attributes"] == {"expiryTime": "P2Y"}
    assert policy["lifetimeActions"][0]["trigger"] == {"timeAfterCreate": "P1Y"}


def test_a_blob_store_keeps_versions_as_long_as_promised() -> None:
    graph = built("object_store/azure")
    properties = graph.named("unit-versions").inputs
    assert properties["isVersioningEnabled"] is True
    assert properties["deleteRetentionPolicy"] == {"enabled": True, "days": 30}
    (rule,) = graph.named("unit-lifecycle").inputs["policy"]["rules"]
    actions = rule["definition"]["actions"]
    assert actions["baseBlob"] == {"delete": {"daysAfterModificationGreaterThan": 400}}
    assert actions["version"] == {"delete": {"daysAfterCreationGreaterThan": 30}}


def test_soft_deletion_ends_where_azure_ends_it() -> None:
    graph = built("object_store/azure", replace(BLOB, spec=replace(BLOB.spec, noncurrent_after=3650)))
    assert graph.named("unit-versions").inputs["deleteRetentionPolicy"]["days"] == 365


def test_blob_access_is_logged() -> None:
    setting = built("object_store/azure").named("unit-access-logs").inputs
    assert setting["resourceUri"] == "unit-account-id/blobServices/default"
    assert (setting["workspaceId"], setting["storageAccountId"]) == ("workspace", "logs-account")


def test_azure_monitor_can_write_to_a_store_that_receives_logs() -> None:
    account = built("object_store/azure", receiving(BLOB)).one("azure-native:storage:StorageAccount")
    assert account.inputs["networkRuleSet"] == {"defaultAction": "Deny", "bypass": "AzureServices"}


def test_a_ceph_store_is_made_of() -> None:
    assert [kind for kind, _ in built("object_store/onprem").table()] == [
        "kubernetes:batch/v1:Job",
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        CLAIM,
    ]


def test_a_claim_carries_tls_and_lifecycle() -> None:
    spec = built("object_store/onprem").one(CLAIM).inputs["spec"]
    assert spec["bucketName"] == "acme-dev-clicks"
    assert spec["storageClassName"] == "ocs-storagecluster-ceph-rgw"
    (deny,) = json.loads(spec["additionalConfig"]["bucketPolicy"])["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    rules = json.loads(spec["additionalConfig"]["bucketLifecycle"])["Rules"]
    assert [r["ID"] for r in rules] == sorted(r["ID"] for r in rules)
    assert {r["ID"]: r for r in rules}["expire"]["Expiration"] == {"Days": 400}


def test_a_task_switches_on_versioning_and_logging() -> None:
    containers = {c["name"]: c for c in pod(built("object_store/onprem"))["containers"]}
    assert containers["versioning"]["args"] == [
        "--endpoint-url",
        "https://$(BUCKET_HOST):$(BUCKET_PORT)",
        "s3api",
        "put-bucket-versioning",
        "--versioning-configuration",
        "Status=Enabled",
        "--bucket",
        "acme-dev-clicks",
    ]
    status: Any = json.loads(containers["logging"]["args"][5])
    assert status == {"LoggingEnabled": {"TargetBucket": "logs-bucket", "TargetPrefix": "unit/"}}


def test_the_task_is_no_more_than_it_has_to_be() -> None:
    """Everything that security rules SEC-009 to SEC-016 ask of a pod."""
    spec = pod(built("object_store/onprem"))
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert [v for v in spec["volumes"] if "hostPath" in v] == []
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
        }
        assert "@sha256:" in container["image"]
        assert set(container["resources"]) == {"requests", "limits"}


def test_the_task_trusts_and_is_named_as_the_cluster_wants() -> None:
    openshift = pod(built("object_store/onprem"))
    assert "runAsUser" not in openshift["securityContext"]
    assert {"name": "trusted", "configMap": {"name": "openshift-service-ca.crt"}} in openshift["volumes"]
    plain = pod(built("object_store/onprem", replace(CEPH, facts=cluster_facts("kubernetes"))))
    assert plain["securityContext"]["runAsUser"] == 65532
    assert [v["name"] for v in plain["volumes"]] == ["home"]


def test_a_gateway_that_reads_no_claim_is_set_up_by_the_task() -> None:
    facts = cluster_facts("openshift", bucket_class="openshift-storage.noobaa.io")
    graph = built("object_store/onprem", replace(CEPH, facts=facts))
    assert graph.one(CLAIM).inputs["spec"]["additionalConfig"] == {}
    assert [c["name"] for c in pod(graph)["containers"]] == ["versioning", "lifecycle", "logging"]


def test_ceph_can_deliver_logs_to_a_store_that_receives_them() -> None:
    config = built("object_store/onprem", receiving(CEPH)).one(CLAIM).inputs["spec"]["additionalConfig"]
    deliver = json.loads(config["bucketPolicy"])["Statement"][-1]
    assert deliver["Principal"] == {"Service": "logging.s3.amazonaws.com"}


def test_a_cluster_without_a_bucket_class_is_said_in_a_sentence() -> None:
    with pytest.raises(ComponentError, match="no class for bucket claims; set bucketClass at its site"):
        built("object_store/onprem", replace(CEPH, facts=replace(CEPH.facts, bucket_class=None)))
