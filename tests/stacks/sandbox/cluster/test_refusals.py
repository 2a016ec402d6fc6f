"""What an API server says when it refuses, told to the person who wrote the program."""

from typing import Any

import pytest

from stacks.sandbox.cluster.connection import Answer
from stacks.sandbox.cluster.refusals import locate, refusal

WEB = {
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "team", "finalizers": ["example.com/hold"]},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {"name": "log", "image": "log"},
                    {"name": "web", "image": "web", "ports": [{"containerPort": 80, "protocol": "TCP"}]},
                ]
            }
        }
    },
}


def refused(message: str, causes: list[dict[str, str]] | None = None, **manifest: Any) -> tuple[str, str]:
    body = {"message": message, "details": {"causes": causes or []}}
    found = refusal(Answer(422, body), "Deployment team/web", manifest or WEB)
    return found.sentence, found.field


@pytest.mark.parametrize(
    ("server", "pulumi"),
    [
        (".spec.replicas", "spec.replicas"),
        ('.spec.template.spec.containers[name="web"].image', "spec.template.spec.containers[1].image"),
        ("spec.template.spec.containers[1].image", "spec.template.spec.containers[1].image"),
        (
            '.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].hostPort',
            "spec.template.spec.containers[1].ports[0].hostPort",
        ),
        ('.metadata.finalizers[="example.com/hold"]', "metadata.finalizers[0]"),
        (
            '.spec.template.spec.containers[name="other"].image',
            'spec.template.spec.containers[name="other"].image',
        ),
    ],
)
def test_paths_are_those_of_the_program(server: str, pulumi: str) -> None:
    assert locate(server, WEB) == pulumi


def test_every_fault_is_told_with_its_path() -> None:
    sentence, field = refused(
        "invalid",
        [
            {"field": "spec.replicas", "message": "Invalid value: -1: must be greater than or equal to 0"},
            {"field": "spec.template.spec.containers[0].image", "message": "Required value"},
        ],
    )
    assert sentence == (
        "Deployment team/web: refused by the cluster: spec.replicas: Invalid value: -1: must be greater than "
        "or equal to 0; spec.template.spec.containers[0].image: Required value."
    )
    assert field == "spec.replicas"


def test_fields_that_do_not_exist_are_named() -> None:
    sentence, field = refused(
        "failed to create typed patch object (/web; apps/v1, Kind=Deployment): errors:\n"
        "  .spec.replica: field not declared in schema\n"
        "  .spec.paused: expected boolean, got &value.valueUnstructured{Value:3}"
    )
    assert sentence.endswith(
        "refused by the cluster: spec.replica: there is no such field; spec.paused: expected boolean, got 3."
    )
    assert field == "spec.replica"


def test_a_refusal_that_names_no_field_is_passed_on() -> None:
    sentence, field = refused("the quota of namespace team is used up")
    assert sentence.endswith("refused by the cluster: the quota of namespace team is used up.")
    assert field == ""


def test_a_conflict_names_each_manager_with_its_fields() -> None:
    sentence, field = refused(
        "Apply failed with 3 conflicts",
        [
            {"reason": "FieldManagerConflict", "message": f"conflict with {manager}", "field": path}
            for manager, path in (
                ('"kubectl-edit" using apps/v1 at 2026-11-23T11:00:00Z', ".spec.replicas"),
                ('"hpa"', '.spec.template.spec.containers[name="web"].image'),
                ('"kubectl-edit" using apps/v1 at 2026-11-23T11:00:00Z', ".spec.paused"),
            )
        ],
    )
    assert '"kubectl-edit" owns spec.replicas, spec.paused;' in sentence
    assert '"hpa" owns spec.template.spec.containers[1].image.' in sentence
    assert "pulumi.com/patchForce" in sentence
    assert field == "spec.replicas"


@pytest.mark.parametrize(
    ("message", "causes"),
    [
        ("invalid", [{"field": "data[tls.key]", "message": 'Invalid value: "hunter2": must be a key'}]),
        (".data.password: expected string, got &value.valueUnstructured{Value:hunter2}", []),
    ],
)
def test_values_of_a_secret_are_left_out(message: str, causes: list[dict[str, str]]) -> None:
    sentence, field = refused(message, causes, kind="Secret", metadata={"name": "keys"})
    assert "hunter2" not in sentence
    assert field.startswith("data")
