import json
from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.security.sec021_least_privilege_identity import RULE
from tests.policies.cases import LATER, Cases, policy, resource, urn_of

POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/ABC"
READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:List*"], "Resource": "arn:aws:s3:::docs/*"}
PASS = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ARN = {"arn": "arn:aws:iam::1:role/train"}
SUBSCRIPTION = "/subscriptions/0000"


def document(*statements: Mapping[str, Any]) -> Resource:
    return resource(POLICY, "reader", {"policy": policy(*statements)})


def role(trust: str, **more: Any) -> Resource:
    return resource(ROLE, "train", {"assumeRolePolicy": trust, **more}, outputs=ARN)


def service(name: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Service": name}, "Action": "sts:AssumeRole"})


def irsa(**condition: Any) -> str:
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
    )


def subject(value: str) -> dict[str, Any]:
    return {f"{ISSUER}:sub": value, f"{ISSUER}:aud": "sts.amazonaws.com"}


def assignment(identity: str, scope: str = SUBSCRIPTION) -> Resource:
    return resource(
        ASSIGNMENT,
        "grant",
        {
            "principalId": "p",
            "scope": scope,
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{identity}",
        },
    )


def account(arn: object, **more: Any) -> Resource:
    metadata = {"name": "train", "namespace": "ml", "annotations": {"eks.amazonaws.com/role-arn": arn}}
    return resource(ACCOUNT, "train-account", {"metadata": metadata}, **more)


def storage(**inputs: Any) -> Resource:
    return resource("azure-native:storage:StorageAccount", "lake", {"resourceGroupName": "data", **inputs})


def cluster(**inputs: Any) -> Resource:
    return resource(
        "azure-native:containerservice:ManagedCluster", "aks", {"resourceGroupName": "ml", **inputs}
    )


def allows(what: str) -> str:
    return f"a statement allows {what}"


IDENTITY = {"workloadIdentity": {"enabled": True}}
AT = "reader.policy.Statement[0]"

CASES = Cases(
    rule=RULE,
    good={
        "a policy with names": [document(READ)],
        "a wildcard that is refused": [document({**READ, "Effect": "Deny", "Action": "*", "Resource": "*"})],
        "every action on one bucket": [
            document({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::docs"})
        ],
        "a role that may be passed to one service": [
            document(
                {**PASS, "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}
            )
        ],
        "a role of a service": [
            role(
                service("ec2.amazonaws.com"),
                managedPolicyArns=["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"],
            )
        ],
        "a role of a service account, which names the role": [
            role(irsa(StringEquals=subject("system:serviceaccount:ml:train"))),
            account("arn:aws:iam::1:role/train"),
        ],
        "the same before either exists": [
            role(irsa(StringLike=subject("system:serviceaccount:ml:*"))),
            account(LATER, made_from={"metadata": [urn_of(ROLE, "train")]}),
        ],
        "an attachment": [
            resource(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                "nodes",
                {"role": "nodes", "policyArn": "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"},
            )
        ],
        "a contributor of one resource": [
            assignment(
                CONTRIBUTOR, f"{SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Cache/redis/online"
            )
        ],
        "a role with actions": [
            resource(
                "azure-native:authorization:RoleDefinition",
                "reader",
                {"scope": SUBSCRIPTION, "permissions": [{"actions": ["Microsoft.Storage/*/read"]}]},
            )
        ],
        "an account without keys": [storage(allowSharedKeyAccess=False)],
        "a cluster without local accounts": [cluster(disableLocalAccounts=True, securityProfile=IDENTITY)],
        "a registry that says nothing": [
            resource(
                "azure-native:containerregistry:Registry",
                "images",
                {"resourceGroupName": "ml", "sku": {"name": "Premium"}},
            )
        ],
        "a secret of another kind": [
            resource("kubernetes:core/v1:Secret", "tls", {"type": "kubernetes.io/tls"})
        ],
    },
    bad={
        "every action": (
            [document({"Effect": "Allow", "Action": "*", "Resource": "*"})],
            [f"{AT}.Effect: {allows('every action of every service')}"],
        ),
        "every action of a service": (
            [
                document(
                    {"Effect": "Allow", "Action": ["ec2:Describe*", "s3:*"], "Resource": "arn:aws:s3:::*"}
                )
            ],
            [f"{AT}.Effect: {allows('every action of a service on every resource')}"],
        ),
        "all but what it names": (
            [document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})],
            [f"{AT}.Effect: {allows('all but what it names (NotAction, NotResource)')}"],
        ),
        "any role for any service": (
            [document(PASS)],
            [f"{AT}.Effect: a statement lets every role be passed to every service (iam:PassRole)"],
        ),
        "an inline policy": (
            [
                role(
                    service("ec2.amazonaws.com"),
                    inlinePolicies=[
                        {"name": "all", "policy": json.dumps({"Statement": [{**READ, "Action": "*"}]})}
                    ],
                )
            ],
            [
                (
                    "train.inlinePolicies[0].policy.Statement[0].Effect: "
                    f"{allows('every action of every service')}"
                )
            ],
        ),
        "a managed policy of a role": (
            [
                role(
                    service("ec2.amazonaws.com"),
                    managedPolicyArns=["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
                )
            ],
            [
                (
                    "train.managedPolicyArns[0]: the managed policy "
                    "'arn:aws:iam::aws:policy/AmazonS3FullAccess' holds far more than a workload needs"
                )
            ],
        ),
        "an attached administrator": (
            [
                resource(
                    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
                    "admin",
                    {"user": "ci", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                )
            ],
            [
                (
                    "admin.policyArn: the managed policy "
                    "'arn:aws:iam::aws:policy/AdministratorAccess' holds far more than a workload needs"
                )
            ],
        ),
        "a role for everyone": (
            [role(policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}))],
            [
                (
                    "train.assumeRolePolicy.Statement[0].Effect: everyone may take the role on, and "
                    "no condition narrows it"
                )
            ],
        ),
        "a role for every service account": (
            [role(irsa(StringLike=subject("system:serviceaccount:*:train")))],
            [
                (
                    "train.assumeRolePolicy.Statement[0].Effect: every identity of an OIDC provider "
                    "may take the role on: no condition names a subject (sub)"
                )
            ],
        ),
        "a role for an issuer": (
            [role(irsa(StringEquals={f"{ISSUER}:aud": "sts.amazonaws.com"}))],
            [
                (
                    "train.assumeRolePolicy.Statement[0].Effect: every identity of an OIDC provider "
                    "may take the role on: no condition names a subject (sub)"
                )
            ],
        ),
        "a role of another service account": (
            [
                role(irsa(StringEquals=subject("system:serviceaccount:ml:other"))),
                account("arn:aws:iam::1:role/train"),
            ],
            [
                (
                    "train-account.metadata.annotations.eks.amazonaws.com/role-arn: the role train "
                    "does not name this service account in its trust policy"
                )
            ],
        ),
        "an access key": (
            [resource("aws:iam/accessKey:AccessKey", "ci", {"user": "ci"})],
            ["ci: an access key never expires; use a role instead"],
        ),
        "a token of a service account": (
            [resource("kubernetes:core/v1:Secret", "ci", {"type": "kubernetes.io/service-account-token"})],
            ["ci.type: the secret is a token of a service account that never expires"],
        ),
        "an owner": (
            [assignment(OWNER, f"{SUBSCRIPTION}/resourceGroups/ml")],
            ["grant.roleDefinitionId: the role Owner is given out"],
        ),
        "a contributor of a group": (
            [assignment(CONTRIBUTOR, f"{SUBSCRIPTION}/resourceGroups/ml")],
            [
                (
                    "grant.roleDefinitionId: the role Contributor is given out for "
                    "'/subscriptions/0000/resourceGroups/ml'"
                )
            ],
        ),
        "a role with every action": (
            [
                resource(
                    "azure-native:authorization:RoleDefinition",
                    "all",
                    {"scope": SUBSCRIPTION, "permissions": [{"actions": ["*"]}]},
                )
            ],
            ["all.permissions[0].actions[0]: the role allows everything: actions has '*'"],
        ),
        "an account with keys": (
            [storage()],
            ["lake.allowSharedKeyAccess: whoever copies a key gets in: allowSharedKeyAccess is not set"],
        ),
        "a cluster with local accounts": (
            [cluster(disableLocalAccounts=False)],
            [
                "aks.disableLocalAccounts: whoever copies a key gets in: disableLocalAccounts is false",
                (
                    "aks.securityProfile.workloadIdentity.enabled: whoever copies a key gets in: "
                    "securityProfile.workloadIdentity.enabled is not set"
                ),
            ],
        ),
        "a registry with an admin user": (
            [
                resource(
                    "azure-native:containerregistry:Registry",
                    "images",
                    {"resourceGroupName": "ml", "sku": {"name": "Premium"}, "adminUserEnabled": True},
                )
            ],
            ["images.adminUserEnabled: whoever copies a key gets in: adminUserEnabled is true"],
        ),
    },
    unknown={
        "a policy with a name in it": (
            [resource(POLICY, "reader", {"policy": LATER})],
            [f"{AT.replace('0', '*')}.Effect"],
        ),
        "a role from elsewhere": (
            [
                resource(
                    ASSIGNMENT,
                    "grant",
                    {"principalId": "p", "scope": SUBSCRIPTION, "roleDefinitionId": LATER},
                )
            ],
            ["grant.roleDefinitionId"],
        ),
        "a flag from elsewhere": ([storage(allowSharedKeyAccess=LATER)], ["lake.allowSharedKeyAccess"]),
    },
    waived={"a machine outside the cloud": [resource("aws:iam/accessKey:AccessKey", "ci", {"user": "ci"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
