from policies.engine import Resource
from policies.security.sec010_no_host_namespaces import RULE
from tests.policies.cases import LATER, Cases, resource

CONTAINERS = [{"name": "agent", "image": "registry.acme.example/agent@sha256:0"}]


def daemons(**spec: object) -> Resource:
    return resource(
        "kubernetes:apps/v1:DaemonSet",
        "agent",
        {"spec": {"template": {"spec": {"containers": CONTAINERS, **spec}}}},
    )


CASES = Cases(
    rule=RULE,
    good={
        "a plain pod": [daemons()],
        "a pod that says no": [daemons(hostNetwork=False, hostPID=False, hostIPC=False)],
        "a cron job": [
            resource(
                "kubernetes:batch/v1:CronJob",
                "nightly",
                {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": CONTAINERS}}}}}},
            )
        ],
    },
    bad={
        "all of them": (
            [daemons(hostNetwork=True, hostPID=True, hostIPC=True)],
            [
                "agent.spec.template.spec.hostIPC: the pod shares the memory of other processes of the node",
                (
                    "agent.spec.template.spec.hostNetwork: the pod uses the network of the node, past "
                    "every network "
                    "policy"
                ),
                "agent.spec.template.spec.hostPID: the pod sees every process of the node",
            ],
        ),
        "a template of a workflow": (
            [
                resource(
                    "kubernetes:argoproj.io/v1alpha1:Workflow",
                    "train",
                    {"spec": {"hostNetwork": True, "templates": [{"name": "a"}]}},
                )
            ],
            ["train.spec.hostNetwork: the pod uses the network of the node, past every network policy"],
        ),
    },
    unknown={
        "a flag from elsewhere": ([daemons(hostPID=LATER)], ["agent.spec.template.spec.hostPID"]),
        "a template from elsewhere": (
            [resource("kubernetes:apps/v1:DaemonSet", "agent", {"spec": {"template": LATER}})],
            [f"agent.spec.template.spec.{name}" for name in ("hostIPC", "hostNetwork", "hostPID")],
        ),
    },
    waived={"an agent of the node": [daemons(hostNetwork=True)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
