"""Kubeconfigs and servers that cannot be used: one sentence, before anything is applied."""

from pathlib import Path

import pytest
import yaml

from stacks.sandbox.cluster import connect
from stacks.sandbox.kubernetes_backend import ClusterRejected

NOBODY = "https://127.0.0.1:1"


def kubeconfig(path: Path, **contexts: str) -> Path:
    entries = [
        {"name": name, "context": {"cluster": "c", "user": "u", "namespace": namespace}}
        for name, namespace in contexts.items()
    ]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(contexts), ""),
        "contexts": entries,
        "clusters": [{"name": "c", "cluster": {"server": NOBODY}}],
        "users": [{"name": "u", "user": {"token": "hunter2"}}],
    }
    path.write_text(yaml.safe_dump(config))
    return path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClusterRejected, match=r"nowhere: there is no such kubeconfig"):
        connect(tmp_path / "nowhere", None)


def test_an_unknown_context_is_answered_with_those_there_are(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", dc1="default", dc2="default")
    with pytest.raises(ClusterRejected, match=r"no context 'dc3' in this kubeconfig\. It has dc1, dc2\."):
        connect(path, "dc3")


@pytest.mark.parametrize("content", ["", "[]", "a: [", "kind: Config", "\x00", "just words"])
def test_what_is_no_kubeconfig_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(ClusterRejected, match=r"config: this is no kubeconfig"):
        connect(path, None)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    cluster = connect(kubeconfig(tmp_path / "config", dc1="default"), "dc1")
    with pytest.raises(
        ClusterRejected, match=r"https://127\.0\.0\.1:1 does not answer \(.*refused\)"
    ) as refused:
        cluster.read("v1", "Pod", "default", "web")
    assert "hunter2" not in refused.value.sentence
