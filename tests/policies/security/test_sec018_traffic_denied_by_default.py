from typing import Any

from policies.engine import Resource
from policies.security.sec018_traffic_denied_by_default import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of
from tests.policies.security.workloads import container, deployment, pod

NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ALL = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
DNS = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": 53}]}]}
NONE = "no NetworkPolicy denies all {} traffic of the namespace until another allows it"
ELSEWHERE = (
    "the namespace of the workload ({}) is not part of this stack, and nothing says that it denies "
    "traffic by default: list it under guardedNamespaces once someone has checked"
)


def policy(spec: Any, namespace: object = "ml", name: str = "deny", **more: Any) -> Resource:
    return resource(POLICY, name, {"metadata": {"name": name, "namespace": namespace}, "spec": spec}, **more)


ml = resource(NAMESPACE, "ml", {"metadata": {"name": "ml"}})

CASES = Cases(
    rule=RULE,
    good={
        "one policy for both directions": [ml, policy(ALL), policy(DNS, name="allow-dns")],
        "a policy for each direction": [
            ml,
            policy({"podSelector": {}, "policyTypes": ["Ingress"]}),
            policy({"podSelector": {}, "policyTypes": ["Egress"]}, name="deny-out"),
        ],
        "a policy that says nothing of its direction": [
            ml,
            policy({"podSelector": {}}),
            policy({"podSelector": {}, "policyTypes": ["Egress"], "egress": []}, name="deny-out"),
        ],
        "the same before the namespace exists": [
            resource(NAMESPACE, "ml", {}),
            policy(ALL, LATER, made_from={"metadata": [urn_of(NAMESPACE, "ml")]}),
        ],
        "a workload in it": [ml, policy(ALL), pod(container())],
        "a workload in a namespace that policies of this stack guard": [pod(container()), policy(ALL)],
        "a namespace of the cluster": [
            resource(NAMESPACE, "system", {"metadata": {"name": "openshift-monitoring"}})
        ],
    },
    bad={
        "a namespace without a policy": (
            [ml],
            [
                f"ml.metadata.name: {NONE.format('incoming')}",
                f"ml.metadata.name: {NONE.format('outgoing')}",
            ],
        ),
        "a policy of another namespace": (
            [ml, policy(ALL, "web")],
            [
                f"ml.metadata.name: {NONE.format('incoming')}",
                f"ml.metadata.name: {NONE.format('outgoing')}",
            ],
        ),
        "a policy of another cluster": (
            [ml, policy(ALL, provider=urn_of("pulumi:providers:kubernetes", "eks"))],
            [
                f"ml.metadata.name: {NONE.format('incoming')}",
                f"ml.metadata.name: {NONE.format('outgoing')}",
            ],
        ),
        "a policy for some pods": (
            [ml, policy({**ALL, "podSelector": {"matchLabels": {"app": "rank"}}})],
            [
                f"ml.metadata.name: {NONE.format('incoming')}",
                f"ml.metadata.name: {NONE.format('outgoing')}",
            ],
        ),
        "a policy that lets everything out": (
            [ml, policy({**ALL, "egress": [{}]})],
            [f"ml.metadata.name: {NONE.format('outgoing')}"],
        ),
        "a policy for what comes in": (
            [ml, policy({"podSelector": {}})],
            [f"ml.metadata.name: {NONE.format('outgoing')}"],
        ),
        "a workload in a namespace that nobody vouches for": (
            [deployment({"containers": [container()]})],
            [f"web.metadata.namespace: {ELSEWHERE.format(repr('ml'))}"],
        ),
        "a workload that names no namespace": (
            [
                resource("kubernetes:core/v1:Pod", "job", {"spec": {"containers": [container()]}}),
                ml,
                policy(ALL),
            ],
            [f"job.metadata.namespace: {ELSEWHERE.format('not set')}"],
        ),
    },
    unknown={
        "a selector from elsewhere": (
            [ml, policy({**ALL, "podSelector": LATER})],
            ["ml.deny.spec.podSelector.matchLabels", "ml.deny.spec.podSelector.matchLabels"],
        ),
        "a namespace from elsewhere": (
            [resource("kubernetes:core/v1:Pod", "job", {"metadata": {"namespace": LATER}})],
            ["job.metadata.namespace"],
        ),
    },
    waived={"a sandbox": [ml]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_vouches_for_a_namespace() -> None:
    assert told(findings(RULE, [pod(container())], by=settings(RULE, guardedNamespaces=["ml"]))) == []
