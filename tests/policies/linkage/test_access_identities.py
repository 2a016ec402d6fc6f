"""Who is who: which node an identity stands for, who acts as whom, and what belongs to the platform."""

from typing import Any

import pytest

from policies.engine import Inventory, Resource
from policies.linkage import access
from policies.linkage.access import Identity, IdentityKind, Target
from policies.linkage.access.cluster.objects import ACCOUNT
from tests.policies.cases import LATER, policy, resource, urn_of
from tests.policies.linkage.stacks import (
    ROLE,
    SERVICE_ACCOUNT,
    bucket,
    dataset,
    managed,
    metadata,
    pods,
    role,
    service_account,
    trained,
    trust,
)

raw = bucket("raw")
clicks = dataset("clicks", raw)
ARN = "arn:aws:iam::111122223333:role/trainer"


def standing(*stack: Resource) -> dict[str, dict[str, bool | None]]:
    """Return the nodes that identities stand for, by what messages call the identity."""
    bindings = access.of(Inventory([raw, clicks, *stack])).bindings
    return {
        str(identity): {node: holds.state for node, holds in bindings.nodes(identity).items()}
        for identity in bindings.identities
        if bindings.nodes(identity)
    }


def ranker(**more: Any) -> Resource:
    return trained("ranker", "dataset:clicks", **more)


@pytest.mark.parametrize(
    ("identities", "who", "expected"),
    [
        (
            [ARN],
            resource(
                ROLE, "trainer", {"name": "trainer", "assumeRolePolicy": trust("x")}, outputs={"arn": ARN}
            ),
            "role trainer",
        ),
        (["trainer"], role("trainer"), "role trainer"),
        ([ARN], role("trainer"), "role trainer"),
        (["arn:aws:iam::111122223333:role/team/trainer"], role("trainer"), "role trainer"),
        (["principal-1"], managed("app", "principal-1"), "managed identity app"),
        (["PRINCIPAL-1"], managed("app", "principal-1"), "managed identity app"),
        (["ml/app"], service_account("app"), "service account ml/app"),
        (["ml/app"], pods("notebook", runs_as="app"), "service account ml/app"),
    ],
)
def test_a_node_lists_its_identities(identities: list[str], who: Resource, expected: str) -> None:
    found = standing(ranker(identities=identities), who)
    assert found[expected] == {"training:ranker": True}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (role("trainer", "training:ranker"), "role trainer"),
        (managed("app", "p", "training:ranker"), "managed identity app"),
        (service_account("app", "training:ranker"), "service account ml/app"),
        (pods("job", node="training:ranker"), "workload Deployment ml/job"),
    ],
)
def test_a_resource_says_whose_it_is(who: Resource, expected: str) -> None:
    assert standing(ranker(), who)[expected] == {"training:ranker": True}


def test_a_template_of_pods_says_whose_they_are() -> None:
    template = {"metadata": {"annotations": {"trunkline.dev/node": "training:ranker"}}, "spec": {}}
    job = resource(
        "kubernetes:batch/v1:Job", "job", {"metadata": metadata("job"), "spec": {"template": template}}
    )
    assert standing(ranker(), job)["workload Job ml/job"] == {"training:ranker": True}


def test_what_stands_below_a_declaration_is_its() -> None:
    component = resource("trunkline:training:Job", "job", {}, parent=ranker().urn)
    below = resource(ROLE, "trainer", {"assumeRolePolicy": trust("x")}, parent=component.urn)
    assert standing(ranker(), component, below) == {"role trainer": {"training:ranker": True}}
    tagged = resource(
        ROLE,
        "trainer",
        {"assumeRolePolicy": trust("x"), "tags": {"trunkline:node": "dataset:clicks"}},
        parent=component.urn,
    )
    # What a resource says itself counts more.
    assert standing(ranker(), component, tagged) == {"role trainer": {"dataset:clicks": True}}


def test_identities_that_nobody_knows_yet_are_what_they_were_made_from() -> None:
    node = resource(
        "trunkline:catalogue:Training",
        "ranker",
        {"node": "training:ranker", "identities": [LATER]},
        made_from={"identities": [urn_of(ROLE, "trainer")]},
    )
    assert standing(node, role("trainer"), role("other")) == {"role trainer": {"training:ranker": True}}
    bindings = access.of(Inventory([ranker(identities=[LATER]), role("trainer")])).bindings
    assert list(bindings.open) == ["training:ranker"]


