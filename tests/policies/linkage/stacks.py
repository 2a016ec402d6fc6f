"""Resources from which the tests of the physical side build their stacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from policies.engine import Resource
from tests.policies.cases import policy, resource

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KEY = "aws:kms/key:Key"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"

ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
MANAGED = "azure-native:managedidentity:UserAssignedIdentity"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"

CLAIM = "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
VOLUME_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SECRET = "kubernetes:core/v1:Secret"
SERVICE = "kubernetes:core/v1:Service"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
"""Storage Blob Data Reader."""
CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
"""Storage Blob Data Contributor."""


# -- declarations


def edge(node: str, kind: str) -> dict[str, str]:
    return {"node": node, "edge": kind, "position": f"acme.yaml:{len(node)}"}


def kept(store: Resource | None, role: str = "storedIn") -> dict[str, str]:
    place = {"role": role, "node": f"store:{store.name if store else 'elsewhere'}"}
    return place if store is None else {**place, "resource": store.urn}


def declared(kind: str, name: str, *inputs: Mapping[str, str], **more: Any) -> Resource:
    """Return a declaration; ``kind`` such as ``Training``."""
    node = f"{kind[0].lower()}{kind[1:]}:{name}"
    body = {"node": node, "position": f"acme.yaml:{len(name)}", **more}
    return resource(f"trunkline:catalogue:{kind}", name, {**body, "inputs": list(inputs)} if inputs else body)


def dataset(name: str, *stores: Resource, **more: Any) -> Resource:
    return declared("Dataset", name, **{"places": [kept(store) for store in stores], **more})


def trained(name: str, *data: str, **more: Any) -> Resource:
    return declared("Training", name, *(edge(node, "trainedOn") for node in data), **more)


# -- AWS


def trust(*services: str, **principal: Any) -> str:
    who = {"Service": list(services)} if services else principal
    return policy({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})


def bucket(name: str, **more: Any) -> Resource:
    return resource(BUCKET, name, {"bucket": name}, **more)


def role(name: str, node: str | None = None, **more: Any) -> Resource:
    tags = {"tags": {"trunkline:node": node}} if node else {}
    body = {"name": name, "assumeRolePolicy": trust("lambda.amazonaws.com"), **tags, **more}
    return resource(ROLE, name, body)


def reads(
    store: str, *, to: str = "", actions: Sequence[str] = ("s3:GetObject",), **more: Any
) -> dict[str, Any]:
    """Return a statement that lets its caller read a bucket, or what lies at ``to``."""
    where = f"arn:aws:s3:::{store}/{to}*"
    return {"Effect": "Allow", "Action": list(actions), "Resource": where, **more}


def inline(name: str, of: str, *statements: Mapping[str, Any]) -> Resource:
    return resource(ROLE_POLICY, name, {"role": of, "policy": policy(*statements)})


def at_bucket(name: str, *statements: Mapping[str, Any]) -> Resource:
    return resource(BUCKET_POLICY, f"{name}-policy", {"bucket": name, "policy": policy(*statements)})


# -- Azure


def account(name: str, **more: Any) -> Resource:
    return resource(
        ACCOUNT,
        name,
        {"accountName": name, "resourceGroupName": "data", "kind": "StorageV2", **more},
        outputs={"id": account_id(name)},
    )


def account_id(name: str) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/{name}"


def managed(name: str, principal: str, node: str | None = None) -> Resource:
    tags = {"tags": {"trunkline:node": node}} if node else {}
    return resource(
        MANAGED,
        name,
        {"resourceName": name, "resourceGroupName": "data", **tags},
        outputs={"principalId": principal, "clientId": f"client-of-{name}"},
    )


def assigned(name: str, principal: str, role_id: str, scope: str, **more: Any) -> Resource:
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
    body = {"principalId": principal, "roleDefinitionId": definition, "scope": scope, **more}
    return resource(ASSIGNMENT, name, body)


# -- clusters


def metadata(name: str, namespace: str = "ml", node: str | None = None, **more: Any) -> dict[str, Any]:
    annotations = {"annotations": {"trunkline.dev/node": node}} if node else {}
    return {"name": name, "namespace": namespace, **annotations, **more}


def bucket_claim(name: str, **more: Any) -> Resource:
    spec = {"bucketName": name, "storageClassName": "ceph"}
    return resource(
        CLAIM,
        name,
        {
            "apiVersion": "objectbucket.io/v1alpha1",
            "kind": "ObjectBucketClaim",
            "metadata": metadata(name),
            "spec": spec,
        },
        **more,
    )


def volume(name: str) -> Resource:
    return resource(
        VOLUME_CLAIM, name, {"metadata": metadata(name), "spec": {"accessModes": ["ReadWriteMany"]}}
    )


def pods(  # noqa: PLR0913 - what a test says about pods
    name: str,
    *,
    node: str | None = None,
    namespace: str = "ml",
    secret: str | None = None,
    claim: str | None = None,
    runs_as: str | None = None,
    parent: str = "",
    labels: Mapping[str, str] | None = None,
) -> Resource:
    """Return a deployment whose pods take in a secret as environment, or mount a claim."""
    container: dict[str, Any] = {"name": "main", "image": "acme.example/main@sha256:0"}
    spec: dict[str, Any] = {"containers": [container]}
    if secret is not None:
        container["envFrom"] = [{"secretRef": {"name": secret}}]
    if claim is not None:
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    if runs_as is not None:
        spec["serviceAccountName"] = runs_as
    found = dict(labels or {"app": name})
    return resource(
        DEPLOYMENT,
        name,
        {
            "metadata": metadata(name, namespace, node),
            "spec": {
                "selector": {"matchLabels": found},
                "template": {"metadata": {"labels": found}, "spec": spec},
            },
        },
        parent=parent,
    )


def service_account(name: str, node: str | None = None, **annotations: str) -> Resource:
    body = metadata(name, node=node)
    body["annotations"] = {**body.get("annotations", {}), **annotations}
    return resource(SERVICE_ACCOUNT, name, {"metadata": body})


def cluster_role(name: str, *rules: Mapping[str, Any]) -> Resource:
    return resource(f"{RBAC}:Role", name, {"metadata": metadata(name), "rules": list(rules)})


def bound(
    name: str, to: str, *subjects: Mapping[str, Any], kind: str = "Role", namespace: str = "ml"
) -> Resource:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": to}
    body = {"metadata": metadata(name, namespace), "roleRef": ref, "subjects": list(subjects)}
    return resource(f"{RBAC}:RoleBinding", name, body)


def service(name: str, app: str, port: int = 6379) -> Resource:
    spec = {"selector": {"app": app}, "ports": [{"port": port}]}
    return resource(SERVICE, name, {"metadata": metadata(name), "spec": spec})


def network_policy(name: str, of: Mapping[str, Any], **spec: Any) -> Resource:
    return resource(NETWORK_POLICY, name, {"metadata": metadata(name), "spec": {"podSelector": of, **spec}})
