"""What the pack refuses, the admission policies refuse on a real API server, and nothing else.

Every rule has a namespace of its own, because an API server tells only the first policy that refuses.
"""

import contextlib
import importlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policies import admission, catalogue
from policies.engine import Inventory, Resource, Rule, Verdict, configuration, evaluate
from policies.engine.values import properties_from_json
from tests.contracts.test_every_rule import family_of, stem_of
from tests.policies.admission.objects import IMAGE, PLURALS, whole
from tests.policies.cases import urn_of
from tests.support.control_plane import ControlPlane
from tests.support.control_plane.errors import ControlPlaneError

pytestmark = pytest.mark.control_plane

API = "/apis/admissionregistration.k8s.io/v1"
COLLECTIONS = {
    "ValidatingAdmissionPolicy": f"{API}/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": f"{API}/validatingadmissionpolicybindings",
}
CANARY = "admission-canary"
WITHIN = 60
"""Seconds that an API server may take before a new policy counts; it takes two."""

ALL = catalogue.rules()
RULES = [rule for rule in ALL if rule.id in admission.expressible()]


MORE_PODS = {
    "SEC-009": [
        {
            "securityContext": {"windowsOptions": {"hostProcess": True}},
            "hostNetwork": True,
            "os": {"name": "windows"},
        }
    ],
    "SEC-010": [{"hostPID": True}, {"hostIPC": True}, {"hostNetwork": True}],
}
"""Specifications that break one promise of a rule at a time, where its fixtures break several at once."""


def namespace_of(rule: Rule) -> str:
    return f"admission-{rule.id.lower()}"


def scope(namespace: str) -> admission.Scope:
    return admission.Scope(labels={"kubernetes.io/metadata.name": namespace})


def canary() -> list[dict[str, Any]]:
    """A policy that refuses everything in a namespace of its own."""
    (policy, binding, *_) = admission.manifests(
        [rule for rule in RULES if rule.id == "SEC-009"], configuration.default(ALL), scope=scope(CANARY)
    )
    for manifest in (policy, binding):
        manifest["metadata"]["name"] = CANARY
    policy["spec"]["validations"] = [{"expression": "false", "message": "canary"}]
    binding["spec"]["policyName"] = CANARY
    return [policy, binding]


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """A control plane with every policy in force, and without them afterwards."""
    configured = configuration.default(ALL)
    made = [
        manifest
        for rule in RULES
        for manifest in admission.manifests([rule], configured, scope=scope(namespace_of(rule)))
    ] + canary()
    namespaces = [*map(namespace_of, RULES), CANARY]
    try:
        for name in namespaces:
            control_plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        for manifest in made:
            control_plane.call("POST", COLLECTIONS[manifest["kind"]], manifest)
        # Policies and bindings each come in the order they were made: when the last counts, all do.
        deadline = time.monotonic() + WITHIN
        while refused(control_plane, "kubernetes:core:Pod", pod(CANARY)) is None:
            assert time.monotonic() < deadline, "the API server never took the policies over"
            time.sleep(0.1)
        yield control_plane
    finally:
        for manifest in made:
            with contextlib.suppress(ControlPlaneError):
                path = f"{COLLECTIONS[manifest['kind']]}/{manifest['metadata']['name']}"
                control_plane.call("DELETE", path)
        for name in namespaces:
            with contextlib.suppress(ControlPlaneError):
                control_plane.call("DELETE", f"/api/v1/namespaces/{name}")


def pod(namespace: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "canary", "namespace": namespace},
        "spec": {"containers": [{"name": "only", "image": IMAGE}], **spec},
    }


def refused(control_plane: ControlPlane, kind: str, body: Mapping[str, Any]) -> str | None:
    """Return what an admission policy says against ``body``; nothing if it is admitted.

    Raises:
        ControlPlaneError: The API server refuses it for another reason.
    """
    path = PLURALS[kind][2].format(body["metadata"].get("namespace"))
    try:
        control_plane.call("POST", path, dict(body), query={"dryRun": "All"})
    except ControlPlaneError as error:
        if "ValidatingAdmissionPolicy" not in str(error):
            raise
        return str(error)
    return None


def objects(rule: Rule) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Yield the fixtures of a rule as whole objects, each also as the resource that the pack would see."""
    cases = importlib.import_module(f"tests.policies.{family_of(rule)}.test_{stem_of(rule)}").CASES
    for stack in (*cases.good.values(), *(stack for stack, _ in cases.bad.values())):
        for item in stack:
            body = whole(item, namespace_of(rule))
            if body is not None and item.kind in rule.kinds:
                yield (
                    Resource(
                        urn=urn_of(item.type, item.name),
                        type=item.type,
                        name=item.name,
                        inputs=properties_from_json(body),
                    ),
                    body,
                )
    for index, spec in enumerate(MORE_PODS.get(rule.id, ())):
        kind = "kubernetes:core/v1:Pod"
        body = pod(namespace_of(rule), **spec)
        yield (
            Resource(
                urn=urn_of(kind, f"more-{index}"),
                type=kind,
                name=f"more-{index}",
                inputs=properties_from_json(body),
            ),
            body,
        )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_cluster_refuses_what_the_pack_refuses_and_nothing_else(rule: Rule, cluster: ControlPlane) -> None:
    configured = configuration.default(ALL)
    verdicts: set[Verdict] = set()
    answers: list[str] = []
    for item, body in objects(rule):
        verdict = evaluate([rule], Inventory([item]), configured, settled=True).verdicts[rule.id, item.urn]
        try:
            answer = refused(cluster, item.kind, body)
        except ControlPlaneError as error:
            if " 422 " in str(error):  # a fixture that no cluster would take, whatever the policies say
                continue
            raise
        verdicts.add(verdict)
        assert (answer is not None) == (verdict is not Verdict.PASS), (item.urn, verdict, answer, body)
        assert answer is None or f"{rule.id}: " in answer
        answers += [answer] if answer else []
    assert verdicts == {Verdict.PASS, Verdict.FAIL}
    made = admission.manifests([rule], configured)[::2]
    silent = {item["metadata"]["name"] for item in made} - {
        item["metadata"]["name"]
        for item in made
        for answer in answers
        if f"'{item['metadata']['name']}'" in answer
    }
    assert silent == set(), "no fixture shows that these policies refuse anything"


def test_every_expression_is_of_the_right_type(cluster: ControlPlane) -> None:
    deadline = time.monotonic() + WITHIN
    while True:
        listed = cluster.call("GET", COLLECTIONS["ValidatingAdmissionPolicy"])["items"]
        checked = {
            item["metadata"]["name"]: item["status"]["typeChecking"].get("expressionWarnings", [])
            for item in listed
            if "typeChecking" in item.get("status", {})
        }
        if len(checked) == len(listed):
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert {name: warnings for name, warnings in checked.items() if warnings} == {}
