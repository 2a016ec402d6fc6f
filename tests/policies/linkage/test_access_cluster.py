"""What happens inside clusters: what pods take in, what roles let read, and which services pods reach."""

from collections.abc import Mapping
from typing import Any

import pytest

from policies.engine import Inventory, Resource
from policies.linkage import access
from tests.policies.cases import LATER, resource, urn_of
from tests.policies.linkage.stacks import (
    CLAIM,
    DEPLOYMENT,
    NETWORK_POLICY,
    RBAC,
    SECRET,
    VOLUME_CLAIM,
    bound,
    bucket,
    bucket_claim,
    cluster_role,
    dataset,
    kept,
    metadata,
    network_policy,
    pods,
    service,
    service_account,
    volume,
)

claim = bucket_claim("logs")
STORED = [claim, dataset("logs", claim)]
NOTEBOOK = "workload Deployment ml/notebook"

Told = Mapping[str, Mapping[str, bool | None]]
BOTH: Told = {NOTEBOOK: {"read": True, "write": True}}
MAYBE: Told = {NOTEBOOK: {"read": None, "write": None}}


def told(*stack: Resource, explicit: bool = True) -> Told:
    found: dict[str, dict[str, bool | None]] = {}
    for grant in access.of(Inventory(stack)).grants:
        for action in grant.actions if grant.explicit is explicit else ():
            known = found.setdefault(str(grant.identity), {})
            known[action.value] = known.get(action.value) or grant.holds.state
    return found


def deployed(**spec: Any) -> Resource:
    template = {"metadata": {"labels": {"app": "notebook"}}, "spec": spec}
    return resource(
        DEPLOYMENT, "notebook", {"metadata": metadata("notebook"), "spec": {"template": template}}
    )


@pytest.mark.parametrize(
    "spec",
    [
        {"volumes": [{"name": "v", "secret": {"secretName": "logs"}}]},
        {"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "logs"}}]}}]},
        {"containers": [{"envFrom": [{"secretRef": {"name": "logs"}}]}]},
        {
            "initContainers": [
                {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "logs", "key": "k"}}}]}
            ]
        },
        {
            "containers": [
                {"name": "main"},
                {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "logs", "key": "k"}}}]},
            ]
        },
    ],
    ids=["volume", "projected", "environment", "init container", "second container"],
)
def test_pods_that_take_in_the_secret_of_a_bucket_claim(spec: Mapping[str, Any]) -> None:
    assert told(*STORED, deployed(**spec)) == BOTH


@pytest.mark.parametrize(
    "spec",
    [
        {"volumes": [{"name": "v", "configMap": {"name": "logs"}}]},
        {"containers": [{"envFrom": [{"secretRef": {"name": "web"}}]}]},
        {"containers": [{"envFrom": [{"configMapRef": {"name": "logs"}}]}]},
        {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "logs"}}]},
        {"containers": [{"env": [{"name": "BUCKET", "value": "s3://logs"}]}]},
    ],
    ids=["its config map", "another secret", "its config map as environment", "a volume", "its name alone"],
)
def test_pods_that_do_not(spec: Mapping[str, Any]) -> None:
    assert told(*STORED, deployed(**spec)) == {}


@pytest.mark.parametrize(
    ("volumes", "expected"),
    [
        ([{"name": "v", "persistentVolumeClaim": {"claimName": "disk"}}], BOTH),
        (
            [{"name": "v", "persistentVolumeClaim": {"claimName": "disk", "readOnly": True}}],
            {NOTEBOOK: {"read": True}},
        ),
        (
            [{"name": "v", "persistentVolumeClaim": {"claimName": "disk", "readOnly": LATER}}],
            {NOTEBOOK: {"read": True, "write": None}},
        ),
        ([{"name": "v", "persistentVolumeClaim": {"claimName": LATER}}], MAYBE),
        (LATER, MAYBE),
    ],
    ids=["written", "read only", "perhaps read only", "a name from elsewhere", "volumes from elsewhere"],
)
def test_pods_that_mount_a_volume(volumes: Any, expected: Told) -> None:
    disk = volume("disk")
    assert told(disk, dataset("files", disk), deployed(containers=[], volumes=volumes)) == expected


def test_a_name_that_nobody_knows_yet_is_what_it_was_made_from() -> None:
    disk, other = volume("disk"), volume("other")
    here = [disk, other, dataset("files", disk), dataset("others", other)]
    body = {"template": {"spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": LATER}}]}}}
    made = {"metadata": metadata("notebook"), "spec": body}
    item = resource(DEPLOYMENT, "notebook", made, made_from={"spec": [urn_of(VOLUME_CLAIM, "disk")]})
    grants = access.of(Inventory([*here, item])).grants
    assert {(grant.target.urn, grant.holds.state) for grant in grants} == {(disk.urn, True)}


