from typing import Any

from policies.security.sec013_capabilities_dropped import RULE
from tests.policies.cases import LATER, Cases, findings, settings, told
from tests.policies.security.workloads import container, deployment, pod


def with_capabilities(**capabilities: Any) -> dict[str, Any]:
    return container(context={"capabilities": capabilities})


KEPT = "container 'train' keeps the default capabilities, NET_RAW among them: drop does not name ALL"
FIELD = "job.spec.containers[0].securityContext.capabilities"
GETS = "container 'train' gets the capability '{}'; allowed are NET_BIND_SERVICE"

CASES = Cases(
    rule=RULE,
    good={
        "all dropped": [pod(with_capabilities(drop=["ALL"]))],
        "all dropped and one added": [pod(with_capabilities(drop=["ALL"], add=["NET_BIND_SERVICE"]))],
        "a deployment": [deployment({"containers": [with_capabilities(drop=["ALL"])]})],
        "a container of Windows": [pod(container(), os={"name": "windows"})],
    },
    bad={
        "a container that says nothing": ([pod(container())], [f"{FIELD}.drop: {KEPT}"]),
        "a container that drops one": (
            [pod(with_capabilities(drop=["NET_RAW"]))],
            [f"{FIELD}.drop: {KEPT}"],
        ),
        "a container that adds NET_RAW": (
            [pod(with_capabilities(drop=["ALL"], add=["NET_BIND_SERVICE", "NET_RAW"]))],
            [f"{FIELD}.add[1]: {GETS.format('NET_RAW')}"],
        ),
        "a container that adds all": (
            [pod(with_capabilities(drop=["ALL"], add=["ALL"]))],
            [f"{FIELD}.add[0]: {GETS.format('ALL')}"],
        ),
    },
    unknown={
        "a list from elsewhere": ([pod(with_capabilities(drop=LATER))], [f"{FIELD}.drop[*]"]),
        "a capability from elsewhere": (
            [pod(with_capabilities(drop=["ALL"], add=[LATER]))],
            [f"{FIELD}.add[0]"],
        ),
    },
    waived={"a network agent": [pod(with_capabilities(drop=["ALL"], add=["NET_ADMIN"]))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_says_which_capabilities_are_allowed() -> None:
    fast = pod(with_capabilities(drop=["ALL"], add=["IPC_LOCK"]))
    assert told(findings(RULE, [fast])) == [f"{FIELD}.add[0]: {GETS.format('IPC_LOCK')}"]
    assert told(findings(RULE, [fast], by=settings(RULE, allowedCapabilities=["IPC_LOCK"]))) == []