def test_an_arn_names_one_role_once_roles_have_arns() -> None:
    other = resource(
        ROLE,
        "trainer",
        {"name": "trainer", "assumeRolePolicy": trust("x")},
        outputs={"arn": "arn:aws:iam::999988887777:role/trainer"},
    )
    assert standing(ranker(identities=[ARN]), other) == {}


def test_identities_that_were_made_from_something_else_are_open() -> None:
    node = resource(
        "trunkline:catalogue:Training",
        "ranker",
        {"node": "training:ranker", "identities": [LATER]},
        made_from={"identities": [raw.urn]},
    )
    assert list(access.of(Inventory([raw, node, role("trainer")])).bindings.open) == ["training:ranker"]


def test_a_tag_that_names_nothing_binds_nothing() -> None:
    assert standing(ranker(), role("trainer", "training:gone")) == {}
    assert standing(ranker(), role("trainer", "store:raw")) == {}


def test_whoever_runs_as_an_identity_is_its_node_unless_it_says_otherwise() -> None:
    runs = {"role": "trainer", "name": "f"}
    function = resource("aws:lambda/function:Function", "f", runs)
    own = resource(
        "aws:lambda/function:Function", "g", {**runs, "tags": {"trunkline:node": "dataset:clicks"}}
    )
    found = standing(ranker(), role("trainer", "training:ranker"), function, own)
    assert found["resource Function f"] == {"training:ranker": True}
    assert found["resource Function g"] == {"dataset:clicks": True}


def test_roles_that_assume_each_other_count_as_one() -> None:
    one = role("one", assumeRolePolicy=trust(AWS="two"))
    two = role("two", assumeRolePolicy=trust(AWS="one"))
    bindings = access.of(Inventory([one, two])).bindings
    outermost = [str(identity) for identity in bindings.identities if bindings.outermost(identity)]
    assert outermost == ["role one"]


def oidc(*subjects: str, operator: str = "StringEquals") -> str:
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example/1"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                operator: {"oidc.example/1:sub": list(subjects), "oidc.example/1:aud": "sts.amazonaws.com"}
            },
        }
    )


def acting(*stack: Resource) -> set[tuple[str, bool | None]]:
    return {
        (str(act.actor), act.holds.state)
        for act in access.of(Inventory(stack)).acts
        if act.identity.kind is IdentityKind.ROLE
    }


def annotated(name: str) -> Resource:
    return service_account(name, **{"eks.amazonaws.com/role-arn": "trainer"})


@pytest.mark.parametrize(
    ("trusts", "expected"),
    [
        (oidc("system:serviceaccount:ml:app"), {("service account ml/app", True)}),
        (oidc("system:serviceaccount:ml:gone"), {("service account ml/gone", True)}),
        (oidc("system:serviceaccount:ml:*", operator="StringLike"), {("service account ml/app", True)}),
        (oidc("system:serviceaccount:web:*", operator="StringLike"), {("service account web/*", True)}),
        (
            oidc("repo:acme/ranker:ref:refs/heads/main"),
            {("principal repo:acme/ranker:ref:refs/heads/main", True)},
        ),
        (LATER, {("service account ml/app", None), ("somebody not known yet", None)}),
    ],
    ids=[
        "by name",
        "not in the stack",
        "by pattern",
        "by a pattern of others",
        "a pipeline",
        "from elsewhere",
    ],
)
def test_whose_tokens_a_role_trusts(trusts: Any, expected: set[tuple[str, bool | None]]) -> None:
    other = service_account("other")
    found = acting(
        annotated("app"), other, resource(ROLE, "trainer", {"name": "trainer", "assumeRolePolicy": trusts})
    )
    assert found == expected


def test_an_annotation_alone_lets_nobody_in() -> None:
    assert acting(annotated("app"), role("trainer")) == set()