def test_a_claim_of_a_volume_that_is_a_bucket() -> None:
    raw = bucket("raw")
    csi = {"driver": "s3.csi.aws.com", "volumeHandle": "h", "volumeAttributes": {"bucketName": "raw"}}
    persistent = resource(
        "kubernetes:core/v1:PersistentVolume", "pv", {"metadata": {"name": "pv"}, "spec": {"csi": csi}}
    )
    disk = resource(VOLUME_CLAIM, "disk", {"metadata": metadata("disk"), "spec": {"volumeName": "pv"}})
    mounts = deployed(containers=[], volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "disk"}}])
    assert told(raw, dataset("clicks", raw), persistent, disk, mounts) == BOTH
    block = {**csi, "driver": "ebs.csi.aws.com"}
    other = resource(
        "kubernetes:core/v1:PersistentVolume", "pv", {"metadata": {"name": "pv"}, "spec": {"csi": block}}
    )
    assert told(raw, dataset("clicks", raw), other, disk, mounts) == {}


def test_a_config_map_is_data_only_where_somebody_says_so() -> None:
    table = resource(
        "kubernetes:core/v1:ConfigMap", "table", {"metadata": metadata("table"), "data": {"a": "1"}}
    )
    mounts = deployed(containers=[], volumes=[{"name": "v", "configMap": {"name": "table"}}])
    assert told(table, dataset("table", table), mounts) == BOTH
    home = "urn:pulumi:test::trunkline::trunkline:object_store:CephStore::store"
    below = resource("kubernetes:core/v1:ConfigMap", "table", dict(table.inputs or {}), parent=home)
    store = resource("trunkline:object_store:CephStore", "store", {})
    assert told(store, below, dataset("table", store), mounts) == {}


def test_clusters_and_namespaces_are_apart() -> None:
    here = bucket_claim("logs", provider="east")
    stored = [here, dataset("logs", here)]
    inside = resource(
        DEPLOYMENT, "notebook", dict(pods("notebook", secret="logs").inputs or {}), provider="east"
    )
    outside = resource(
        DEPLOYMENT, "notebook", dict(pods("notebook", secret="logs").inputs or {}), provider="west"
    )
    assert told(*stored, inside) == BOTH
    assert told(*stored, outside) == {}
    assert told(*STORED, pods("notebook", namespace="web", secret="logs")) == {}
    later = resource(CLAIM, "logs", {"metadata": {"name": "logs", "namespace": LATER}})
    assert told(later, dataset("logs", later), pods("notebook", secret="logs")) == MAYBE


def test_a_name_that_the_provider_makes_up_is_in_no_program() -> None:
    nameless = resource(SECRET, "key", {"metadata": {"namespace": "ml"}})
    assert told(nameless, dataset("logs", nameless), pods("notebook", secret="key")) == {}
    assert told(nameless, dataset("logs", nameless), pods("notebook", secret=LATER)) == MAYBE


READ_SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
WEB = {"kind": "ServiceAccount", "name": "web", "namespace": "ml"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (READ_SECRETS, {"read": True}),
        ({**READ_SECRETS, "verbs": ["*"]}, {"read": True, "write": True}),
        ({**READ_SECRETS, "verbs": ["list"]}, {"read": True}),
        ({**READ_SECRETS, "verbs": ["create"]}, {"write": True}),
        ({**READ_SECRETS, "resources": ["*"], "apiGroups": ["*"]}, {"read": True}),
        ({**READ_SECRETS, "resources": ["configmaps", "pods"]}, {}),
        ({**READ_SECRETS, "apiGroups": ["apps"]}, {}),
        ({**READ_SECRETS, "resourceNames": ["logs"]}, {"read": True}),
        ({**READ_SECRETS, "resourceNames": ["web"]}, {}),
        ({**READ_SECRETS, "resourceNames": [LATER]}, {"read": None}),
        ({**READ_SECRETS, "verbs": LATER}, {"read": None, "write": None}),
    ],
)
def test_what_a_rule_permits(rule: Mapping[str, Any], expected: Mapping[str, bool | None]) -> None:
    found = told(*STORED, cluster_role("r", rule), bound("b", "r", WEB))
    assert found == ({"service account ml/web": expected} if expected else {})


