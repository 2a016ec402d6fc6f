from policies.engine import Inventory
from policies.engine.hop import drawn
from policies.linkage import reconcile
from policies.provenance.prv025_no_dead_link import RULE
from tests.policies.cases import LATER, Cases, findings, policy, resource, urn_of
from tests.policies.linkage.stacks import (
    BUCKET,
    BUCKET_POLICY,
    ENCRYPTION,
    KEY,
    READER,
    ROLE,
    ROLE_POLICY,
    account,
    account_id,
    assigned,
    at_bucket,
    bucket,
    bucket_claim,
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
    trained,
    trust,
)

raw = bucket("raw")
clicks = dataset("clicks", raw)
ranker = trained("ranker", "dataset:clicks")
trainer = role("trainer", "training:ranker")
READS = inline("reads", "trainer", reads("raw"))

KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/raw"
ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}
DECRYPTS = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY_ARN}
key = resource(KEY, "key", {"policy": policy(ROOT)}, outputs={"arn": KEY_ARN, "keyId": "raw"})
encryption = resource(
    ENCRYPTION,
    "encryption",
    {
        "bucket": "raw",
        "rules": [
            {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY_ARN}}
        ],
    },
)
ENCRYPTED = [raw, key, encryption, clicks, ranker, trainer]


def dead(what: str) -> str:
    return f"{what}, and no identity of it can read that"


DEAD = "inputs: " + dead("training ranker declares trainedOn dataset clicks")

lake = account("lake")
scores = dataset("scores", lake)
rank = declared("Endpoint", "rank", edge("dataset:scores", "readsFrom"))

claim = bucket_claim("logs")
logs = dataset("logs", claim)
view = declared("FeatureView", "user_7d", edge("dataset:logs", "readsFrom"))

online = service("online", "store")
SERVED = [
    online,
    declared("FeatureView", "user_7d", places=[kept(online)]),
    declared("Endpoint", "rank", edge("featureView:user_7d", "readsFrom")),
    pods("rank", node="endpoint:rank"),
]
DENIED = network_policy("closed", {}, policyTypes=["Ingress", "Egress"])

