import dataclasses
from typing import Any

from policies.engine import Inventory, Resource, evaluate
from policies.engine.hop import drawn
from policies.linkage import access
from policies.provenance.prv009_no_undeclared_consumer import RULE
from tests.policies.cases import LATER, Cases, findings, policy, resource, secret, settings, told, urn_of
from tests.policies.linkage.stacks import (
    ACCOUNT,
    ASSIGNMENT,
    ATTACHMENT,
    BUCKET,
    BUCKET_POLICY,
    CONTRIBUTOR,
    DEPLOYMENT,
    MANAGED,
    POLICY,
    RBAC,
    READER,
    ROLE,
    ROLE_POLICY,
    SUBSCRIPTION,
    account,
    account_id,
    assigned,
    at_bucket,
    bound,
    bucket,
    bucket_claim,
    cluster_role,
    dataset,
    declared,
    edge,
    inline,
    kept,
    managed,
    network_policy,
    pods,
    reads,
    role,
    service,
    service_account,
    trained,
    trust,
    volume,
)

raw = bucket("raw")
clicks = dataset("clicks", raw)
ranker = trained("ranker", "dataset:clicks")
trainer = role("trainer", "training:ranker")
stranger = role("stranger")
DECLARED = [raw, clicks, ranker, trainer, inline("reads", "trainer", reads("raw"))]


def nobody(who: str, data: str = "dataset clicks", verb: str = "read") -> str:
    return f"{who} may {verb} {data}, and no declared node runs as it"


def somebody(who: str, data: str, consumer: str) -> str:
    return f"{who} may read {data}, and {consumer}, which runs as it, does not declare that"


lake = account("lake")
scores = dataset("scores", lake)
scorer = declared("Endpoint", "rank", edge("dataset:scores", "readsFrom"))
AZURE = [lake, scores, scorer, managed("scorer", "principal-1", "endpoint:rank")]

claim = bucket_claim("logs")
logs = dataset("logs", claim)
view = declared("FeatureView", "user_7d", edge("dataset:logs", "readsFrom"))
CLUSTER = [claim, logs, view]
DENY = network_policy("deny", {}, policyTypes=["Ingress", "Egress"])


def allowed(name: str, app: str) -> Resource:
    return network_policy(
        name,
        {"matchLabels": {"app": "store"}},
        policyTypes=["Ingress"],
        ingress=[{"from": [{"podSelector": {"matchLabels": {"app": app}}}]}],
    )


online = service("online", "store")
SERVED = [
    online,
    declared("FeatureView", "user_7d", places=[kept(online)]),
    declared("Endpoint", "rank", edge("featureView:user_7d", "readsFrom")),
    pods("rank", node="endpoint:rank"),
    network_policy("closed", {"matchLabels": {"app": "store"}}, policyTypes=["Ingress"]),
    allowed("for-rank", "rank"),
]


def outputs(item: Resource, **more: Any) -> Resource:
    return dataclasses.replace(item, outputs={**(item.outputs or {}), **more})


