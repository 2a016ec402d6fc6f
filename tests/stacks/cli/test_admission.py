"""``trunkline admission``: what it prints is what a cluster takes, and it says what it leaves out."""

import json
from pathlib import Path

import pytest
import yaml

from policies.admission import expressible
from stacks.cli.app import run


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert run(["admission", *arguments]) == 0
    return list(yaml.safe_load_all(capsys.readouterr().out))


def test_every_rule_has_a_policy_and_a_binding(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys)

    kinds = [item["kind"] for item in found]
    assert kinds.count("ValidatingAdmissionPolicy") == kinds.count("ValidatingAdmissionPolicyBinding")
    named = {str(item["metadata"]["labels"]["trunkline.dev/rule"]).upper() for item in found}  # type: ignore[index]
    assert named == expressible()


def test_a_label_narrows_where_they_hold_and_the_control_plane_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    binding = printed(capsys, "--namespace-label", "trunkline.dev/platform=acme")[1]

    assert binding["spec"]["matchResources"] == {  # type: ignore[index]
        "namespaceSelector": {
            "matchLabels": {"trunkline.dev/platform": "acme"},
            "matchExpressions": [
                {
                    "key": "kubernetes.io/metadata.name",
                    "operator": "NotIn",
                    "values": ["kube-node-lease", "kube-public", "kube-system"],
                }
            ],
        }
    }


def test_the_configuration_decides_what_denies_warns_or_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "policies.json"
    config.write_text(json.dumps({"SEC-009": "advisory", "SEC-010": "disabled"}))

    found = printed(capsys, "--config", str(config))

    actions = {
        item["metadata"]["name"]: item["spec"]["validationActions"]  # type: ignore[index]
        for item in found
        if item["kind"] == "ValidatingAdmissionPolicyBinding"
    }
    assert actions["trunkline-sec-009-1"] == ["Warn", "Audit"]
    assert actions["trunkline-sec-011-1"] == ["Deny", "Audit"]
    assert not any(str(name).startswith("trunkline-sec-010") for name in actions)


@pytest.mark.parametrize("label", ["acme", "=acme"])
def test_a_label_that_is_none_is_bad_input(label: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admission", "--namespace-label", label]) == 2
    assert "is not KEY=VALUE" in capsys.readouterr().err