def test_where_a_binding_counts() -> None:
    role = cluster_role("r", READ_SECRETS)
    assert told(*STORED, role, bound("b", "r", WEB, namespace="web")) == {}
    wide = resource(f"{RBAC}:ClusterRole", "wide", {"metadata": {"name": "wide"}, "rules": [READ_SECRETS]})
    everywhere = resource(
        f"{RBAC}:ClusterRoleBinding",
        "b",
        {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "wide"}, "subjects": [WEB]},
    )
    assert told(*STORED, wide, everywhere) == {"service account ml/web": {"read": True}}
    assert told(*STORED, wide, bound("b", "wide", WEB, kind="ClusterRole")) == {
        "service account ml/web": {"read": True}
    }
    gathered = resource(
        f"{RBAC}:ClusterRole",
        "wide",
        {"metadata": {"name": "wide"}, "aggregationRule": {"clusterRoleSelectors": []}},
    )
    assert told(*STORED, gathered, bound("b", "wide", WEB, kind="ClusterRole")) == {
        "service account ml/web": {"read": None, "write": None}
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("edit", {"read": True, "write": True}),
        ("view", {}),
        ("cluster-admin", {"read": True, "write": True}),
        ("house", {"read": None, "write": None}),
    ],
)
def test_roles_that_every_cluster_has(name: str, expected: Mapping[str, bool | None]) -> None:
    found = told(*STORED, bound("b", name, {"kind": "User", "name": "ada"}, kind="ClusterRole"))
    assert found == ({"user ada": expected} if expected else {})


@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "User", "name": LATER},
        {"kind": LATER, "name": "ada"},
        {"kind": "ServiceAccount", "name": "web", "namespace": LATER},
        LATER,
    ],
)
def test_a_subject_that_nobody_knows_yet(subject: Any) -> None:
    found = told(*STORED, cluster_role("r", READ_SECRETS), bound("b", "r", subject))
    assert found == {"somebody not known yet": {"read": None}}


def test_whom_a_group_stands_for() -> None:
    everybody = {"kind": "Group", "name": "system:serviceaccounts:ml"}
    stack = [*STORED, cluster_role("r", READ_SECRETS), bound("b", "r", everybody), service_account("web")]
    found = access.of(Inventory([*stack, pods("notebook", namespace="web", runs_as="web")]))
    assert {str(grant.identity) for grant in found.grants} == {"group system:serviceaccounts:ml"}
    members = [str(act.actor) for act in found.acts if "group" in str(act.identity)]
    assert members == ["service account ml/web"]


def test_as_whom_pods_run() -> None:
    stack = [
        service_account("app"),
        pods("notebook", runs_as="app"),
        pods("other"),
        pods("later", runs_as=LATER),
    ]
    found = {
        (str(act.actor), str(act.identity), act.holds.state)
        for act in access.of(Inventory([*STORED, *stack])).acts
    }
    assert found == {
        (NOTEBOOK, "service account ml/app", True),
        ("workload Deployment ml/other", "service account ml/default", True),
        ("workload Deployment ml/later", "service account ml/app", None),
        ("workload Deployment ml/later", "service account ml/default", None),
    }


# -- networks

online = service("online", "store")
SERVED = [online, dataset("features", places=[kept(online)]), pods("notebook")]
STORE = {"matchLabels": {"app": "store"}}
REACHES: Told = {NOTEBOOK: {"reach": True}}


def from_(*peers: Mapping[str, Any], **more: Any) -> Resource:
    return network_policy("in", STORE, policyTypes=["Ingress"], ingress=[{"from": list(peers), **more}])


CLOSED = network_policy("closed", STORE, policyTypes=["Ingress"])


def test_a_way_that_nobody_closed_is_open_and_no_grant() -> None:
    assert told(*SERVED, explicit=False) == REACHES
    assert told(*SERVED) == {}