CASES = Cases(
    rule=RULE,
    good={
        "a training reads what it is trained on": DECLARED,
        "no declared data at all": [raw, stranger, inline("reads", "stranger", reads("raw"))],
        "a declared path over a view that keeps nothing": [
            raw,
            clicks,
            declared("FeatureView", "user_7d", edge("dataset:clicks", "readsFrom")),
            trained("ranker", "featureView:user_7d"),
            trainer,
            inline("reads", "trainer", reads("raw")),
        ],
        "the job that fills a dataset reads and writes it": [
            raw,
            clicks,
            role("filler", "dataset:clicks"),
            inline("fills", "filler", reads("raw", actions=["s3:GetObject", "s3:PutObject"])),
        ],
        "another dataset of the same bucket": [
            raw,
            dataset("clicks", raw, path="clicks"),
            dataset("users", raw, path="users"),
            ranker,
            trainer,
            inline("reads", "trainer", reads("raw", to="clicks/")),
        ],
        "a role that backs up": [
            *DECLARED,
            role("backup", assumeRolePolicy=trust("backup.amazonaws.com")),
            resource(
                ATTACHMENT,
                "backs-up",
                {
                    "role": "backup",
                    "policyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
                },
            ),
        ],
        "a service that delivers logs": [
            *DECLARED,
            at_bucket(
                "raw",
                reads("raw", actions=["s3:PutObject"], Principal={"Service": "logging.s3.amazonaws.com"}),
            ),
        ],
        "a role whose managed policy opens no store": [
            *DECLARED,
            stranger,
            resource(
                ATTACHMENT,
                "nodes",
                {"role": "stranger", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
            ),
        ],
        "what is allowed and refused again": [
            *DECLARED,
            stranger,
            inline("reads", "stranger", reads("raw"), {**reads("raw"), "Effect": "Deny"}),
        ],
        "a service account of a declared node, by its token": [
            raw,
            clicks,
            trained("ranker", "dataset:clicks", identities=["ml/trainer"]),
            service_account(
                "trainer", **{"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/eks"}
            ),
            pods("trainer", runs_as="trainer"),
            role(
                "eks",
                assumeRolePolicy=policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example/1"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {
                            "StringEquals": {"oidc.example/1:sub": "system:serviceaccount:ml:trainer"}
                        },
                    }
                ),
            ),
            inline("reads", "eks", reads("raw")),
        ],
        "an identity of Azure with the role it needs": [
            *AZURE,
            assigned("reads", "principal-1", READER, account_id("lake")),
        ],
        "a role on another account": [
            *AZURE,
            managed("other", "principal-2"),
            assigned("reads", "principal-2", READER, account_id("pond")),
        ],
        "a role of Azure that reads no data": [
            *AZURE,
            managed("other", "principal-2"),
            assigned("reads", "principal-2", "17d1049b-9a84-46fb-8f53-869881c3d3ab", account_id("pond")),
        ],
        "keys of an account that takes none": [
            account("lake", allowSharedKeyAccess=False),
            scores,
            managed("other", "principal-2"),
            assigned(
                "administers", "principal-2", "17d1049b-9a84-46fb-8f53-869881c3d3ab", account_id("lake")
            ),
        ],
        "pods of a declared node": [*CLUSTER, pods("features", node="featureView:user_7d", secret="logs")],
        "the store's own task": [
            bucket_claim("logs", parent=urn_of("trunkline:object_store:CephStore", "store")),
            dataset("logs", resource("trunkline:object_store:CephStore", "store", {})),
            resource("trunkline:object_store:CephStore", "store", {}),
            pods("task", secret="logs", parent=urn_of("trunkline:object_store:CephStore", "store")),
        ],
        "a secret of the same name in another namespace": [
            *CLUSTER,
            pods("other", namespace="web", secret="logs"),
        ],
        "an operator of the platform": [
            *CLUSTER,
            cluster_role("secrets", {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}),
            bound(
                "operator", "secrets", {"kind": "ServiceAccount", "name": "rook", "namespace": "rook-ceph"}
            ),
        ],
        "a role for another secret": [
            *CLUSTER,
            cluster_role(
                "secrets",
                {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["web"]},
            ),
            bound("web", "secrets", {"kind": "ServiceAccount", "name": "web", "namespace": "ml"}),
        ],
        "pods that a network policy names and a node declares": SERVED,
        "pods that reach a service which nobody closed": [
            online,
            declared("FeatureView", "user_7d", places=[kept(online)]),
            pods("notebook"),
        ],
    },
    bad={
        "a role that nobody declares": (
            [*DECLARED, stranger, inline("also", "stranger", reads("raw"))],
            ["also.policy.Statement[0]: " + nobody("role stranger")],
        ),
        "a role that names a node which nobody declares": (
            [*DECLARED, role("stranger", "training:gone"), inline("also", "stranger", reads("raw"))],
            ["also.policy.Statement[0]: " + nobody("role stranger")],
        ),
        "a declared node without the edge": (
            [
                *DECLARED,
                trained("other", "dataset:users"),
                dataset("users"),
                role("other", "training:other"),
                inline("also", "other", reads("raw")),
            ],
            ["also.policy.Statement[0]: " + somebody("role other", "dataset clicks", "training other")],
        ),
        "the whole bucket where one dataset of two is declared": (
            [
                raw,
                dataset("clicks", raw, path="clicks"),
                dataset("users", raw, path="users"),
                ranker,
                trainer,
                inline("reads", "trainer", reads("raw")),
            ],
            ["reads.policy.Statement[0]: " + somebody("role trainer", "dataset users", "training ranker")],
        ),
        "raw data behind a transform that removes something": (
            [
                raw,
                clicks,
                bucket("masked"),
                declared(
                    "Dataset",
                    "masked",
                    edge("dataset:clicks", "derivedFrom"),
                    places=[kept(bucket("masked"))],
                    reduces=[{"technology": "data-masking"}],
                ),
                trained("ranker", "dataset:masked"),
                trainer,
                inline("reads", "trainer", reads("raw")),
            ],
            ["reads.policy.Statement[0]: " + somebody("role trainer", "dataset clicks", "training ranker")],
        ),
        "data behind a model": (
            [
                raw,
                clicks,
                ranker,
                declared("Model", "ranker", edge("training:ranker", "producedBy")),
                declared("Endpoint", "rank", edge("model:ranker", "servedBy")),
                role("serving", "endpoint:rank"),
                inline("reads", "serving", reads("raw")),
            ],
            ["reads.policy.Statement[0]: " + somebody("role serving", "dataset clicks", "endpoint rank")],
        ),
        "an attached policy, its wildcard and its version": (
            [
                *DECLARED,
                stranger,
                outputs(
                    resource(
                        POLICY,
                        "wide",
                        {"policy": policy({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})},
                    ),
                    arn="arn:aws:iam::111122223333:policy/wide",
                ),
                resource(
                    ATTACHMENT,
                    "attached",
                    {"role": "stranger", "policyArn": "arn:aws:iam::111122223333:policy/wide"},
                ),
            ],
            ["attached.policyArn: " + nobody("role stranger")],
        ),
        "a managed policy of Amazon's": (
            [
                *DECLARED,
                stranger,
                resource(
                    ATTACHMENT,
                    "attached",
                    {"role": "stranger", "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
                ),
            ],
            ["attached.policyArn: " + nobody("role stranger")],
        ),
        "everything but the administration of identities": (
            [
                *DECLARED,
                stranger,
                inline("power", "stranger", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            ],
            ["power.policy.Statement[0]: " + nobody("role stranger")],
        ),
        "all buckets but another one": (
            [
                *DECLARED,
                stranger,
                inline(
                    "most",
                    "stranger",
                    {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secrets/*"},
                ),
            ],
            ["most.policy.Statement[0]: " + nobody("role stranger")],
        ),
        "a policy inside the role": (
            [*DECLARED, role("stranger", inlinePolicies=[{"name": "reads", "policy": policy(reads("raw"))}])],
            ["stranger.inlinePolicies[0].policy.Statement[0]: " + nobody("role stranger")],
        ),
        "a bucket policy for a role of another account": (
            [
                *DECLARED,
                at_bucket("raw", reads("raw", Principal={"AWS": "arn:aws:iam::999988887777:role/partner"})),
            ],
            ["raw-policy.policy.Statement[0]: " + nobody("role arn:aws:iam::999988887777:role/partner")],
        ),
        "a bucket policy that arrived secret names nobody": (
            [
                *DECLARED,
                resource(
                    BUCKET_POLICY,
                    "raw-policy",
                    {
                        "bucket": "raw",
                        "policy": secret(
                            policy(reads("raw", Principal={"AWS": "arn:aws:iam::999988887777:role/partner"}))
                        ),
                    },
                ),
            ],
            ["raw-policy.policy.Statement[0]: " + nobody("role [secret]")],
        ),
        "a bucket policy for everybody": (
            [*DECLARED, at_bucket("raw", reads("raw", Principal="*"))],
            ["raw-policy.policy.Statement[0]: " + nobody("everyone")],
        ),
        "a condition that any caller meets": (
            [
                *DECLARED,
                stranger,
                inline("also", "stranger", reads("raw", Condition={"Bool": {"aws:SecureTransport": "true"}})),
                at_bucket(
                    "raw",
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ),
            ],
            ["also.policy.Statement[0]: " + nobody("role stranger")],
        ),
        "a role that may act as a declared one": (
            [
                raw,
                clicks,
                ranker,
                role("trainer", assumeRolePolicy=trust(AWS="arn:aws:iam::999988887777:role/partner")),
                inline("reads", "trainer", reads("raw")),
            ],
            ["reads.policy.Statement[0]: " + nobody("role arn:aws:iam::999988887777:role/partner")],
        ),
        "a function with a role of its own": (
            [
                *DECLARED,
                stranger,
                inline("also", "stranger", reads("raw")),
                resource("aws:lambda/function:Function", "export", {"role": "stranger", "name": "export"}),
            ],
            ["also.policy.Statement[0]: " + nobody("resource Function export")],
        ),
        "an identity of Azure that nobody declares": (
            [
                *AZURE,
                managed("other", "principal-2"),
                assigned("reads", "principal-2", READER, account_id("lake")),
            ],
            ["reads.roleDefinitionId: " + nobody("managed identity other", "dataset scores")],
        ),
        "a role on the whole resource group": (
            [
                *AZURE,
                managed("other", "principal-2"),
                assigned("writes", "principal-2", CONTRIBUTOR, f"{SUBSCRIPTION}/resourceGroups/data"),
            ],
            ["writes.roleDefinitionId: " + nobody("managed identity other", "dataset scores")],
        ),
        "a principal that is not in the stack": (
            [*AZURE, assigned("reads", "99999999-0000-0000-0000-000000000000", READER, account_id("lake"))],
            [
                "reads.roleDefinitionId: "
                + nobody("principal 99999999-0000-0000-0000-000000000000", "dataset scores")
            ],
        ),
        "the keys of an account": (
            [
                *AZURE,
                managed("other", "principal-2"),
                assigned("keys", "principal-2", "17d1049b-9a84-46fb-8f53-869881c3d3ab", account_id("lake")),
            ],
            ["keys.roleDefinitionId: " + nobody("managed identity other", "dataset scores")],
        ),
        "a role that was made for the purpose": (
            [
                *AZURE,
                managed("other", "principal-2"),
                resource(
                    "azure-native:authorization:RoleDefinition",
                    "own",
                    {
                        "scope": SUBSCRIPTION,
                        "permissions": [
                            {
                                "dataActions": ["Microsoft.Storage/*"],
                                "notDataActions": ["Microsoft.Storage/storageAccounts/queueServices/*"],
                            }
                        ],
                    },
                ),
                resource(
                    ASSIGNMENT,
                    "reads",
                    {"principalId": "principal-2", "roleDefinitionId": LATER, "scope": account_id("lake")},
                    made_from={
                        "roleDefinitionId": [urn_of("azure-native:authorization:RoleDefinition", "own")]
                    },
                ),
            ],
            ["reads.roleDefinitionId: " + nobody("managed identity other", "dataset scores")],
        ),
        "before anything has a name": (
            [
                resource(ACCOUNT, "lake", {"resourceGroupName": "data", "kind": "StorageV2"}),
                scores,
                resource(MANAGED, "other", {"resourceGroupName": "data"}),
                resource(
                    ASSIGNMENT,
                    "reads",
                    {
                        "principalId": LATER,
                        "scope": LATER,
                        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
                    },
                    made_from={"principalId": [urn_of(MANAGED, "other")], "scope": [urn_of(ACCOUNT, "lake")]},
                ),
            ],
            ["reads.roleDefinitionId: " + nobody("managed identity other", "dataset scores")],
        ),
        "pods that take in a bucket's secret": (
            [*CLUSTER, pods("notebook", secret="logs")],
            [
                "notebook.spec.template.spec.containers[0].envFrom[0].secretRef.name: "
                + nobody("workload Deployment ml/notebook", "dataset logs")
            ],
        ),
        "pods that mount a volume": (
            [volume("disk"), dataset("files", volume("disk")), pods("notebook", claim="disk")],
            [
                "notebook.spec.template.spec.volumes[0].persistentVolumeClaim.claimName: "
                + nobody("workload Deployment ml/notebook", "dataset files")
            ],
        ),
        "a service account that reads secrets": (
            [
                *CLUSTER,
                cluster_role("secrets", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["list"]}),
                bound("web", "secrets", {"kind": "ServiceAccount", "name": "web", "namespace": "ml"}),
            ],
            ["web.roleRef: " + nobody("service account ml/web", "dataset logs")],
        ),
        "a role that every cluster has": (
            [*CLUSTER, bound("team", "edit", {"kind": "Group", "name": "analysts"}, kind="ClusterRole")],
            ["team.roleRef: " + nobody("group analysts", "dataset logs")],
        ),
        "a network policy that lets somebody else in": (
            [*SERVED, pods("notebook"), allowed("for-notebook", "notebook")],
            [
                "for-notebook.spec.ingress[0].from[0]: "
                + nobody("workload Deployment ml/notebook", "feature view user_7d", "reach")
            ],
        ),
    },
    unknown={
        "a policy with names in it": (
            [*DECLARED, stranger, resource(ROLE_POLICY, "also", {"role": "stranger", "policy": LATER})],
            ["also.policy"],
        ),
        "a policy made from the bucket": (
            [
                *DECLARED,
                bucket("other"),
                stranger,
                resource(
                    ROLE_POLICY,
                    "also",
                    {"role": "stranger", "policy": LATER},
                    made_from={"policy": [urn_of(BUCKET, "raw")]},
                ),
                resource(
                    ROLE_POLICY,
                    "elsewhere",
                    {"role": "stranger", "policy": LATER},
                    made_from={"policy": [urn_of(BUCKET, "other")]},
                ),
            ],
            ["also.policy"],
        ),
        "a condition on the caller's network": (
            [
                *DECLARED,
                stranger,
                inline(
                    "also",
                    "stranger",
                    reads("raw", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
                ),
            ],
            ["also.policy.Statement[0]"],
        ),
        "a role whose node nobody knows yet": (
            [
                *DECLARED,
                resource(
                    ROLE,
                    "stranger",
                    {
                        "name": "stranger",
                        "assumeRolePolicy": trust("lambda.amazonaws.com"),
                        "tags": {"trunkline:node": LATER},
                    },
                ),
                inline("also", "stranger", reads("raw")),
            ],
            ["also.stranger.tags.trunkline:node"],
        ),
        "identities of a node from elsewhere": (
            [
                raw,
                clicks,
                trained("ranker", "dataset:clicks", identities=[LATER]),
                stranger,
                inline("also", "stranger", reads("raw")),
            ],
            ["also.ranker.identities"],
        ),
        "a store from elsewhere": (
            [
                raw,
                dataset("clicks", places=[{"role": "storedIn", "node": "store:raw", "resource": LATER}]),
                stranger,
                inline("also", "stranger", reads("raw")),
            ],
            ["also.clicks.places[0].resource"],
        ),
        "a policy of one's own that is not in the stack": (
            [
                *DECLARED,
                stranger,
                resource(
                    ATTACHMENT,
                    "attached",
                    {"role": "stranger", "policyArn": "arn:aws:iam::111122223333:policy/house"},
                ),
            ],
            ["attached.policyArn"],
        ),
        "a role assignment with a condition": (
            [
                *AZURE,
                managed("other", "principal-2"),
                assigned("reads", "principal-2", READER, account_id("lake"), condition="@Resource[...]"),
            ],
            ["reads.condition"],
        ),
        "a role of Azure that nobody knows": (
            [
                *AZURE,
                managed("other", "principal-2"),
                assigned("reads", "principal-2", "none", account_id("lake")),
            ],
            ["reads.roleDefinitionId"],
        ),
        "a secret from elsewhere": (
            [*CLUSTER, pods("notebook", secret=LATER)],
            ["notebook.spec.template.spec.containers[0].envFrom[0].secretRef.name"],
        ),
        "a role of a cluster that is not in the stack": (
            [*CLUSTER, bound("web", "house", {"kind": "ServiceAccount", "name": "web", "namespace": "ml"})],
            ["web.roleRef.name"],
        ),
    },
    waived={
        "an export that ends soon": [*DECLARED, stranger, inline("also", "stranger", reads("raw"))],
        "a notebook": [*CLUSTER, pods("notebook", secret="logs")],
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_witness_leads_from_who_reads_to_the_data() -> None:
    stack = [
        *DECLARED,
        stranger,
        inline("also", "stranger", reads("raw")),
        resource("aws:lambda/function:Function", "export", {"role": "stranger", "name": "export"}),
    ]
    (found,) = findings(RULE, stack)
    assert drawn(found.witness) == (
        "resource Function export -[actsAs]-> role stranger -[mayRead]-> Bucket raw "
        "-[holds]-> dataset clicks (acme.yaml:6)"
    )
    assert [hop.urn for hop in found.witness] == [
        urn_of("aws:lambda/function:Function", "export"),
        stranger.urn,
        raw.urn,
        clicks.urn,
    ]


def test_a_team_names_its_administrators() -> None:
    stack = [*DECLARED, role("platform-admin"), inline("all", "platform-admin", reads("raw")), stranger]
    stack.append(inline("also", "stranger", reads("raw")))
    by = settings(RULE, platformIdentities=["platform-*"])
    assert told(findings(RULE, stack, by=by)) == ["also.policy.Statement[0]: " + nobody("role stranger")]


def test_a_waiver_is_for_the_data_that_lay_there() -> None:
    """Another dataset in the same bucket is opened by the same policy, and nobody approved that."""
    stack = [*DECLARED, stranger, inline("also", "stranger", reads("raw"))]
    before = Inventory(stack)
    subject = stack[-1]
    assert RULE.upstream is not None
    approved = RULE.upstream(subject, before)
    assert list(approved) == ["dataset:clicks"]
    made_from = declared("Dataset", "clicks", edge("source:shop", "derivedFrom"), places=[kept(raw)])
    more = Inventory([*stack, dataset("users", raw), made_from, declared("Source", "shop")])
    later = RULE.upstream(subject, more)
    assert list(later) == ["dataset:clicks", "source:shop", "dataset:users"]
    assert later["dataset:clicks"] != approved["dataset:clicks"]
    assert RULE.upstream(stranger, before) == {}


def test_every_resource_that_can_let_somebody_in_is_judged() -> None:
    """Whatever a grant names as its evidence must be a kind that the rule judges, or it would pass unseen."""
    judged = 0
    for stack, _ in CASES.bad.values():
        for grant in access.of(Inventory(stack)).grants:
            if access.Action.READ in grant.actions:
                evidence = next(item for item in stack if item.urn == grant.evidence.urn)
                assert evidence.kind in RULE.kinds
                judged += 1
    assert judged >= len(CASES.bad)
    assert {DEPLOYMENT.replace("/v1", ""), f"{RBAC.replace('/v1', '')}:RoleBinding"} <= RULE.kinds


def test_nothing_is_worked_out_twice() -> None:
    stack = Inventory([*DECLARED, stranger, inline("also", "stranger", reads("raw"))])
    first = access.of(stack)
    evaluate([RULE], stack, settings(RULE), settled=False)
    assert access.of(stack) is first
