from typing import Any

from policies.engine import Resource
from policies.security.sec020_no_wildcard_roles import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
READ = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
OPERATOR = {"kind": "ServiceAccount", "name": "operator", "namespace": "ml"}


def role(*rules: Any, kind: str = "Role") -> Resource:
    return resource(f"{RBAC}:{kind}", "reader", {"metadata": {"name": "reader"}, "rules": list(rules)})


def binding(role_name: object, *subjects: Any, kind: str = "ClusterRoleBinding") -> Resource:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role_name}
    return resource(f"{RBAC}:{kind}", "bound", {"roleRef": reference, "subjects": list(subjects)})


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "name": name, "apiGroup": "rbac.authorization.k8s.io"}


POWER = "{} gets the role '{}', which holds the whole cluster or a node"

CASES = Cases(
    rule=RULE,
    good={
        "a role with names": [role(READ)],
        "a role made of others": [
            resource(f"{RBAC}:ClusterRole", "sum", {"aggregationRule": {"clusterRoleSelectors": []}})
        ],
        "a binding": [binding("reader", OPERATOR)],
        "a list of roles": [resource(f"{RBAC}:RoleList", "roles", {"items": [{"rules": [READ]}]})],
        "a binding of OpenShift": [
            resource(
                "kubernetes:authorization.openshift.io/v1:RoleBinding",
                "bound",
                {"roleRef": {"name": "view"}, "subjects": [OPERATOR]},
            )
        ],
    },
    bad={
        "every verb": (
            [role({**READ, "verbs": ["*"]})],
            ["reader.rules[0].verbs[0]: the role allows every verb: verbs has '*'"],
        ),
        "everything": (
            [role(READ, {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, kind="ClusterRole")],
            [
                "reader.rules[1].apiGroups[0]: the role allows every API group: apiGroups has '*'",
                "reader.rules[1].resources[0]: the role allows every kind of resource: resources has '*'",
                "reader.rules[1].verbs[0]: the role allows every verb: verbs has '*'",
            ],
        ),
        "every path": (
            [role({"nonResourceURLs": ["*"], "verbs": ["get"]}, kind="ClusterRole")],
            [
                (
                    "reader.rules[0].nonResourceURLs[0]: the role allows every path of the API: "
                    "nonResourceURLs has '*'"
                )
            ],
        ),
        "a wildcard in a list of roles": (
            [
                resource(
                    f"{RBAC}:ClusterRoleList", "roles", {"items": [{"rules": [{**READ, "verbs": ["*"]}]}]}
                )
            ],
            ["roles.items[0].rules[0].verbs[0]: the role allows every verb: verbs has '*'"],
        ),
        "an administrator": (
            [binding("cluster-admin", OPERATOR)],
            [f"bound.roleRef.name: {POWER.format(repr('operator'), 'cluster-admin')}"],
        ),
        "an administrator of one namespace": (
            [binding("cluster-admin", OPERATOR, kind="RoleBinding")],
            [f"bound.roleRef.name: {POWER.format(repr('operator'), 'cluster-admin')}"],
        ),
        "a privileged constraint of OpenShift": (
            [binding("system:openshift:scc:privileged", OPERATOR)],
            [f"bound.roleRef.name: {POWER.format(repr('operator'), 'system:openshift:scc:privileged')}"],
        ),
        "everyone": (
            [binding("reader", group("system:authenticated"))],
            ["bound.subjects[0].name: the role 'reader' is bound to everyone: 'system:authenticated'"],
        ),
        "the group that passes every check": (
            [binding("reader", group("system:masters"))],
            ["bound.subjects[0].name: 'system:masters' passes every check of the API"],
        ),
        "an administrator in a list of bindings": (
            [
                resource(
                    f"{RBAC}:ClusterRoleBindingList",
                    "all",
                    {
                        "items": [
                            {
                                "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
                                "subjects": [OPERATOR],
                            }
                        ]
                    },
                )
            ],
            [f"all.items[0].roleRef.name: {POWER.format(repr('operator'), 'cluster-admin')}"],
        ),
    },
    unknown={
        "verbs from elsewhere": ([role({**READ, "verbs": LATER})], ["reader.rules[0].verbs[*]"]),
        "a role from elsewhere": ([binding(LATER, OPERATOR)], ["bound.roleRef.name"]),
    },
    waived={"an installer": [binding("cluster-admin", OPERATOR)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_lists_its_administrators() -> None:
    admins = binding("cluster-admin", group("platform-admins"))
    by = settings(RULE, administrators=["Group:platform-admins"])
    assert told(findings(RULE, [admins], by=by)) == []
    assert told(findings(RULE, [binding("cluster-admin", OPERATOR)], by=by)) == [
        f"bound.roleRef.name: {POWER.format(repr('operator'), 'cluster-admin')}"
    ]
