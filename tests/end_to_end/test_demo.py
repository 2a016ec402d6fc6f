"""The main job: the example platform through the real engine, up, again, and down."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.project import Project, custom

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.make(tmp_path_factory.mktemp("demo"))


def test_preview_shows_exactly_what_up_makes(project: Project) -> None:
    preview = json.loads(project.run("preview", "--json").stdout)
    planned = {step["urn"] for step in preview["steps"] if step["op"] == "create"}

    project.up()

    made = {resource["urn"] for resource in project.state()}
    assert made == planned


def test_the_example_spans_three_sites_with_at_least_sixty_resources(project: Project) -> None:
    resources = custom(project.state())

    assert len(resources) >= 60
    packages = {resource["type"].partition(":")[0] for resource in resources}
    assert packages == {"aws", "azure-native", "kubernetes"}


def test_every_resource_of_the_engine_exists_once_in_the_sandbox(project: Project) -> None:
    known = sorted((r["urn"], r["id"]) for r in custom(project.state()))

    assert sorted((o.urn, o.id) for o in project.objects()) == known


def test_no_resource_uses_a_default_provider(project: Project) -> None:
    providers = [
        r["urn"].rpartition("::")[2] for r in project.state() if r["type"].startswith("pulumi:providers:")
    ]

    assert providers
    assert [name for name in providers if name.startswith("default")] == []
    assert all(r.get("provider") for r in custom(project.state()))


def test_no_secret_of_the_sandbox_stands_in_the_state_in_plain_text(project: Project) -> None:
    kubeconfigs = [
        output
        for resource in project.state()
        for key, output in {**resource.get("inputs", {}), **resource.get("outputs", {})}.items()
        if key == "kubeconfig"
    ]

    assert kubeconfigs, "the example makes kubeconfigs"
    assert all("ciphertext" in output for output in kubeconfigs)


def test_up_again_changes_nothing(project: Project) -> None:
    project.run("preview", "--expect-no-changes")


def test_refresh_finds_what_somebody_changed_by_hand(project: Project) -> None:
    bucket = next(r for r in custom(project.state()) if r["type"] == "aws:s3/bucket:Bucket")
    project.trunkline("sandbox", "drift", bucket["urn"], "tags.somebody=was-here")

    shown = json.loads(project.run("preview", "--refresh", "--json").stdout)
    touched = {
        step["urn"]: step["op"] for step in shown["steps"] if step["op"] not in ("same", "refresh", "read")
    }

    assert touched == {bucket["urn"]: "update"}
    project.up("--refresh")
    project.run("preview", "--refresh", "--expect-no-changes")


def test_the_policy_pack_checks_the_update_and_has_no_finding(project: Project) -> None:
    done = project.run("preview")

    assert "trunkline" in done.stdout
    assert "mandatory" not in done.stdout


def test_destroy_leaves_nothing(project: Project) -> None:
    done = project.run("destroy", "--yes", "--skip-preview")

    assert project.objects() == []
    assert project.state() == []
    assert "Nothing is left" in done.stderr


def test_the_demo_says_what_was_done_and_where_to_look_next(tmp_path: Path) -> None:
    project = Project.make(tmp_path)

    done = project.trunkline("demo")

    assert "Policies" in done.stderr
    assert "no finding" in done.stderr
    assert "Look next" in done.stderr