CASES = Cases(
    rule=RULE,
    good={
        "the training reads what it is trained on": [raw, clicks, ranker, trainer, READS],
        "nothing of the consumer is built yet": [raw, clicks, ranker],
        "data that is not in this stack": [dataset("clicks"), ranker, trainer],
        "an encrypted bucket and its key": [*ENCRYPTED, inline("reads", "trainer", reads("raw"), DECRYPTS)],
        "a key policy that names the role": [
            raw,
            resource(
                KEY,
                "key",
                {"policy": policy({**ROOT, "Principal": {"AWS": "trainer"}, "Action": "kms:Decrypt"})},
                outputs={"arn": KEY_ARN},
            ),
            encryption,
            clicks,
            ranker,
            trainer,
            READS,
        ],
        "a grant of the key": [
            *ENCRYPTED,
            READS,
            resource(
                "aws:kms/grant:Grant",
                "decrypts",
                {"keyId": "raw", "granteePrincipal": "trainer", "operations": ["Decrypt"]},
            ),
        ],
        "Amazon's own key": [
            raw,
            resource(
                ENCRYPTION,
                "encryption",
                {
                    "bucket": "raw",
                    "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
                },
            ),
            clicks,
            ranker,
            trainer,
            READS,
        ],
        "by a role that it may assume": [
            raw,
            clicks,
            ranker,
            trainer,
            role("reader", assumeRolePolicy=trust(AWS="trainer")),
            inline("reads", "reader", reads("raw")),
        ],
        "by the bucket's policy": [
            raw,
            clicks,
            ranker,
            trainer,
            at_bucket("raw", reads("raw", Principal={"AWS": "trainer"})),
        ],
        "by a policy for everyone": [
            raw,
            clicks,
            ranker,
            trainer,
            at_bucket("raw", reads("raw", Principal="*")),
        ],
        "through a view that keeps nothing": [
            raw,
            clicks,
            declared("FeatureView", "user_7d", edge("dataset:clicks", "readsFrom")),
            trained("ranker", "featureView:user_7d"),
            trainer,
            READS,
        ],
        "one of two copies": [
            raw,
            bucket("copy"),
            dataset("clicks", raw, bucket("copy")),
            ranker,
            trainer,
            READS,
        ],
        "an endpoint on Azure": [
            lake,
            scores,
            rank,
            managed("scorer", "principal-1", "endpoint:rank"),
            assigned("reads", "principal-1", READER, account_id("lake")),
        ],
        "pods with the bucket's secret": [
            claim,
            logs,
            view,
            pods("features", node="featureView:user_7d", secret="logs"),
        ],
        "pods that reach the service": SERVED,
    },
    bad={
        "no grant at all": ([raw, clicks, ranker, trainer], [f"ranker.{DEAD}"]),
        "a grant on another bucket": (
            [raw, clicks, bucket("other"), ranker, trainer, inline("reads", "trainer", reads("other"))],
            [f"ranker.{DEAD}"],
        ),
        "a grant on another path": (
            [
                raw,
                dataset("clicks", raw, path="clicks"),
                ranker,
                trainer,
                inline("reads", "trainer", reads("raw", to="users/")),
            ],
            [f"ranker.{DEAD}"],
        ),
        "only the right to write": (
            [
                raw,
                clicks,
                ranker,
                trainer,
                inline("writes", "trainer", reads("raw", actions=["s3:PutObject"])),
            ],
            [f"ranker.{DEAD}"],
        ),
        "no right to use the key": ([*ENCRYPTED, READS], [f"ranker.{DEAD}"]),
        "a grant of the key for something else": (
            [
                *ENCRYPTED,
                READS,
                resource(
                    "aws:kms/grant:Grant",
                    "encrypts",
                    {"keyId": "raw", "granteePrincipal": "trainer", "operations": ["Encrypt"]},
                ),
            ],
            [f"ranker.{DEAD}"],
        ),
        "a key that leaves nothing to policies of its account": (
            [
                raw,
                resource(
                    KEY,
                    "key",
                    {"policy": policy({**ROOT, "Principal": {"AWS": "somebody"}})},
                    outputs={"arn": KEY_ARN},
                ),
                encryption,
                clicks,
                ranker,
                trainer,
                inline("reads", "trainer", reads("raw"), DECRYPTS),
            ],
            [f"ranker.{DEAD}"],
        ),
        "refused by the bucket": (
            [
                raw,
                clicks,
                ranker,
                trainer,
                READS,
                at_bucket("raw", {**reads("raw"), "Effect": "Deny", "Principal": {"AWS": "trainer"}}),
            ],
            [f"ranker.{DEAD}"],
        ),
        "beyond a boundary": (
            [
                raw,
                clicks,
                ranker,
                role(
                    "trainer",
                    "training:ranker",
                    permissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess",
                ),
                READS,
            ],
            [f"ranker.{DEAD}"],
        ),
        "an evaluation without a grant": (
            [
                raw,
                clicks,
                declared("Evaluation", "ranker", edge("dataset:clicks", "testedOn")),
                role("tester", "evaluation:ranker"),
            ],
            ["ranker.inputs: " + dead("evaluation ranker declares testedOn dataset clicks")],
        ),
        "an endpoint on Azure without a role": (
            [lake, scores, rank, managed("scorer", "principal-1", "endpoint:rank")],
            ["rank.inputs: " + dead("endpoint rank declares readsFrom dataset scores")],
        ),
        "pods without the bucket's secret": (
            [claim, logs, view, pods("features", node="featureView:user_7d")],
            ["user_7d.inputs: " + dead("feature view user_7d declares readsFrom dataset logs")],
        ),
        "pods that may talk to nobody": (
            [*SERVED, DENIED],
            ["rank.inputs: " + dead("endpoint rank declares readsFrom feature view user_7d")],
        ),
    },
    unknown={
        "a policy with names in it": (
            [
                raw,
                clicks,
                ranker,
                trainer,
                resource(ROLE_POLICY, "reads", {"role": "trainer", "policy": LATER}),
            ],
            ["ranker.reads.policy"],
        ),
        "a policy of the bucket with names in it": (
            [
                raw,
                clicks,
                ranker,
                trainer,
                resource(BUCKET_POLICY, "lets", {"bucket": "raw", "policy": LATER}),
            ],
            ["ranker.lets.policy"],
        ),
        "a condition on the caller's network": (
            [
                raw,
                clicks,
                ranker,
                trainer,
                inline(
                    "reads", "trainer", reads("raw", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
                ),
            ],
            ["ranker.reads.policy.Statement[0]"],
        ),
        "a key from elsewhere": (
            [
                raw,
                resource(
                    ENCRYPTION,
                    "encryption",
                    {
                        "bucket": "raw",
                        "rules": [
                            {
                                "applyServerSideEncryptionByDefault": {
                                    "sseAlgorithm": "aws:kms",
                                    "kmsMasterKeyId": "arn:aws:kms:eu-central-1:1:key/elsewhere",
                                }
                            }
                        ],
                    },
                ),
                clicks,
                ranker,
                trainer,
                READS,
            ],
            ["ranker.encryption.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId"],
        ),
        "a store from elsewhere": (
            [
                raw,
                dataset("clicks", places=[{"role": "storedIn", "node": "store:raw", "resource": LATER}]),
                ranker,
                trainer,
            ],
            ["ranker.clicks.places[0].resource"],
        ),
        "identities from elsewhere": (
            [raw, clicks, trained("ranker", "dataset:clicks", identities=[LATER])],
            ["ranker.identities"],
        ),
    },
    waived={"a grant that comes next week": [raw, clicks, ranker, trainer]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_witness_is_the_declared_path() -> None:
    (found,) = findings(RULE, [raw, clicks, ranker, trainer])
    assert (
        drawn(found.witness) == "dataset clicks (acme.yaml:6) -[trainedOn]-> training ranker (acme.yaml:14)"
    )


def test_what_is_not_built_yet_is_told_and_no_finding() -> None:
    found = reconcile.of(Inventory([raw, clicks, ranker]))
    assert found.not_built == ["training:ranker"]
    assert found.record() == {"links": [], "undeclared": [], "notBuilt": ["training:ranker"], "outside": []}


def test_data_that_lies_elsewhere_is_told_and_no_finding() -> None:
    found = reconcile.of(Inventory([dataset("clicks", places=[kept(None)]), ranker, trainer]))
    assert (found.outside, found.not_built, found.links) == (["dataset:clicks"], [], [])


def test_before_anything_has_a_name_the_engine_tells_what_was_made_from_what() -> None:
    stack = [
        resource(BUCKET, "raw", {}),
        clicks,
        ranker,
        resource(
            ROLE,
            "trainer",
            {
                "assumeRolePolicy": trust("lambda.amazonaws.com"),
                "tags": {"trunkline:node": "training:ranker"},
            },
        ),
        resource(
            ROLE_POLICY,
            "reads",
            {"role": LATER, "policy": LATER},
            made_from={"role": [urn_of(ROLE, "trainer")], "policy": [urn_of(BUCKET, "raw")]},
        ),
    ]
    (link,) = reconcile.of(Inventory(stack)).links
    assert (link.need.consumer, link.alive.state) == ("training:ranker", None)