def test_service_accounts_by_pod_identity() -> None:
    association = resource(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "a",
        {
            "clusterName": "main",
            "namespace": "ml",
            "serviceAccount": "app",
            "roleArn": "trainer",
            "targetRoleArn": "further",
        },
    )
    stack = [association, role("trainer"), role("further"), service_account("app")]
    found = {(str(act.actor), str(act.identity)) for act in access.of(Inventory(stack)).acts}
    assert found == {("service account ml/app", "role trainer"), ("role trainer", "role further")}
    addon = resource(
        "aws:eks/addon:Addon",
        "csi",
        {
            "clusterName": "main",
            "addonName": "aws-ebs-csi-driver",
            "podIdentityAssociations": [{"roleArn": "trainer", "serviceAccount": "ebs-csi-controller-sa"}],
        },
    )
    assert acting(addon, role("trainer")) == {("service account kube-system/ebs-csi-controller-sa", True)}


def test_pod_identity_is_for_one_cluster() -> None:
    main = resource(
        "aws:eks/cluster:Cluster", "main", {"name": "main", "roleArn": "r", "vpcConfig": {"subnetIds": []}}
    )
    east, west = (
        resource("pulumi:providers:kubernetes", name, {}, made_from=made)
        for name, made in (("east", {"kubeconfig": [main.urn]}), ("west", {}))
    )
    association = resource(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "a",
        {"clusterName": "main", "namespace": "ml", "serviceAccount": "app", "roleArn": "trainer"},
    )
    accounts = [
        resource(
            SERVICE_ACCOUNT, f"app-{provider.name}", {"metadata": metadata("app")}, provider=provider.urn
        )
        for provider in (east, west)
    ]
    assert {account.kind for account in accounts} == {ACCOUNT}
    acts = access.of(Inventory([main, east, west, association, role("trainer"), *accounts])).acts
    assert [act.actor.urn for act in acts] == [accounts[0].urn]


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (Identity(IdentityKind.SERVICE, "logging.s3.amazonaws.com"), True),
        (Identity(IdentityKind.SERVICE, "cloudfront.amazonaws.com"), False),
        (Identity(IdentityKind.SERVICE_ACCOUNT, "kube-system/attacher"), True),
        (Identity(IdentityKind.SERVICE_ACCOUNT, "openshift-storage/rook"), True),
        (Identity(IdentityKind.SERVICE_ACCOUNT, "ml/kube-system"), False),
        (Identity(IdentityKind.WORKLOAD, "Deployment rook-ceph/operator"), True),
        (Identity(IdentityKind.WORKLOAD, "Deployment ml/rook-ceph"), False),
        (Identity(IdentityKind.GROUP, "system:masters"), True),
        (Identity(IdentityKind.GROUP, "system:serviceaccounts:ml"), False),
        (Identity(IdentityKind.USER, "system:kube-controller-manager"), True),
        (Identity(IdentityKind.USER, "ada"), False),
        (access.EVERYONE, False),
    ],
    ids=str,
)
def test_who_belongs_to_the_platform(identity: Identity, expected: bool) -> None:  # noqa: FBT001
    platform = access.of(Inventory([raw])).platform
    assert platform.has(identity, Target(raw.urn)) is expected


@pytest.mark.parametrize(
    ("trusts", "expected"),
    [
        (trust("backup.amazonaws.com"), True),
        (trust("s3.amazonaws.com", "batchoperations.s3.amazonaws.com"), True),
        (trust("backup.amazonaws.com", "lambda.amazonaws.com"), False),
        (trust("ec2.amazonaws.com"), False),
        (trust(AWS="arn:aws:iam::111122223333:root"), False),
        (oidc("system:serviceaccount:velero:velero"), False),
        (LATER, False),
    ],
)
def test_roles_that_only_the_platform_may_assume(trusts: Any, expected: bool) -> None:  # noqa: FBT001
    found = access.of(Inventory([raw, resource(ROLE, "r", {"name": "r", "assumeRolePolicy": trusts})]))
    identity = Identity(IdentityKind.ROLE, "r", urn_of(ROLE, "r"))
    assert found.platform.has(identity, Target(raw.urn)) is expected


def test_machines_pull_images_and_nothing_else() -> None:
    images = resource("aws:ecr/repository:Repository", "models", {"name": "models"})
    found = access.of(Inventory([raw, images, role("nodes", assumeRolePolicy=trust("ec2.amazonaws.com"))]))
    nodes = Identity(IdentityKind.ROLE, "nodes", urn_of(ROLE, "nodes"))
    assert found.platform.has(nodes, Target(images.urn)) is True
    assert found.platform.has(nodes, Target(raw.urn)) is False
