from typing import Any

from policies.engine import Resource
from policies.security.sec017_signatures_verified import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

PROVIDER = "pulumi:providers:kubernetes"
CLUSTER = urn_of(PROVIDER, "dc1")
dc1 = resource(PROVIDER, "dc1", {"context": "dc1", "clusterIdentifier": "dc1"})


def policy(token: str, spec: object, provider: str = CLUSTER) -> Resource:
    return resource(f"kubernetes:{token}", "signed", {"spec": spec}, provider=provider)


def kyverno(rule: dict[str, Any], **spec: Any) -> Resource:
    return policy("kyverno.io/v1:ClusterPolicy", {"rules": [{"name": "signed", **rule}], **spec})


def sigstore(**spec: Any) -> Resource:
    return policy("policy.sigstore.dev/v1beta1:ClusterImagePolicy", spec)


KEYLESS = [{"keyless": {"identities": [{"issuer": "https://token.actions.githubusercontent.com"}]}}]
CHECK = {"imageReferences": ["*"], "attestors": []}
NONE = (
    "no policy of this cluster (Kyverno, policy-controller, Ratify, OpenShift) refuses images "
    "without a valid signature"
)
CEL = "policies.kyverno.io/v1:ImageValidatingPolicy"

CASES = Cases(
    rule=RULE,
    good={
        "Kyverno": [dc1, kyverno({"verifyImages": [CHECK]}, validationFailureAction="Enforce")],
        "Kyverno, said by the check": [
            dc1,
            kyverno({"verifyImages": [{**CHECK, "failureAction": "Enforce"}]}),
        ],
        "Kyverno with CEL": [
            dc1,
            policy(CEL, {"attestors": [{"name": "notary"}], "validationActions": ["Audit", "Deny"]}),
        ],
        "the policy controller": [dc1, sigstore(images=[{"glob": "**"}], authorities=KEYLESS)],
        "Gatekeeper with Ratify": [
            dc1,
            policy("constraints.gatekeeper.sh/v1beta1:RatifyVerification", {"match": {"kinds": []}}),
        ],
        "OpenShift": [
            dc1,
            policy(
                "config.openshift.io/v1:ClusterImagePolicy",
                {"scopes": ["quay.io/acme"], "policy": {"rootOfTrust": {"policyType": "PublicKey"}}},
            ),
        ],
        "another way to the same cluster": [
            dc1,
            resource(PROVIDER, "again", {"context": "dc1-admin", "clusterIdentifier": "dc1"}),
            sigstore(images=[{"glob": "**"}], authorities=KEYLESS, mode="enforce"),
        ],
    },
    bad={
        "a cluster without a policy": ([dc1], [f"dc1: {NONE}"]),
        "a policy that only tells": (
            [dc1, sigstore(images=[{"glob": "**"}], authorities=KEYLESS, mode="warn")],
            [f"dc1.signed.spec.mode: {NONE}"],
        ),
        "Kyverno by default": (
            [dc1, kyverno({"verifyImages": [CHECK]})],
            [f"dc1.signed.spec.validationFailureAction: {NONE}"],
        ),
        "Kyverno with another rule": (
            [dc1, kyverno({"validate": {"pattern": {}}}, validationFailureAction="Enforce")],
            [f"dc1.signed.spec.rules[0].verifyImages: {NONE}"],
        ),
        "a policy without anyone to trust": (
            [dc1, sigstore(images=[{"glob": "**"}])],
            [f"dc1.signed.spec.authorities: {NONE}"],
        ),
        "a policy of another cluster": (
            [
                dc1,
                resource(PROVIDER, "eks", {"context": "eks", "clusterIdentifier": "eks"}),
                policy(
                    "policy.sigstore.dev/v1beta1:ClusterImagePolicy",
                    {"authorities": KEYLESS},
                    provider=urn_of(PROVIDER, "eks"),
                ),
            ],
            [f"dc1.clusterIdentifier: {NONE}"],
        ),
    },
    unknown={
        "a mode from elsewhere": (
            [dc1, sigstore(images=[{"glob": "**"}], authorities=KEYLESS, mode=LATER)],
            ["dc1.signed.spec.mode"],
        ),
        "a cluster that does not exist yet": (
            [
                resource(PROVIDER, "eks", {"kubeconfig": LATER, "clusterIdentifier": LATER}),
                dc1,
                sigstore(images=[{"glob": "**"}], authorities=KEYLESS),
            ],
            ["eks.clusterIdentifier"],
        ),
    },
    waived={"a laboratory": [dc1]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