@pytest.mark.parametrize(
    ("policies", "reaches", "granted"),
    [
        ([CLOSED], False, False),
        ([network_policy("closed", {}, policyTypes=["Ingress"])], False, False),
        ([network_policy("closed", {"matchLabels": {"app": "web"}}, policyTypes=["Ingress"])], True, False),
        (
            [network_policy("closed", {"matchLabels": {"app": "notebook"}}, policyTypes=["Egress"])],
            False,
            False,
        ),
        ([network_policy("closed", STORE, policyTypes=["Egress"])], True, False),
        ([network_policy("closed", STORE)], False, False),
        ([CLOSED, from_({"podSelector": {"matchLabels": {"app": "notebook"}}})], True, True),
        ([CLOSED, from_({"podSelector": {"matchLabels": {"app": "web"}}})], False, False),
        ([CLOSED, from_({"podSelector": {}})], True, False),
        ([CLOSED, network_policy("in", STORE, ingress=[{}])], True, False),
        ([CLOSED, from_({"namespaceSelector": {}})], True, False),
        (
            [CLOSED, from_({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ml"}}})],
            True,
            False,
        ),
        (
            [CLOSED, from_({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "web"}}})],
            False,
            False,
        ),
        ([CLOSED, from_({"ipBlock": {"cidr": "0.0.0.0/0"}})], True, False),
        ([CLOSED, from_({"ipBlock": {"cidr": "10.0.0.0/8"}})], None, False),
        ([from_({"podSelector": {"matchLabels": {"app": "notebook"}}}, ports=[{"port": 6379}])], True, True),
        ([from_({"podSelector": {"matchLabels": {"app": "notebook"}}}, ports=[{"port": 80}])], False, False),
        (
            [
                from_(
                    {"podSelector": {"matchLabels": {"app": "notebook"}}},
                    ports=[{"port": 6000, "endPort": 7000}],
                )
            ],
            True,
            True,
        ),
        (
            [
                from_(
                    {
                        "podSelector": {
                            "matchExpressions": [{"key": "app", "operator": "In", "values": ["notebook"]}]
                        }
                    }
                )
            ],
            True,
            True,
        ),
        (
            [
                from_(
                    {
                        "podSelector": {
                            "matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["notebook"]}]
                        }
                    }
                )
            ],
            False,
            False,
        ),
        ([from_({"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}})], True, True),
        (
            [from_({"podSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}})],
            False,
            False,
        ),
        ([from_({"podSelector": {"matchLabels": LATER}})], None, None),
    ],
)
def test_which_pods_reach_a_service(
    policies: list[Resource],
    reaches: bool | None,  # noqa: FBT001
    granted: bool | None,  # noqa: FBT001
) -> None:
    def expected(state: bool | None) -> Told:  # noqa: FBT001 - the expected answer
        return {} if state is False else {NOTEBOOK: {"reach": state}}

    assert told(*SERVED, *policies, explicit=False) == expected(reaches)
    assert told(*SERVED, *policies) == expected(granted)


def test_both_ends_have_to_let_it_through() -> None:
    to_store = network_policy(
        "out",
        {"matchLabels": {"app": "notebook"}},
        policyTypes=["Egress"],
        egress=[{"to": [{"podSelector": STORE}]}],
    )
    assert told(*SERVED, to_store) == REACHES
    assert told(*SERVED, to_store, CLOSED) == {}
    lets = from_({"podSelector": {"matchLabels": {"app": "notebook"}}})
    assert told(*SERVED, to_store, CLOSED, lets) == REACHES
    evidence = {
        grant.evidence.urn
        for grant in access.of(Inventory([*SERVED, to_store, CLOSED, lets])).grants
        if grant.explicit
    }
    assert evidence == {urn_of(NETWORK_POLICY, "in"), urn_of(NETWORK_POLICY, "out")}


def test_a_policy_in_a_namespace_that_nobody_knows_yet() -> None:
    lets = from_({"podSelector": {"matchLabels": {"app": "notebook"}}})
    where = {"metadata": {"name": "in", "namespace": LATER}}
    unread = resource(NETWORK_POLICY, "in", {**(lets.inputs or {}), **where})
    assert told(*SERVED, unread) == {NOTEBOOK: {"reach": None}}
    assert told(*SERVED, CLOSED, unread, explicit=False) == {NOTEBOOK: {"reach": None}}


def test_another_namespace_is_named_by_its_labels() -> None:
    other = [online, dataset("features", places=[kept(online)]), pods("notebook", namespace="web")]
    team = {
        "namespaceSelector": {"matchLabels": {"team": "a"}},
        "podSelector": {"matchLabels": {"app": "notebook"}},
    }
    named = resource(
        "kubernetes:core/v1:Namespace", "web", {"metadata": {"name": "web", "labels": {"team": "a"}}}
    )
    unlike = resource(
        "kubernetes:core/v1:Namespace", "web", {"metadata": {"name": "web", "labels": {"team": "b"}}}
    )
    who = "workload Deployment web/notebook"
    assert told(*other, named, from_(team)) == {who: {"reach": True}}
    assert told(*other, unlike, from_(team)) == {}
    assert told(*other, from_(team)) == {who: {"reach": None}}
    exists = {**team, "namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}}
    assert told(*other, from_(exists)) == {who: {"reach": None}}
    assert told(*other, named, from_(exists)) == {who: {"reach": True}}
    assert told(*other, from_({"podSelector": {"matchLabels": {"app": "notebook"}}})) == {}
